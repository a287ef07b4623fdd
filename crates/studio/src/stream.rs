//! Asks the server, or the model of one's own in a worker of this page, and hands on what happens.
use api::writing::{Happening, ModelEntry};
use api::{ApiError, ErrorCode, Events};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, FileList, Headers, ReadableStreamDefaultReader, Request, RequestInit, Response,
};

/// Reads a model from files, in a worker; an error is a sentence.
pub(crate) async fn open(files: &FileList) -> Result<ModelEntry, String> {
    let entry = own("open", &Array::of1(files)).await.map_err(|error| {
        let told = error.as_string();
        told.unwrap_or_else(|| "The engine could not be loaded.".to_owned())
    })?;
    let entry = serde_json::from_str(&entry.as_string().unwrap_or_default());
    entry.map_err(|error| error.to_string())
}

/// Opens a text as a file that a person has pasted, so that the page shows it as a run.
pub(crate) fn show(name: &str, text: &str) {
    let arguments = Array::of2(&name.into(), &text.into());
    leptos::task::spawn_local(async move { drop(own("show", &arguments).await) });
}

/// Calls what `studio.js` has.
async fn own(name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let own = Reflect::get(&js_sys::global(), &"surprisal_own".into())?;
    let function: Function = Reflect::get(&own, &name.into())?.dyn_into()?;
    let promise: Promise = function.apply(&own, arguments)?.dyn_into()?;
    JsFuture::from(promise).await
}

/// Asks and hands over what happens, piece by piece as it comes. Ends when the server does, or when the signal says so. With
/// `is_own` it asks the model that was opened here. There is one of it, not one for each who asks: it is much code.
pub(crate) async fn ask(
    url: &str,
    body: &str,
    signal: &AbortSignal,
    is_own: bool,
    each: &mut dyn FnMut(Vec<Happening>),
) -> Result<(), ApiError> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_signal(Some(signal));
    options.set_body(&JsValue::from_str(body));
    let response = match is_own {
        true => {
            let judges = JsValue::from_bool(url == api::SCORE);
            let question = Array::of3(&judges, &JsValue::from_str(body), signal);
            let asked = own("ask", &question).await.map_err(|_| broken())?;
            ok(asked.unchecked_into()).await?
        }
        false => send(url, &options, "text/event-stream").await?,
    };
    let Some(stream) = response.body() else {
        return Err(ApiError::offline());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut events = Events::default();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| broken())?;
        let is_last = Reflect::get(&part, &"done".into()).is_ok_and(|done| done.is_truthy());
        if is_last {
            each(read(events.finish().into_iter().collect()));
            return Ok(());
        }
        let bytes = Reflect::get(&part, &"value".into()).unwrap_or_default();
        each(read(events.push(&Uint8Array::new(&bytes).to_vec())));
    }
}

/// Gets an answer of JSON.
pub(crate) async fn get<T: DeserializeOwned>(url: &str) -> Result<T, ApiError> {
    let options = RequestInit::new();
    options.set_method("GET");
    whole(send(url, &options, "application/json").await?).await
}

/// Sends a text, and gets an answer of JSON.
pub(crate) async fn post<T: DeserializeOwned>(url: &str, text: &str) -> Result<T, ApiError> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(&JsValue::from_str(text));
    whole(send(url, &options, "application/json").await?).await
}

/// The text of a value whose types are ours: nothing in it can fail.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

async fn send(url: &str, options: &RequestInit, accept: &str) -> Result<Response, ApiError> {
    let headers = Headers::new().map_err(|_| ApiError::offline())?;
    let _ = headers.set("accept", accept);
    // Of a question without a body it says nothing.
    let _ = headers.set("content-type", "application/json");
    options.set_headers(&headers);
    let request = Request::new_with_str_and_init(url, options).map_err(|_| ApiError::offline())?;
    let response = JsFuture::from(window().fetch_with_request(&request)).await;
    let response = response.map_err(|_| ApiError::offline())?;
    ok(response.unchecked_into()).await
}

/// An answer, or what is wrong with the question.
async fn ok(response: Response) -> Result<Response, ApiError> {
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    Err(ApiError::from_response(status, &text(response).await))
}

async fn whole<T: DeserializeOwned>(response: Response) -> Result<T, ApiError> {
    let status = response.status();
    serde_json::from_str(&text(response).await).map_err(|_| ApiError::from_response(status, ""))
}

async fn text(response: Response) -> String {
    let Ok(text) = response.text() else {
        return String::new();
    };
    let text = JsFuture::from(text).await.unwrap_or_default();
    text.as_string().unwrap_or_default()
}

/// Events that this version does not know are left out.
fn read(events: Vec<String>) -> Vec<Happening> {
    let read = |event: &String| serde_json::from_str(event).ok();
    events.iter().filter_map(read).collect()
}

fn broken() -> ApiError {
    ApiError::new(
        ErrorCode::Offline,
        "The connection to the server broke. What had arrived is here; go on from its end.",
    )
}
