//! A grid of parameters to sweep, and the table of what came of it.
use crate::counted;
use crate::desk::Desk;
use crate::judge::read_file;
use decoding::parameters::entry;
use leptos::prelude::*;
use markup::{Text, push};
use metrics::format::sig3_or_dash;
use sweep::{Axis, FIGURES, Row, lines};

/// The part of the form that says what is swept.
#[component]
pub(crate) fn Grid(desk: Desk) -> impl IntoView {
    let sweep = desk.sweep;
    // What it is, or what is wrong with it. Less code than a memo, and quick.
    let plan = move || {
        let plan = desk.plan()?;
        let (points, prompts) = plan.size();
        let parts = [
            counted(points, "point"),
            counted(prompts, "prompt"),
            counted(plan.answers, "answer"),
        ];
        Ok::<String, String>(format!("{} × {}: {}.", parts[0], parts[1], parts[2]))
    };
    let is_wrong = move || plan().is_err();
    let said = move || plan().unwrap_or_else(|message| message);
    let opened = move |event: leptos::ev::Event| {
        read_file(&event, move |name, text| {
            sweep.prompts.set(text);
            sweep.file.set(name);
        });
    };
    let prompts = move || {
        let file = sweep.file.get();
        let which = match file.is_empty() {
            true => "The prompt of the form is".to_owned(),
            false => format!("The prompts of {file} are"),
        };
        format!(
            "{which} answered at every point. A file has a prompt a line: a text in quotes, or an object with “prompt”."
        )
    };
    let no_file = move || sweep.file.with(String::is_empty);
    view! {
        <details class="studio-sweep">
            <summary>"Sweep"</summary>
            <p class="field-help">"The same question at every point of a grid of parameters: what it does to length, perplexity and variety. All answers are one run."</p>
            <Axes desk/>
            <div class="studio-act">
                <label class="button">
                    "Open prompts"
                    <input class="visually-hidden" type="file" accept=".jsonl,.ndjson,.json,.txt" aria-describedby="sweep-prompts" on:change=opened/>
                </label>
                <button type="button" class="quiet" hidden=no_file on:click=move |_| sweep.file.set(String::new())>"Take the prompt of the form"</button>
            </div>
            <p class="field-help" id="sweep-prompts">{prompts}</p>
            <p role="status" class:field-wrong=is_wrong>{said}</p>
            <div class="studio-act">
                <button type="button" disabled=move || desk.is_running() || is_wrong() || desk.model.with(String::is_empty)
                    on:click=move |_| desk.sweep()>"Start the sweep"</button>
            </div>
        </details>
    }
}

/// The parameters that are swept, each with its values; and all of them as a text, which is what is kept.
#[component]
fn Axes(desk: Desk) -> impl IntoView {
    let grid = desk.sweep.grid;
    let names = Memo::new(move |_| grid.with(|text| lines::named(text)));
    let others = move || {
        let mut html = "<option value=\"\">choose one …</option>".to_owned();
        names.with(|names| {
            for entry in lines::sweepable().filter(|entry| !names.contains(&entry.name)) {
                push!(html, "<option>{}</option>", entry.name);
            }
        });
        html
    };
    let add = move |event| put(desk, &event_target_value(&event), Some(String::new()));
    view! {
        <For each=move || names.get() key=|name| *name let:name>
            <Values desk name/>
        </For>
        <div class="field">
            <label for="sweep-add">"Sweep a parameter"</label>
            <select id="sweep-add" aria-describedby="sweep-help" on:change=add inner_html=others></select>
            <p id="sweep-help" class="field-help">"Several make a grid. All others are those of the form."</p>
        </div>
        <details>
            <summary>"The same as text"</summary>
            <div class="field">
                <label for="sweep">"Parameters and their values"</label>
                <textarea id="sweep" rows="3" spellcheck="false" placeholder="temperature = 0.2, 0.7, 1"
                    prop:value=move || grid.get() on:input=move |event| grid.set(event_target_value(&event))></textarea>
            </div>
        </details>
    }
}

