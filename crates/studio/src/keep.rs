//! What was made, stored as a run, saved as a file, or looked at as a run.
use crate::desk::{Desk, Stored};
use crate::stream;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

/// Storing, and saving as a file.
#[component]
pub(crate) fn Keep(desk: Desk) -> impl IntoView {
    let has = Memo::new(move |_| {
        let is_there = !desk.shown.with(Vec::is_empty)
            || !desk.sweep.swept.with(|swept| swept.records.is_empty());
        is_there && !desk.is_running()
    });
    let save = move |_| {
        let (name, text) = desk.kept();
        save(name, &text);
    };
    let show = move |_| {
        let (name, text) = desk.kept();
        stream::show(name, &text);
    };
    let stored = move || match desk.stored.get() {
        Stored::No => ().into_any(),
        Stored::Sending => "Storing …".into_any(),
        Stored::Run(id) => {
            view! { "Stored. " <a href=api::page_url(&id)>"Open it as a run"</a> }.into_any()
        }
        Stored::Failed(message) => view! { <span class="field-wrong">{message}</span> }.into_any(),
    };
    view! {
        <Show when=move || has.get()>
            <div class="studio-act">
                <button type="button" disabled=move || desk.stored.with(|stored| *stored == Stored::Sending) on:click=move |_| desk.store()>"Store as a run"</button>
                <button type="button" on:click=save>"Save as a file"</button>
                <button type="button" title="All views of a run, in this browser; nothing is stored" on:click=show>"Look at it as a run"</button>
            </div>
        </Show>
        <p role="status" class="studio-stored">{stored}</p>
    }
}

fn save(name: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = js_sys::Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options);
    let Some(url) = blob
        .ok()
        .and_then(|blob| Url::create_object_url_with_blob(&blob).ok())
    else {
        return;
    };
    if let Ok(link) = document().create_element("a") {
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("download", name);
        if let Ok(link) = link.dyn_into::<HtmlElement>() {
            link.click();
        }
    }
    let _ = Url::revoke_object_url(&url);
}
