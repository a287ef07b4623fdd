//! A grid of parameters to sweep, and the table of what came of it.
use crate::desk::Desk;
use crate::question::read_file;
use leptos::prelude::*;
use markup::{Text, push};
use metrics::format::{count, sig3_or_dash};
use sweep::{FIGURES, Row};

/// "1 answer", "12 answers".
fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", count(number as u64))
}

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
            <div class="field">
                <label for="sweep">"Parameters and their values"</label>
                <textarea id="sweep" rows="3" spellcheck="false" placeholder="temperature = 0.2, 0.7, 1" aria-describedby="sweep-help"
                    prop:value=move || sweep.grid.get() on:input=move |event| sweep.grid.set(event_target_value(&event))></textarea>
                <p id="sweep-help" class="field-help">"A line for each parameter, such as “temperature = 0.2, 0.7, 1” or “top_p = 0.9, 1”; several make a grid. All others are those of the form."</p>
            </div>
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
    let mut html = "<table class=\"rows\"><thead><tr><th scope=\"col\">point</th><th scope=\"col\" class=\"number\">answers</th>".to_owned();
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
