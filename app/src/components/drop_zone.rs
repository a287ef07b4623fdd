//! Where one chooses files: picker, paste, sample. Drops are taken by [`super::intake`]. Without JavaScript a plain form that stores it.
use super::intake::use_open_files;
use crate::browser::{fetch_file, of_site, text_file};
use crate::files::Chosen;
use leptos::ev;
use leptos::html::{Dialog, Textarea};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

const SAMPLE: &str = "completions-small.json";
const FOLDER: &str = "<label class=\"button\">Open a folder<input type=\"file\" class=\"visually-hidden\" webkitdirectory></label>";

/// The invitation to open files.
#[component]
pub(crate) fn DropZone() -> impl IntoView {
    let open = use_open_files();
    let (problem, set_problem) = signal(None::<&'static str>);
    let choose = {
        let open = open.clone();
        move |event: ev::Event| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(chosen) = input.and_then(|input| Chosen::by(&input)) {
                open(chosen);
            }
        }
    };
    let sample = {
        let open = open.clone();
        move |event: ev::MouseEvent| {
            event.prevent_default();
            let open = open.clone();
            leptos::task::spawn_local(async move {
                match fetch_file(&of_site(&format!("/samples/{SAMPLE}")), SAMPLE).await {
                    Some(file) => open(Chosen::each(vec![file])),
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
            <p>"Drop files with token log-probabilities, or a folder of them, anywhere on this page. They are read in this browser and stay there."</p>
            // Without JavaScript the form stores the file and shows the stored run.
            <form method="post" action="/api/runs" enctype="multipart/form-data">
                <div class="actions" on:change=choose>
                    <label class="button primary">
                        "Import Completion"
                        // The form sends one file: several are for the page only.
                        <input type="file" name="file" class="visually-hidden" prop:multiple=true/>
                    </label>
                    <div class="scripted" inner_html=FOLDER></div>
                    <PasteButton open=open.clone()/>
                    <button class="unscripted needs-server">"Store the file"</button>
                    <a class="button" href=format!("/samples/{SAMPLE}") rel="external" on:click=sample>"Open the sample"</a>
                </div>
            </form>
            <p class="drop-formats">"Responses of OpenAI and of servers like it, evaluation logs, recordings · JSON, JSON Lines, streams · plain or gzip, zstd, zip"</p>
            {move || problem.get().map(|text| view! { <p class="strip strip-error" role="alert">{text}</p> })}
        </section>
    }
}

/// Opens a field for text that was copied elsewhere.
#[component]
fn PasteButton(open: impl Fn(Chosen) + Clone + 'static) -> impl IntoView {
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
            open(Chosen::each(vec![file]));
        }
    };
    view! {
        <button type="button" class="scripted" on:click=show>"Paste text"</button>
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
