//! Storing a file: the browser streams it to the server and tells how far it is.
use super::{Session, held};
use crate::browser::member;
use api::{ApiError, ErrorCode};
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{Event, File, ProgressEvent, XmlHttpRequest};

/// How far the upload is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Upload {
    /// None is running.
    #[default]
    Idle,
    /// Bytes are on their way.
    Sending {
        /// Bytes sent.
        sent: u64,
        /// Bytes to send.
        total: u64,
    },
    /// It failed; what happened and what to do.
    Failed(String),
}

thread_local! {
    static RUNNING: RefCell<Option<XmlHttpRequest>> = const { RefCell::new(None) };
}

/// Stores the file that is open here; `done` gets the id of the stored run.
pub fn store_open_file(
    progress: RwSignal<Upload>,
    session: Session,
    done: impl Fn(String) + 'static,
) {
    match held::file() {
        Some(file) => store_file(&file, progress, move |id| {
            // First the page of the run: without its file, the page of the local file would say that none is open.
            done(id.clone());
            session.became(id);
        }),
        None => progress.set(Upload::Failed(
            "The browser no longer has this file. Open it again, then store it.".into(),
        )),
    }
}

/// Stores a file. fetch cannot tell how much of a body was sent, hence an `XMLHttpRequest`.
pub fn store_file(file: &File, progress: RwSignal<Upload>, done: impl Fn(String) + 'static) {
    let total = file.size() as u64;
    progress.set(Upload::Sending { sent: 0, total });
    let url = api::paths::upload_url(&file.name());
    let started = XmlHttpRequest::new().and_then(|request| {
        request.open_with_async("POST", &url, true)?;
        request.set_request_header("content-type", "application/octet-stream")?;
        if let Ok(upload) = request.upload() {
            listen(&upload, "progress", move |event: Event| {
                if let Some(event) = event.dyn_ref::<ProgressEvent>() {
                    progress.set(Upload::Sending {
                        sent: event.loaded() as u64,
                        total,
                    });
                }
            })?;
        }
        let answered = request.clone();
        listen(&request, "loadend", move |_| {
            // Cancelled by the person: `cancel_upload` has said so.
            if RUNNING.with_borrow_mut(Option::take).is_none() {
                return;
            }
            let text = answered.response_text().ok().flatten().unwrap_or_default();
            match outcome(answered.status().unwrap_or(0), &text) {
                Ok(id) => {
                    progress.set(Upload::Idle);
                    done(id);
                }
                Err(error) => progress.set(Upload::Failed(error.message)),
            }
        })?;
        request.send_with_opt_blob(Some(file))?;
        RUNNING.with_borrow_mut(|running| *running = Some(request));
        Ok(())
    });
    if started.is_err() {
        progress.set(Upload::Failed(
            "The browser did not allow the upload. Try again.".into(),
        ));
    }
}

/// Stops the running upload; nothing of it stays in the store.
pub fn cancel_upload(progress: RwSignal<Upload>) {
    if let Some(request) = RUNNING.with_borrow_mut(Option::take) {
        progress.set(Upload::Idle);
        let _ = request.abort();
    }
}

/// The id of the stored run.
fn outcome(status: u16, text: &str) -> Result<String, ApiError> {
    match status {
        200 | 201 => member(text, "id").ok_or_else(|| {
            ApiError::new(
                ErrorCode::Internal,
                "The server's answer makes no sense. Look at Import: the file may be there.",
            )
        }),
        0 => Err(ApiError::new(
            ErrorCode::Offline,
            "The upload broke off before the end. Nothing was stored; the file is still open here: try again.",
        )),
        _ => Err(ApiError::new(
            ErrorCode::Internal,
            member(text, "message").unwrap_or_else(|| {
                format!("The server refused the file (status {status}). Try again later.")
            }),
        )),
    }
}

fn listen(
    target: &web_sys::EventTarget,
    name: &str,
    on_event: impl FnMut(Event) + 'static,
) -> Result<(), JsValue> {
    let closure = Closure::<dyn FnMut(Event)>::new(on_event);
    let result = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    // Freed with the request, by the browser's garbage collector.
    closure.forget();
    result
}
