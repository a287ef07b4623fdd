//! One parameter of the form, with its help, and why it does nothing where it does nothing.
use crate::desk::Desk;
use decoding::parameters::{Entry, Field as Kind, Range, UNSERVED};
use decoding::{Parameters, parameters::entry};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// A label, a field, a sentence.
#[component]
pub(crate) fn Field(desk: Desk, entry: &'static Entry) -> impl IntoView {
    let name = entry.name;
    let value = move || {
        desk.told
            .with(|told| told.get(name).cloned().unwrap_or_default())
    };
    let tell = move |text: String| {
        desk.told.update(|told| match text.is_empty() {
            true => drop(told.remove(name)),
            false => drop(told.insert(name, text)),
        });
    };
    let idle = Memo::new(move |_| {
        // One that is wrong elsewhere must not make all others grey.
        let told = desk.told.get();
        let model = desk.entry().unwrap_or_default();
        let mut parameters = readable(&told, model.eos_token_id);
        if !model.local {
            if let Some((_, instead)) = UNSERVED.iter().find(|(other, _)| *other == name) {
                return Some(format!("{name}: {instead}."));
            }
            // It draws unless it is told not to, and knows its ends.
            parameters.do_sample.get_or_insert(true);
            parameters.eos_token_id.push(0);
        }
        let reason = parameters.why_idle(name)?;
        Some(format!("{name} {reason}."))
    });
    let wrong = Memo::new(move |_| {
        let text = value();
        let mut parameters = Parameters::default();
        let set = text.lines().try_for_each(|line| parameters.set(name, line));
        set.err().map(|error| error.to_string())
    });
    let id = format!("parameter-{name}");
    let help = format!("{id}-help");
    let described = help.clone();
    let input = match (entry.range, entry.field) {
        (Range::Words(words), _) => view! {
            <select id=id.clone() aria-describedby=described
                on:change=move |event| tell(event_target_value(&event))>
                <option value="" selected=move || value().is_empty()>{format!("not told ({})", entry.default)}</option>
                {words.iter().map(|&word| view! {
                    <option value=word selected=move || value() == word>{word}</option>
                }).collect_view()}
            </select>
        }
        .into_any(),
        (_, Kind::Stop) => view! {
            <textarea id=id.clone() rows="2" placeholder="one a line" aria-describedby=described
                prop:value=value on:input=move |event| tell(event_target_value(&event))></textarea>
        }
        .into_any(),
        _ => view! {
            <input id=id.clone() type="text" inputmode="decimal" autocomplete="off" placeholder=entry.default
                aria-describedby=described aria-invalid=move || wrong.with(Option::is_some).to_string()
                prop:value=value on:input=move |event| tell(event_target_value(&event))/>
        }
        .into_any(),
    };
    view! {
        <div class="field" class:idle=move || idle.get().is_some()>
            <label for=id>{name}</label>
            {input}
            <p id=help class="field-help">
                {move || match (wrong.get(), idle.get()) {
                    (Some(wrong), _) => view! { <strong class="field-wrong">{wrong}</strong> }.into_any(),
                    (None, Some(reason)) => reason.into_any(),
                    (None, None) => entry.help.into_any(),
                }}
            </p>
        </div>
    }
}

/// What can be read of what was told.
fn readable(told: &BTreeMap<&'static str, String>, eos: Vec<u32>) -> Parameters {
    let mut parameters = Parameters {
        eos_token_id: eos,
        ..Parameters::default()
    };
    for (name, text) in told {
        for line in text.lines() {
            // What cannot be is said at its own field.
            let _ = parameters.set(name, line);
        }
    }
    parameters
}

/// Those that everybody wants to see.
pub(crate) const FIRST: [&str; 8] = [
    "do_sample",
    "temperature",
    "top_p",
    "top_k",
    "max_new_tokens",
    "num_return_sequences",
    "num_beams",
    "seed",
];

/// The descriptions of [`FIRST`].
pub(crate) fn first() -> impl Iterator<Item = &'static Entry> {
    FIRST.into_iter().filter_map(entry)
}
