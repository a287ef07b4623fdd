//! Files that are dropped or pasted anywhere on any page.
use crate::browser::{listed, text_file};
use crate::files::{Chosen, dropped};
use crate::session::use_session;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Opens files here as one run and shows it.
pub(crate) fn use_open_files() -> impl Fn(Chosen) + Clone + Send + Sync + 'static {
    let session = use_session();
    let navigate = use_navigate();
    move |chosen| {
        session.open_files(chosen);
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
    let open = use_open_files();
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
                if let Some(data) = event.data_transfer() {
                    dropped(&data, open_dropped.clone());
                }
            }),
            window_event_listener(ev::paste, move |event| {
                if in_field(&event) {
                    return;
                }
                let data = event.clipboard_data();
                let mut files = listed(data.as_ref().and_then(|data| data.files()));
                let text = data
                    .and_then(|data| data.get_data("text").ok())
                    .filter(|text| !text.trim().is_empty());
                if files.is_empty() {
                    files.extend(text.and_then(|text| text_file(&text, "pasted text")));
                }
                if !files.is_empty() {
                    open_pasted(Chosen::each(files));
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
