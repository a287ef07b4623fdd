//! A text that is to be judged, and files of texts that are opened here.
use crate::desk::Desk;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

#[component]
pub(crate) fn Judge(desk: Desk) -> impl IntoView {
    let can = move || desk.can_judge();
    let opened = move |event: leptos::ev::Event| {
        read_file(&event, move |_, text| desk.text.set(text));
    };
    view! {
        <details class="studio-judge">
            <summary>"Score my text"</summary>
            <p class="field-help">
                {move || if can() {
                    "The model says of every token how likely it was, over its whole vocabulary; and with do_sample, what the parameters make of that: exactly, where the sampling lab has bounds."
                } else {
                    "Only a model of this machine that goes on with texts can do that; choose one."
                }}
            </p>
            <div class="field">
                <label for="judged">"Text to score"</label>
                <textarea id="judged" rows="6" prop:value=move || desk.text.get()
                    on:input=move |event| desk.text.set(event_target_value(&event))></textarea>
            </div>
            <div class="studio-act">
                <button type="button" disabled=move || !can() || desk.is_running() || desk.text.with(String::is_empty)
                    on:click=move |_| desk.judge()>"Score"</button>
                <label class="button">
                    "Open a text file"
                    <input class="visually-hidden" type="file" accept=".txt,.md,text/*" on:change=opened/>
                </label>
            </div>
        </details>
    }
}

/// Hands over the name and the text of a file that was chosen.
pub(crate) fn read_file(event: &leptos::ev::Event, take: impl FnOnce(String, String) + 'static) {
    let input = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(file) = input.as_ref().and_then(|input| input.files()?.get(0)) else {
        return;
    };
    // The same file can be chosen again, changed.
    if let Some(input) = input {
        input.set_value("");
    }
    spawn_local(async move {
        let text = JsFuture::from(file.text()).await.ok();
        if let Some(text) = text.and_then(|text| text.as_string()) {
            take(file.name(), text);
        }
    });
}
