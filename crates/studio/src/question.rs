//! The form: model, prompt, parameters; or a text to judge.
use crate::counted;
use crate::desk::{Desk, Phase};
use crate::field::{FIRST, Field, first};
use crate::grid::Grid;
use crate::judge::Judge;
use api::writing::ModelEntry;
use decoding::parameters::{PRESETS, TABLE};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// Said where there is no model.
const NONE: &str = "This server has no model. Start it with `surprisal serve --model NAME=PATH` for one on its disk (`cargo xtask demo-model` gets a small one), or with `--model-server NAME=URL` for a server that speaks the OpenAI protocol. Or open a model from your own disk.";

#[component]
pub(crate) fn Question(desk: Desk) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        desk.generate();
    };
    let runs = Memo::new(move |_| desk.is_running());
    view! {
        <form class="studio-form" aria-label="What the model is asked" on:submit=submit>
            <Model desk/>
            <Prompt desk/>
            <div class="studio-act">
                <button class="primary" disabled=move || runs.get() || desk.model.with(String::is_empty)>"Generate"</button>
                <button type="button" disabled=move || !runs.get() on:click=move |_| desk.stop()>"Stop"</button>
            </div>
            <p class="studio-phase" role="status">{move || phase(desk)}</p>
            <p class="studio-speed">{move || speed(desk)}</p>
            <Presets desk/>
            <fieldset class="studio-parameters">
                <legend>"Parameters"</legend>
                {first().map(|entry| view! { <Field desk entry/> }).collect_view()}
                <details>
                    <summary>"More parameters"</summary>
                    {TABLE.iter().filter(|entry| !FIRST.contains(&entry.name)).map(|entry| view! { <Field desk entry/> }).collect_view()}
                </details>
            </fieldset>
            <Judge desk/>
            <Grid desk/>
        </form>
    }
}

#[component]
fn Model(desk: Desk) -> impl IntoView {
    let choose = move |event: leptos::ev::Event| {
        desk.model.set(event_target_value(&event));
        let chat = untrack(|| desk.entry()).is_some_and(|model| model.chat);
        desk.chat.set(chat);
    };
    let list = move || {
        match desk.models.get() {
        None => view! { <p>"Asking which models there are …"</p> }.into_any(),
        Some(Err(message)) => view! { <p class="field-wrong">{message}</p> }.into_any(),
        Some(Ok(models)) if models.is_empty() => view! { <p class="studio-none">{NONE}</p> }.into_any(),
        Some(Ok(models)) => view! {
            <div class="field">
                <label for="model">"Model"</label>
                <select id="model" aria-describedby="model-about" on:change=choose>
                    {models.into_iter().map(|model| {
                        let id = model.id.clone();
                        let is_chosen = move || desk.model.with(|chosen| *chosen == id);
                        // One that cannot be chosen says why: nobody sees a help text of it.
                        let name = match &model.error {
                            Some(error) => format!("{} {error}", model.id),
                            None => model.id.clone(),
                        };
                        view! { <option value=model.id selected=is_chosen disabled=model.error.is_some()>{name}</option> }
                    }).collect_view()}
                </select>
                <p id="model-about" class="field-help">{move || desk.entry().map(|model| about(&model))}</p>
            </div>
        }
        .into_any(),
    }
    };
    let opened = move |event: leptos::ev::Event| {
        let input: Option<HtmlInputElement> =
            event.target().and_then(|target| target.dyn_into().ok());
        if let Some(files) = input.and_then(|input| input.files()) {
            desk.open(files);
        }
    };
    view! {
        <div class="studio-model">
            {list}
            <label class="button">
                "Open a model from your disk"
                <input class="visually-hidden" type="file" multiple accept=".gguf,.safetensors,.json,.jinja" on:change=opened/>
            </label>
            <p class="field-help">"A GGUF file; or config.json, tokenizer.json and *.safetensors together."</p>
            <p class="field-help" role="status">{move || desk.opening.get()}</p>
        </div>
    }
}

/// Kind, numbers, room.
fn about(model: &ModelEntry) -> String {
    if let Some(error) = &model.error {
        return error.clone();
    }
    if !model.local {
        return "Runs on another server: only the alternatives that it lists are known.".to_owned();
    }
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let room = model.context.map_or_else(String::new, |context| {
        format!(", room for {}", counted(context, "token"))
    });
    format!(
        "{}, {}{room}. The whole distribution of every token is known.",
        part(&model.architecture),
        part(&model.weights)
    )
}

