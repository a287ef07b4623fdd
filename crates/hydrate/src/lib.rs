//! The page's bundle: its entry point. Everything else is in `app`.
// The type of the whole page is instantiated here.
#![recursion_limit = "256"]
use leptos::prelude::provide_context;
use std::sync::Arc;
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(|| {
        provide_context::<Arc<dyn api::Backend>>(Arc::new(api::client::HttpBackend));
        app::App()
    });
}
