//! A grid of parameters to sweep, and the table of what came of it.
use crate::desk::Desk;
use crate::question::read_file;
use decoding::parameters::{Field, TABLE};
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
    let plan = Memo::new(move |_| desk.plan());
    let add = move |_| {
        sweep.lines.update(|lines| {
            let next = lines.last().map_or(0, |(number, ..)| number + 1);
            lines.push((next, "top_p".to_owned(), String::new()));
        });
    };
    let opened = move |event: leptos::ev::Event| {
        read_file(&event, move |name, text| {
            sweep.prompts.set(Some((name, text)));
        });
    };
    let prompts = move || {
        match sweep.prompts.get() {
        None => "The prompt of the form is answered at every point.".into_any(),
        Some((name, _)) => view! {
            {format!("The prompts of {name} are answered at every point. ")}
            <button type="button" class="quiet" on:click=move |_| sweep.prompts.set(None)>"Take the prompt of the form"</button>
        }
        .into_any(),
    }
    };
    let said = move || match plan.get() {
        Err(message) => view! { <strong class="field-wrong">{message}</strong> }.into_any(),
        Ok(plan) => {
            let (points, prompts) = plan.size();
            let size = [
                counted(points, "point"),
                counted(prompts, "prompt"),
                counted(plan.answers, "answer"),
            ];
            format!("{} × {}: {}.", size[0], size[1], size[2]).into_any()
        }
    };
    view! {
        <details class="studio-sweep">
            <summary>"Sweep"</summary>
            <p class="field-help">"The same question at every point of a grid of parameters: what it does to length, perplexity and variety. All answers are one run."</p>
            <For each=move || sweep.lines.get() key=|(number, ..)| *number let:line>
                <Line desk number=line.0 name=line.1/>
            </For>
            <div class="studio-act">
                <button type="button" on:click=add>"Add a parameter"</button>
                <label class="button">
                    "Open prompts"
                    <input class="visually-hidden" type="file" accept=".jsonl,.ndjson,.json,.txt" aria-describedby="sweep-prompts" on:change=opened/>
                </label>
            </div>
            <p class="field-help" id="sweep-prompts">{prompts}" Prompts are lines of JSON: a text in quotes, or an object with “prompt”."</p>
            <p role="status">{said}</p>
            <div class="studio-act">
                <button type="button" disabled=move || desk.is_running() || plan.with(Result::is_err) || desk.model.with(String::is_empty)
                    on:click=move |_| desk.sweep()>"Start the sweep"</button>
            </div>
        </details>
    }
}

/// A parameter, and its values.
#[component]
fn Line(desk: Desk, number: usize, name: String) -> impl IntoView {
    let lines = desk.sweep.lines;
    let change = move |what: &dyn Fn(&mut String, &mut String)| {
        lines.update(|lines| {
            for (_, name, values) in lines.iter_mut().filter(|line| line.0 == number) {
                what(name, values);
            }
        });
    };
    let options = TABLE
        .iter()
        .filter(|entry| !matches!(entry.field, Field::Bias | Field::Eos | Field::Stop));
    let options = options.map(|entry| {
        let chosen = entry.name == name;
        view! { <option value=entry.name selected=chosen>{entry.name}</option> }
    });
    let remove = move |_| lines.update(|lines| lines.retain(|line| line.0 != number));
    view! {
        <div class="sweep-line">
            <select aria-label="Parameter" on:change=move |event| {
                let chosen = event_target_value(&event);
                change(&|name, _| name.clone_from(&chosen));
            }>{options.collect_view()}</select>
            <input type="text" autocomplete="off" aria-label="Its values" placeholder="0.2, 0.7, 1" on:input=move |event| {
                let told = event_target_value(&event);
                change(&|_, values| values.clone_from(&told));
            }/>
            <button type="button" class="quiet" aria-label="Remove this parameter" on:click=remove>"×"</button>
        </div>
    }
}

/// How far it is, and the figures of every point.
#[component]
pub(crate) fn Swept(desk: Desk) -> impl IntoView {
    let progress = desk.sweep.progress;
    let all = Memo::new(move |_| progress.with(|(_, all, _)| *all));
    let said = move || {
        progress.with(|(done, all, point)| match point.is_empty() {
            true => format!("{done} of {all} requests are answered."),
            false => format!("{} of {all}: {point}", done + 1),
        })
    };
    let rows = move || desk.sweep.rows.with(|rows| table(rows));
    view! {
        <Show when=move || { all.get() > 0 }>
            <section class="studio-swept" aria-label="Sweep">
                <h2>"Sweep"</h2>
                <p role="status">{said}</p>
                <progress max=move || all.get() prop:value=move || progress.with(|(done, ..)| *done as f64) aria-label="Requests that are answered"></progress>
                <div class="table-scroll" tabindex="0" role="group" aria-label="Figures of the points" inner_html=rows></div>
                <details>
                    <summary>"What the columns say"</summary>
                    <dl class="sweep-words">{FIGURES.map(|figure| view! { <dt>{title(figure.name)}</dt><dd>{figure.about}"."</dd> }).collect_view()}</dl>
                </details>
            </section>
        </Show>
    }
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
