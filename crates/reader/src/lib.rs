//! The worker's bundle: its entry point. Everything else is in `worker`.
//!
//! No `#[wasm_bindgen(start)]`: `worker.js` decides when it runs.
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the worker, with the messages that came in before it was ready.
#[wasm_bindgen]
pub fn worker_main(queued: &js_sys::Array) {
    console_error_panic_hook::set_once();
    worker::host::run(queued);
}

/// Takes over a helper, with the messages that came in before it was ready.
#[wasm_bindgen]
pub fn helper_main(queued: &js_sys::Array) {
    console_error_panic_hook::set_once();
    worker::helper::run(queued);
}