#[component]
fn Prompt(desk: Desk) -> impl IntoView {
    let has_chat = move || desk.entry().is_none_or(|model| model.chat);
    let kind = move |chat: bool, label: &'static str| {
        let is_on = move || desk.chat.get() == chat;
        view! {
            <label class="studio-kind">
                <input type="radio" name="kind" prop:checked=is_on disabled=move || chat && !has_chat()
                    on:change=move |_| desk.chat.set(chat)/>
                {label}
            </label>
        }
    };
    let opened = move |event: leptos::ev::Event| {
        let details = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if details.is_some_and(|details| details.has_attribute("open")) {
            desk.look();
        }
    };
    view! {
        <fieldset class="studio-kinds">
            <legend>"Prompt"</legend>
            {kind(false, "A text to go on with")}
            {kind(true, "A message in a chat")}
        </fieldset>
        <Show when=move || desk.chat.get()>
            <div class="field">
                <label for="system">"System message"</label>
                <textarea id="system" rows="2" placeholder="how the model shall answer; may be empty"
                    prop:value=move || desk.system.get() on:input=move |event| desk.system.set(event_target_value(&event))></textarea>
            </div>
        </Show>
        <Show when=move || desk.chat.get() && !desk.turns.with(Vec::is_empty)>
            <div class="studio-act">
                <p class="field-help">{move || format!("{} of the conversation before.", counted(desk.turns.with(Vec::len), "message"))}</p>
                <button type="button" class="quiet" on:click=move |_| desk.turns.set(Vec::new())>"Leave them out"</button>
            </div>
        </Show>
        <div class="field">
            <label for="prompt">{move || if desk.chat.get() { "Your message" } else { "Text" }}</label>
            <textarea id="prompt" rows="5" prop:value=move || desk.prompt.get()
                on:input=move |event| desk.prompt.set(event_target_value(&event))></textarea>
        </div>
        <details class="studio-read" on:toggle=opened>
            <summary>"The prompt as the model reads it"</summary>
            {move || desk.read.get().map(|read| view! {
                <p class="field-help">{counted(read.tokens.len(), "token")}</p>
                <pre tabindex="0" role="group" aria-label="Rendered prompt">{read.text.unwrap_or_else(|| "The server puts its own template around the messages.".to_owned())}</pre>
            })}
        </details>
    }
}

#[component]
fn Presets(desk: Desk) -> impl IntoView {
    // What says how tokens are chosen; lengths, seed and stops stay.
    const STAYS: [&str; 7] = [
        "max_new_tokens",
        "max_length",
        "min_new_tokens",
        "min_length",
        "seed",
        "stop_strings",
        "top_logprobs",
    ];
    let about = RwSignal::new("");
    let buttons = PRESETS.iter().map(|preset| {
        let take = move |_| {
            desk.told.update(|told| {
                told.retain(|name, _| STAYS.contains(name));
                told.extend(
                    preset
                        .told
                        .iter()
                        .map(|(name, value)| (*name, (*value).to_owned())),
                );
            });
            about.set(preset.about);
        };
        view! { <button type="button" title=preset.about on:click=take>{preset.name}</button> }
    });
    view! {
        <div class="studio-presets" role="group" aria-label="Presets">{buttons.collect_view()}</div>
        <p class="field-help" role="status">{move || about.get()}</p>
    }
}

/// What is going on, in a sentence.
fn phase(desk: Desk) -> String {
    match desk.phase.get() {
        Phase::Idle => String::new(),
        Phase::Waiting(1) => "Waiting: one request is before yours.".to_owned(),
        Phase::Waiting(ahead) => format!("Waiting: {ahead} requests are before yours."),
        Phase::Reading => "The model reads the prompt …".to_owned(),
        Phase::Writing => "The model writes …".to_owned(),
        Phase::Done(_) => "Done.".to_owned(),
        Phase::Stopped => "Stopped. What was written stays.".to_owned(),
        Phase::Failed(message) => message,
    }
}

/// Tokens, tokens a second, time to the first one.
fn speed(desk: Desk) -> String {
    let (tokens, first, last) = desk.speed.get();
    if tokens == 0 {
        return String::new();
    }
    let seconds = (last - first) / 1e3;
    let speed = match seconds > 0.0 && tokens > 1 {
        true => format!(
            " · {} a second",
            metrics::format::sig3((tokens - 1) as f64 / seconds)
        ),
        false => String::new(),
    };
    let first = metrics::format::sig3(first / 1e3);
    format!(
        "{}{speed} · first after {first} s",
        counted(tokens, "token")
    )
}
