//! The bundle of the worker in which a model from the person's own disk writes and judges. Nothing leaves the machine.
//!
//! `own-worker.js` calls it; what is asked and what comes back are the texts of `POST /api/generate` and `POST /api/score`, so
//! that the page need not know where a model computes. It computes to the end of a request without looking up: whoever
//! wants to stop it ends the worker.
mod files;

use api::writing::{Ask, Happening, Judge};
use api::{ApiError, ErrorCode};
use engine::{Memory, Model};
use files::Chosen;
use js_sys::{Array, Function};
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use writer::{Judging, Listener, Named, Writing};

thread_local! {
    static MODEL: RefCell<Option<Named>> = const { RefCell::new(None) };
}

/// Reads a model from files, which takes the place of the one before; gives its entry as JSON, without its hash, for which
/// nobody need wait (`read_for_hash`).
///
/// # Errors
/// A sentence.
#[wasm_bindgen]
pub fn open(files: &Array) -> Result<String, String> {
    console_error_panic_hook::set_once();
    MODEL.set(None);
    let chosen = Chosen::new(files);
    let model = Model::open(&chosen, Memory::free()).map_err(|failure| failure.to_string())?;
    let named = Named {
        name: chosen.name(),
        model: Arc::new(model),
    };
    let entry = serde_json::to_string(&named.entry()).map_err(|error| error.to_string())?;
    MODEL.set(Some(named));
    Ok(entry)
}

/// Reads a MiB of the weights, by whose hash records know them; `true` when all are read, or there is no model.
#[wasm_bindgen]
pub fn read_for_hash() -> bool {
    MODEL.with_borrow(|named| {
        named
            .as_ref()
            .is_none_or(|named| named.model.read_for_hash())
    })
}

/// Does what a body of `POST /api/generate`, or with `judges` of `POST /api/score`, asks for. Calls `tell` with each event as
/// JSON.
///
/// # Errors
/// The answer of the API to a request that is wrong, as JSON. Nothing has happened then.
#[wasm_bindgen]
pub fn ask(judges: bool, body: &str, tell: Function) -> Result<(), String> {
    let page = Page(SendWrapper::new(tell));
    let done = match judges {
        true => read::<Judge>(body)
            .and_then(|judge| Judging::of(model()?, judge, usize::MAX))
            .map(|job| job.run(&page)),
        false => read::<Ask>(body)
            .and_then(|ask| Writing::of(model()?, ask, false, usize::MAX))
            .map(|job| job.run(&page)),
    };
    done.map_err(|error| serde_json::to_string(&error).unwrap_or_default())
}

fn read<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, ApiError> {
    serde_json::from_str(body).map_err(|error| writer::bad_request(error.to_string()))
}

fn model() -> Result<Named, ApiError> {
    let there = MODEL.with_borrow(Clone::clone);
    there.ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            "No model is open. Open one from your disk.",
        )
    })
}

/// The page that waits.
#[derive(Clone)]
struct Page(SendWrapper<Function>);

impl Listener for Page {
    fn tell(&self, happening: Happening) -> bool {
        let text = serde_json::to_string(&happening).unwrap_or_default();
        self.0
            .call1(&JsValue::NULL, &JsValue::from_str(&text))
            .is_ok()
    }

    fn is_alone(&self) -> bool {
        false
    }
}