/// The values of one parameter; what is wrong with them is said while one types.
#[component]
fn Values(desk: Desk, name: &'static str) -> impl IntoView {
    let values = move || {
        let text = desk.sweep.grid.get();
        lines::values(&text, name).unwrap_or_default().to_owned()
    };
    let wrong = move || {
        let failure = Axis::new(name, &values()).err()?;
        Some(failure.to_string())
    };
    let is_wrong = move || !values().is_empty() && wrong().is_some();
    let said = move || match wrong().filter(|_| is_wrong()) {
        Some(wrong) => wrong,
        None => entry(name).map_or_else(String::new, |entry| {
            format!("Values with commas between them, each {}.", entry.range)
        }),
    };
    let id = format!("sweep-{name}");
    let help = format!("{id}-help");
    view! {
        <div class="field">
            <label for=id.clone()>{format!("Values of {name}")}</label>
            <div class="studio-values">
                <input id=id type="text" autocomplete="off" aria-describedby=help.clone() aria-invalid=move || is_wrong().to_string()
                    prop:value=values on:input=move |event| put(desk, name, Some(event_target_value(&event)))/>
                <button type="button" class="quiet" aria-label=format!("Do not sweep {name}") on:click=move |_| put(desk, name, None)>"Remove"</button>
            </div>
            <p id=help class="field-help" class:field-wrong=is_wrong>{said}</p>
        </div>
    }
}

/// Writes the values of a parameter into the text.
fn put(desk: Desk, name: &str, values: Option<String>) {
    let grid = desk.sweep.grid;
    grid.update(|text| *text = lines::with(text, name, values.as_deref()));
}

/// How far it is, and the figures of every point.
#[component]
pub(crate) fn Swept(desk: Desk) -> impl IntoView {
    let swept = desk.sweep.swept;
    let all = move || swept.with(|swept| swept.all);
    let done = move || swept.with(|swept| swept.records.len());
    let said = move || {
        let (done, all) = (done(), all());
        match done < all {
            true => swept.with(|swept| format!("{} of {all}: {}", done + 1, swept.point)),
            false => format!("{done} of {all} requests are answered."),
        }
    };
    let rows = move || swept.with(|swept| table(&swept.rows));
    view! {
        <section class="studio-swept" aria-label="Sweep" hidden=move || all() == 0>
            <h2>"Sweep"</h2>
            <p role="status">{said}</p>
            <progress max=all prop:value=move || done() as f64 aria-label="Requests that are answered"></progress>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Figures of the points" inner_html=rows></div>
            <details>
                <summary>"What the columns say"</summary>
                <dl class="sweep-words" inner_html=words()></dl>
            </details>
        </section>
    }
}

/// What every column says.
fn words() -> String {
    let mut html = String::new();
    for figure in FIGURES {
        push!(
            html,
            "<dt>{}</dt><dd>{}.</dd>",
            title(figure.name),
            Text(figure.about)
        );
    }
    html
}

fn title(name: &str) -> String {
    name.replace('_', "-")
}

fn table(rows: &[Row]) -> String {
    let mut html = String::new();
    let common = rows.first().map(|row| row.point.common());
    if let Some(common) = common.filter(|common| !common.is_empty()) {
        push!(
            html,
            "<p class=\"field-help\">All points: {}</p>",
            Text(&common)
        );
    }
    html.push_str("<table class=\"rows\"><thead><tr><th scope=\"col\">point</th><th scope=\"col\" class=\"number\">answers</th>");
    for figure in FIGURES {
        push!(
            html,
            "<th scope=\"col\" class=\"number\" title=\"{}\">{}</th>",
            Text(figure.about),
            title(figure.name)
        );
    }
    html.push_str("</tr></thead><tbody>");
    let first = rows.first();
    for (row, first) in rows.iter().zip(first.into_iter().cycle()) {
        if row.prompts() == 0 {
            continue;
        }
        push!(
            html,
            "<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td>",
            Text(&row.point.name()),
            row.count()
        );
        for value in row.figures(first) {
            push!(html, "<td class=\"number\">{}</td>", sig3_or_dash(value));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table>");
    html
}
