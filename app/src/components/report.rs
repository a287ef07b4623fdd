//! The import report: what was understood, doubted and could not be read.
use crate::browser::clicked_number;
use crate::markup::{Maybe, Text, push};
use crate::view::ViewState;
use api::{BoardProblem, RunSummary};
use leptos::ev;
use leptos::prelude::*;
use metrics::format;
use std::sync::Arc;

/// The report of a run, one click away. Places in it lead to their sequence.
#[component]
pub(crate) fn ReportPanel(
    summary: Signal<Arc<RunSummary>>,
    view_state: RwSignal<ViewState>,
) -> impl IntoView {
    let open_sequence = move |event: ev::MouseEvent| {
        if let Some(sequence) = clicked_number(&event, "data-sequence") {
            event.prevent_default();
            view_state.set(ViewState {
                sequence: Some(sequence),
                ..ViewState::default()
            });
        }
    };
    view! {
        <details
            class="report"
            data-severity=move || summary.with(|run| run.severity.clone())
            open=move || summary.with(|run| run.severity == "nothing")
        >
            <summary>"Import report: "{move || summary.with(|run| headline(run))}</summary>
            <div class="report-body" on:click=open_sequence inner_html=move || summary.with(|run| report_html(run))></div>
        </details>
    }
}

fn report_html(run: &RunSummary) -> String {
    let mut html = format!(
        "<p>Read as {} in {}, {}.</p><ul class=\"evidence\">",
        Text(&run.format),
        Text(container_words(&run.container)),
        format::bytes(run.size)
    );
    for line in &run.evidence {
        push!(html, "<li>{}</li>", Text(line));
    }
    html.push_str("</ul><ul class=\"problems\">");
    for problem in &run.problems {
        push_problem(&mut html, problem);
    }
    html.push_str("</ul>");
    html
}

fn push_problem(html: &mut String, problem: &BoardProblem) {
    push!(
        html,
        "<li class=\"problem\" data-level=\"{}\"><p><span class=\"level\">{}</span> {}</p>{}<ul class=\"places\">",
        Text(&problem.level),
        level_word(&problem.level),
        Text(&problem.sentence),
        Maybe(
            (!problem.remedy.is_empty())
                .then(|| format!("<p class=\"remedy\">{}</p>", Text(&problem.remedy)))
        )
    );
    for (record, line, byte, sequence, detail) in &problem.places {
        let detail = Maybe((!detail.is_empty()).then(|| format!(": {}", Text(detail))));
        let link = Maybe(sequence.map(|sequence| {
            format!(
                " <a href=\"?s={0}\" data-sequence=\"{sequence}\">sequence {0}</a>",
                sequence + 1
            )
        }));
        push!(
            html,
            "<li>record {}, line {}, byte {}{detail}{link}</li>",
            format::count(*record),
            format::count(*line),
            format::count(*byte)
        );
    }
    let more = problem.count.saturating_sub(problem.places.len() as u64);
    let more = Maybe((more > 0).then(|| format!("<li>and {} more</li>", format::count(more))));
    push!(html, "{more}</ul><code>{}</code></li>", Text(&problem.code));
}

/// The finding in a few words.
fn headline(run: &RunSummary) -> String {
    let count = |level: &str| {
        run.problems
            .iter()
            .filter(|problem| problem.level == level)
            .count()
    };
    let mut parts = Vec::new();
    for (level, one, many) in [
        ("error", "error", "errors"),
        ("warn", "doubt", "doubts"),
        ("info", "remark", "remarks"),
    ] {
        match count(level) {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            number => parts.push(format!("{number} {many}")),
        }
    }
    match run.severity.as_str() {
        "nothing" => "no completion was found in this file".into(),
        "" => "the file is being read".into(),
        _ if parts.is_empty() => "everything was read".into(),
        _ => parts.join(", "),
    }
}

fn level_word(level: &str) -> &'static str {
    match level {
        "error" => "Not read",
        "warn" => "Doubt",
        _ => "Remark",
    }
}

fn container_words(container: &str) -> &str {
    match container {
        "json" => "one JSON value",
        "json_array" => "a JSON array",
        "jsonl" => "JSON lines",
        "json_concat" => "several JSON values",
        "empty" => "an empty file",
        "" | "unknown" => "an unknown container",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(level: &str) -> BoardProblem {
        BoardProblem {
            code: "censored".into(),
            level: level.into(),
            count: 3,
            sentence: "3 tokens <below>".into(),
            remedy: String::new(),
            places: vec![(1, 2, 3_000, Some(4), "at \"x\"".into())],
        }
    }

    fn run(severity: &str, levels: &[&str]) -> RunSummary {
        let problems = levels.iter().map(|level| problem(level)).collect();
        RunSummary {
            severity: severity.into(),
            problems,
            ..RunSummary::default()
        }
    }

    #[test]
    fn the_headline_says_the_worst_first() {
        assert_eq!(headline(&run("ok", &[])), "everything was read");
        assert_eq!(
            headline(&run("partial", &["info", "error", "warn", "warn"])),
            "1 error, 2 doubts, 1 remark"
        );
        assert_eq!(
            headline(&run("nothing", &["error"])),
            "no completion was found in this file"
        );
        assert_eq!(headline(&run("", &[])), "the file is being read");
    }

    #[test]
    fn places_lead_to_their_sequence() {
        let html = report_html(&run("doubts", &["warn"]));
        assert!(html.contains("3 tokens &lt;below&gt;"), "{html}");
        assert!(
            html.contains("<li>record 1, line 2, byte 3\u{2009}000: at &quot;x&quot; <a href=\"?s=5\" data-sequence=\"4\">sequence 5</a></li><li>and 2 more</li>"),
            "{html}"
        );
    }
}
