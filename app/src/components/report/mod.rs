//! The import report: what was understood, doubted and could not be read.
mod words;

use crate::browser::clicked_number;
use crate::markup::{Maybe, Text, push, text};
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
            data-severity=text(move || summary.with(|run| run.severity.clone()))
            open=Signal::derive(move || summary.with(|run| run.severity == "nothing"))
        >
            <summary>"Import report: "{text(move || summary.with(|run| headline(run)))}</summary>
            <div class="report-body" on:click=open_sequence inner_html=text(move || summary.with(|run| report_html(run)))></div>
        </details>
    }
}

fn report_html(run: &RunSummary) -> String {
    if run.severity.is_empty() {
        return "<p>It is written when all is read.</p>".to_owned();
    }
    let nothing = run.severity == "nothing";
    let mut html = String::from("<dl class=\"detected\">");
    let mut fact = |name: &str, value: String| {
        push!(html, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    };
    let seen = format!(
        "{}, {}",
        Text(words::container(&run.container)),
        format::bytes(run.size)
    );
    fact(if nothing { "Seen" } else { "Detected" }, seen);
    if nothing {
        fact("Needed", NEEDED.to_owned());
    } else {
        fact("Read as", format!("<code>{}</code>", Text(&run.format)));
    }
    if !run.sources.is_empty() {
        fact("Files", format::count(run.sources.len() as u64));
    }
    let mut evidence = String::new();
    for line in &run.evidence {
        push!(evidence, "<li>{}</li>", Text(line));
    }
    if !evidence.is_empty() {
        fact(
            "Because of",
            format!("<ul class=\"evidence\">{evidence}</ul>"),
        );
    }
    html.push_str("</dl><ul class=\"problems\">");
    // As the headline: the worst first.
    let mut problems: Vec<&BoardProblem> = run.problems.iter().collect();
    problems.sort_by_key(|problem| rank(&problem.level));
    for problem in problems {
        push_problem(&mut html, problem);
    }
    html.push_str("</ul>");
    html
}

/// What a file without a sequence would have to be.
const NEEDED: &str = "responses of a language model as its server sent them, with log-probabilities of the tokens (in a chat request <code>logprobs: true, top_logprobs: 5</code>): JSON, JSON lines, streams or recordings, also packed.";

/// More places than this are shown when one asks for them.
const PLACES: usize = 3;

fn push_problem(html: &mut String, problem: &BoardProblem) {
    push!(
        html,
        "<li class=\"problem\" data-level=\"{}\"><p><span class=\"level\">{}</span> {} <code>{}</code></p>{}",
        Text(&problem.level),
        level_word(&problem.level),
        Text(&problem.sentence),
        Text(&problem.code),
        Maybe(
            (!problem.remedy.is_empty())
                .then(|| format!("<p class=\"remedy\">{}</p>", Text(&problem.remedy)))
        )
    );
    let places: Vec<String> = (0..problem.places.len())
        .map(|at| place_html(problem, at))
        .collect();
    let more = problem.count.saturating_sub(places.len() as u64);
    let more = Maybe((more > 0).then(|| format!("<li>and {} more</li>", format::count(more))));
    let list = format!("<ul class=\"places\">{}{more}</ul>", places.concat());
    if places.len() > PLACES {
        push!(
            html,
            "<details><summary>{} places</summary>{list}</details>",
            format::count(problem.count.max(places.len() as u64))
        );
    } else if !places.is_empty() {
        html.push_str(&list);
    }
    html.push_str("</li>");
}

/// "run.jsonl: record 2, line 2, byte 318: what is special about it, sequence 2". What is not known is 0 and left out.
fn place_html(problem: &BoardProblem, at: usize) -> String {
    let Some((record, line, byte, sequence, detail)) = problem.places.get(at) else {
        return String::new();
    };
    let mut html = String::from("<li>");
    if let Some(source) = problem.sources.get(at).filter(|source| !source.is_empty()) {
        push!(html, "<b>{}</b>: ", Text(source));
    }
    for (name, value) in [("record", *record), ("line", *line)] {
        if value > 0 {
            push!(html, "{name} {}, ", format::count(value));
        }
    }
    push!(html, "byte {}", format::count(*byte));
    if *line == 0 && *record > 0 {
        html.push_str(" of the unpacked text");
    }
    // The sentence has it already where it is the only one.
    let is_said = problem.count == 1 && problem.sentence.contains(detail.as_str());
    if !detail.is_empty() && !is_said {
        push!(html, ": {}", Text(detail));
    }
    if let Some(sequence) = sequence {
        push!(
            html,
            " <a href=\"?s={0}\" data-sequence=\"{sequence}\">sequence {0}</a>",
            sequence + 1
        );
    }
    html.push_str("</li>");
    html
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

fn rank(level: &str) -> u8 {
    match level {
        "error" => 0,
        "warn" => 1,
        _ => 2,
    }
}

fn level_word(level: &str) -> &'static str {
    match level {
        "error" => "Not read",
        "warn" => "Doubt",
        _ => "Remark",
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
            sources: Vec::new(),
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
    fn a_problem_says_everything() {
        let html = report_html(&run("doubts", &["warn"]));
        for part in [
            "<dt>Detected</dt><dd>something unknown, 0 B</dd>",
            "<li class=\"problem\" data-level=\"warn\"><p><span class=\"level\">Doubt</span> 3 tokens &lt;below&gt; <code>censored</code></p><ul class=\"places\">",
            "<li>record 1, line 2, byte 3\u{2009}000: at &quot;x&quot; <a href=\"?s=5\" data-sequence=\"4\">sequence 5</a></li><li>and 2 more</li>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("Needed") && !html.contains("<details>"));
    }

    #[test]
    fn the_worst_problems_are_first() {
        let html = report_html(&run("partial", &["info", "warn", "error", "info"]));
        let levels: Vec<&str> = html
            .split("data-level=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(levels, ["error", "warn", "info", "info"]);
    }

    #[test]
    fn what_is_not_known_of_a_place_is_left_out() {
        for (place, source, text) in [
            ((3, 17, 4_082), "", "record 3, line 17, byte 4\u{2009}082"),
            ((3, 0, 4), "", "record 3, byte 4 of the unpacked text"),
            ((0, 0, 9), "", "byte 9"),
            ((1, 1, 0), "a<b", "<b>a&lt;b</b>: record 1, line 1, byte 0"),
        ] {
            let problem = BoardProblem {
                places: vec![(place.0, place.1, place.2, None, String::new())],
                sources: vec![source.to_owned()],
                ..problem("info")
            };
            assert_eq!(place_html(&problem, 0), format!("<li>{text}</li>"));
        }
        assert_eq!(place_html(&problem("info"), 1), "");
    }

    #[test]
    fn many_places_are_folded() {
        let place = problem("warn").places.remove(0);
        let many = BoardProblem {
            count: 12,
            places: vec![place; 4],
            ..problem("warn")
        };
        let mut html = String::new();
        push_problem(&mut html, &many);
        assert!(
            html.contains("<details><summary>12 places</summary><ul class=\"places\"><li>"),
            "{html}"
        );
        assert!(
            html.contains("<li>and 8 more</li></ul></details>"),
            "{html}"
        );
    }

    #[test]
    fn a_file_without_sequences_says_what_is_needed() {
        let html = report_html(&RunSummary {
            container: "gzip+json".into(),
            size: 500,
            ..run("nothing", &["error"])
        });
        assert!(
            html.contains("<dt>Seen</dt><dd>gzip, then one JSON value, 500 B</dd>"),
            "{html}"
        );
        assert!(html.contains("logprobs: true") && !html.contains("Read as"));
    }
}
