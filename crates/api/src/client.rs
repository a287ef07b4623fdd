//! The one HTTP client: what the browser asks of the server.
use crate::{
    ApiError, Backend, RunList, RunListQuery, RunSummary, backend::Answer, list_url, run_url,
};
use gloo_net::http::{Request, RequestBuilder, Response};
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;

/// The store, reached over the HTTP API of the server that the page came from.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpBackend;

impl Backend for HttpBackend {
    fn run(&self, id: String) -> Answer<RunSummary> {
        answer(async move { answered(Request::get(&run_url(&id))).await })
    }

    fn runs(&self, query: RunListQuery) -> Answer<RunList> {
        answer(async move { answered(Request::get(&list_url(&query))).await })
    }

    fn delete_run(&self, id: String) -> Answer<()> {
        answer(async move { send(Request::delete(&run_url(&id))).await.map(drop) })
    }
}

/// A future of the browser never leaves its thread, so it may claim to be `Send`.
fn answer<T: 'static>(future: impl Future<Output = Result<T, ApiError>> + 'static) -> Answer<T> {
    Box::pin(SendWrapper::new(future))
}

/// The response, when its status is a success.
async fn send(request: RequestBuilder) -> Result<Response, ApiError> {
    let response = request
        .header("Accept", crate::POSTCARD)
        .send()
        .await
        .map_err(|_| ApiError::offline())?;
    if response.ok() {
        Ok(response)
    } else {
        let body = response.text().await.unwrap_or_default();
        Err(error_in(response.status(), &body))
    }
}

async fn answered<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = send(request).await?;
    // The connection can still break in the middle of the body.
    let body = response.binary().await.map_err(|_| ApiError::offline())?;
    postcard::from_bytes(&body).map_err(|_| ApiError::of_status(response.status()))
}

/// The error that a response with this status and body tells of.
pub fn error_in(status: u16, body: &str) -> ApiError {
    match (member(body, "code"), member(body, "message")) {
        (Some(code), Some(message)) => ApiError::from_parts(&code, message),
        _ => ApiError::of_status(status),
    }
}

/// A text that stands in an object of JSON, read by the browser.
pub fn member(json: &str, name: &str) -> Option<String> {
    let object = js_sys::JSON::parse(json).ok()?;
    js_sys::Reflect::get(&object, &name.into())
        .ok()?
        .as_string()
}
