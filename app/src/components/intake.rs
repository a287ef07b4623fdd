//! Files that are dropped or pasted anywhere on any page.
use crate::browser::{dropped_file, text_file};
use crate::session::use_session;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, File};

/// Opens a file here and shows it.
pub(crate) fn use_open_file() -> impl Fn(File) + Clone + Send + Sync + 'static {
    let session = use_session();
    let navigate = use_navigate();
    move |file| {
        session.open_file(file);
        // In a task of its own: together they would hold up the page for longer than one notices.
        let navigate = navigate.clone();
        set_timeout(
            move || navigate("/local", Default::default()),
            Duration::ZERO,
        );
    }
}

/// Takes drops and pastes of the whole window: a file dropped beside a zone must not replace the page.
#[component]
pub(crate) fn WindowIntake() -> impl IntoView {
    let open = use_open_file();
    let (over, set_over) = signal(false);
    Effect::new(move |_| {
        let (open_dropped, open_pasted) = (open.clone(), open.clone());
        let handles = [
            window_event_listener(ev::dragover, move |event| {
                event.prevent_default();
                set_over.set(true);
            }),
            window_event_listener(ev::dragleave, move |event| {
                // Leaving one element for another keeps a target; leaving the window does not.
                if event.related_target().is_none() {
                    set_over.set(false);
                }
            }),
            window_event_listener(ev::drop, move |event| {
                event.prevent_default();
                set_over.set(false);
                if let Some(file) = dropped_file(&event) {
                    open_dropped(file);
                }
            }),
            window_event_listener(ev::paste, move |event| {
                if in_field(&event) {
                    return;
                }
                let data = event.clipboard_data();
                let file = data
                    .as_ref()
                    .and_then(|data| data.files())
                    .and_then(|files| files.get(0));
                let text = data
                    .and_then(|data| data.get_data("text").ok())
                    .filter(|text| !text.trim().is_empty());
                if let Some(file) = file.or_else(|| text_file(&text?, "pasted text")) {
                    open_pasted(file);
                }
            }),
        ];
        on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
    });
    view! { <div class="drop-veil" class:over=over aria-hidden="true"><p>"Drop the file to read it"</p></div> }
}

/// A paste into a text field is that field's own.
fn in_field(event: &ev::ClipboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| element.matches("input, textarea").unwrap_or(false))
}
