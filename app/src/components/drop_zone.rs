//! Where one chooses a file: picker, paste, sample. Drops are taken by [`super::intake`]. Without JavaScript a plain form that stores it.
use super::intake::use_open_file;
use crate::browser::{fetch_file, take_chosen_file, text_file, use_mounted};
use leptos::ev;
use leptos::html::{Dialog, Input, Textarea};
use leptos::prelude::*;
use web_sys::File;

const SAMPLE: &str = "completions-small.json";

/// The invitation to open a file.
#[component]
pub(crate) fn DropZone() -> impl IntoView {
    let open = use_open_file();
    let (problem, set_problem) = signal(None::<&'static str>);
    let mounted = use_mounted();
    let input = NodeRef::<Input>::new();
    let choose = {
        let open = open.clone();
        move |_| {
            if let Some(file) = input
                .get_untracked()
                .and_then(|input| take_chosen_file(&input))
            {
                open(file);
            }
        }
    };
    let sample = {
        let open = open.clone();
        move |event: ev::MouseEvent| {
            event.prevent_default();
            let open = open.clone();
            leptos::task::spawn_local(async move {
                match fetch_file(&format!("/samples/{SAMPLE}"), SAMPLE).await {
                    Some(file) => open(file),
                    None => set_problem.set(Some(
                        "The sample could not be loaded: no connection to the server.",
                    )),
                }
            });
        }
    };
    view! {
        <section class="drop-zone">
            <h2>"Import a Completion File"</h2>
            <p>"Drop a file with token log-probabilities anywhere on this page. It is read in this browser and stays there."</p>
            // Without JavaScript the form stores the file and shows the stored run.
            <form method="post" action="/api/runs" enctype="multipart/form-data">
                <div class="actions">
                    <label class="button primary">
                        "Import Completion"
                        <input type="file" name="file" class="visually-hidden" node_ref=input on:change=choose/>
                    </label>
                    <Show when=move || mounted.get() fallback=|| view! { <button>"Store the file"</button> }>
                        <PasteButton open=open.clone()/>
                    </Show>
                    <a class="button" href=format!("/samples/{SAMPLE}") rel="external" on:click=sample>"Open the sample"</a>
                </div>
            </form>
            <p class="drop-formats">"OpenAI Chat Completions, legacy Completions and Batch output · JSON, arrays, JSON Lines"</p>
            {move || problem.get().map(|text| view! { <p class="strip strip-error" role="alert">{text}</p> })}
        </section>
    }
}

/// Opens a field for text that was copied elsewhere.
#[component]
fn PasteButton(open: impl Fn(File) + Clone + 'static) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let text = NodeRef::<Textarea>::new();
    let show = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let take = move |_| {
        let Some(field) = text.get_untracked() else {
            return;
        };
        let value = field.value();
        if value.trim().is_empty() {
            let _ = field.focus();
            return;
        }
        close();
        if let Some(file) = text_file(&value, "pasted text") {
            open(file);
        }
    };
    view! {
        <button type="button" on:click=show>"Paste text"</button>
        <dialog node_ref=dialog aria-labelledby="paste-title">
            <h2 id="paste-title">"Paste the text of a completions file"</h2>
            <textarea node_ref=text rows="12" spellcheck="false" aria-labelledby="paste-title"></textarea>
            <div class="actions">
                <button type="button" class="primary" on:click=take>"Open"</button>
                <button type="button" on:click=move |_| close()>"Cancel"</button>
            </div>
        </dialog>
    }
}
