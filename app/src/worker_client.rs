//! The page's side of the worker: starts it, sends requests, hands answers on. The handshake is explained in the crate `worker`.
use crate::browser::of_site;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Event, File, MessageEvent, WorkerOptions, WorkerType};
use worker::protocol::{Request, Response};

/// What comes from the worker.
pub enum WorkerEvent {
    /// An answer or a progress message.
    Response(Box<Response>),
    /// The worker is gone; what happened.
    Fatal(String),
}

/// A running worker. Dropped, it is stopped.
pub struct Worker {
    inner: web_sys::Worker,
    // Held so that the browser can call them.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.inner.set_onmessage(None);
        self.inner.set_onerror(None);
        self.inner.terminate();
    }
}

impl Worker {
    /// Starts the worker; requests may be sent at once.
    pub fn start(on_event: impl Fn(WorkerEvent) + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let inner = web_sys::Worker::new_with_options(&of_site("/worker.js"), &options).map_err(
            |_| "This browser cannot start a module worker. Surprisal needs a current browser.",
        )?;
        let on_event = std::rc::Rc::new(on_event);
        let on_message = {
            let on_event = std::rc::Rc::clone(&on_event);
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                on_event(decode(&event.data()))
            })
        };
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            on_event(WorkerEvent::Fatal(stopped(
                event
                    .dyn_ref::<web_sys::ErrorEvent>()
                    .map(web_sys::ErrorEvent::message),
            )));
        });
        inner.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        inner.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let _ = Reflect::set(&inner, &"onmessageerror".into(), on_error.as_ref());
        Ok(Self {
            inner,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Sends a request, with the files that it speaks of.
    pub fn send(&self, request: &Request, files: &[File]) {
        // The types are ours: encoding them fails only when memory is out.
        let Ok(bytes) = postcard::to_allocvec(request) else {
            return;
        };
        let bytes = Uint8Array::from(bytes.as_slice());
        let message = Object::new();
        let _ = Reflect::set(&message, &"bytes".into(), &bytes);
        if !files.is_empty() {
            let files: Array = files.iter().collect();
            let _ = Reflect::set(&message, &"files".into(), &files);
        }
        let _ = self
            .inner
            .post_message_with_transfer(&message, &Array::of1(&bytes.buffer()));
    }
}

fn decode(data: &JsValue) -> WorkerEvent {
    if let Some(array) = data.dyn_ref::<Uint8Array>()
        && let Ok(response) = postcard::from_bytes(&array.to_vec())
    {
        return WorkerEvent::Response(Box::new(response));
    }
    WorkerEvent::Fatal(stopped(
        Reflect::get(data, &"fatal".into())
            .ok()
            .and_then(|text| text.as_string()),
    ))
}

fn stopped(detail: Option<String>) -> String {
    let detail = detail
        .filter(|text| !text.is_empty())
        .map(|text| format!(" ({text})"))
        .unwrap_or_default();
    format!(
        "The reader stopped{detail}. Open the file again; if it stops at the same place, please report it."
    )
}
