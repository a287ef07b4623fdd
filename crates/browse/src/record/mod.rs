//! One record in full.
//!
//! * `content` shows inputs and outputs as what they are, with `code`, `tree` (of JSON), `xml`, `media`;
//! * `schema` compares a JSON answer with what its request asked for;
//! * this module puts them together with the figures, what was said, and where the record is from.
mod code;
mod content;
mod media;
mod schema;
mod tree;
mod xml;

use crate::verdict::{self, Just};
use crate::{Links, table};
use generations::record::{ScoreValue, milliseconds};
use generations::{Content, Feedback, Generation, Kind};
use markup::{Inert, Text, push};
use metrics::format::{self, count, sig3};
use serde_json::Value;
use storage::GenerationDetail;

/// All that the page of a record shows.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// The record with all that was said of it.
    pub detail: &'a GenerationDetail,
    /// Links to other tools.
    pub links: &'a Links,
    /// It was judged a moment ago.
    pub just: Option<&'a Just>,
}

impl Whole<'_> {
    /// The page, without what stands around every page.
    pub fn html(&self) -> String {
        let record = &self.detail.generation;
        let mut html = head(record);
        html.push_str("<div class=\"one-record\"><div class=\"contents\">");
        html.push_str(&input(record));
        html.push_str(&output(record));
        html.push_str(
            "</div><aside aria-label=\"About the record\"><section data-row><h2>Verdict</h2>",
        );
        html.push_str(&verdict::part(record, self.just));
        push!(
            html,
            "<div class=\"scripted\"><p class=\"quiet-text\">{}</p>{}</div></section>",
            crate::page::VERDICT_KEYS,
            markup::letter_keys(false)
        );
        html.push_str(&figures(record));
        html.push_str(&metadata(record, self.links));
        html.push_str(&parameters(record));
        html.push_str(&scores(record));
        html.push_str(&history(&self.detail.feedback_history));
        html.push_str("</aside></div>");
        html
    }
}

fn head(record: &Generation) -> String {
    let model = match record.model.id.as_str() {
        "" => "no model named",
        id => id,
    };
    format!(
        "<header class=\"run-head\"><div><p class=\"run-facts\"><a href=\"{}\">Generations</a> ›</p><h1 dir=\"auto\">{}</h1>\
         <p class=\"run-facts\"><span dir=\"auto\">{}</span> · {}</p></div><div class=\"actions\">\
         <a class=\"button\" href=\"{}\">In its run</a>\
         <a class=\"button\" href=\"/api/generations/{}\" rel=\"external\">As JSON</a></div></header>",
        crate::PAGE,
        Inert(crate::short(&record.id, 120)),
        Inert(model),
        crate::when(record),
        table::in_run(record),
        api::paths::escape(&record.source.key)
    )
}

fn section(title: &str, kind: Kind, language: Option<&str>, inside: &str) -> String {
    let language = language.map_or_else(String::new, |name| {
        format!(" · {}", Inert(crate::short(name, 30)))
    });
    format!(
        "<section class=\"content\"><h2>{title} <small>{}{language}</small></h2>{inside}</section>",
        kind.name()
    )
}

fn input(record: &Generation) -> String {
    let input = &record.input;
    if input.content == Content::default() {
        return section(
            "Input",
            input.kind,
            None,
            "<p class=\"quiet-text\">The file does not say what was asked.</p>",
        );
    }
    section(
        "Input",
        input.kind,
        None,
        &content::html(input.kind, None, &input.content, None),
    )
}

fn output(record: &Generation) -> String {
    let output = &record.output;
    let parameters = serde_json::to_value(&record.parameters).unwrap_or_default();
    let asked = schema::of_request(&parameters);
    let language = output.language.as_deref();
    let mut html = section(
        "Output",
        output.kind,
        language,
        &content::html(output.kind, language, &output.content, asked),
    );
    if !output.tool_calls.is_empty() {
        let calls = tree::html(&Value::Array(output.tool_calls.clone()), None);
        push!(
            html,
            "<section class=\"content\"><h2>Calls of tools</h2>{calls}</section>"
        );
    }
    for (nth, other) in (2..).zip(&output.alternatives) {
        let kind = match &other.content {
            Content::Text(text) => generations::kind::of(text),
            Content::Value(_) => (output.kind, None),
        };
        let score = other
            .score
            .map_or_else(String::new, |score| format!(", {}", sig3(score)));
        let title = format!("Choice {nth}{score}");
        let inside = content::html(kind.0, kind.1.as_deref(), &other.content, asked);
        html.push_str(&section(&title, kind.0, kind.1.as_deref(), &inside));
    }
    html
}

fn row(html: &mut String, name: &str, value: &str) {
    push!(
        html,
        "<div><dt dir=\"auto\">{}</dt><dd dir=\"auto\">{value}</dd></div>",
        Inert(name)
    );
}

fn figures(record: &Generation) -> String {
    let Generation {
        usage,
        performance,
        metrics,
        finish_reason,
        model,
        ..
    } = record;
    let mut html = String::from("<section><h2>Figures</h2><dl class=\"known\">");
    let mut number = |name: &str, value: Option<f64>, unit: &str| {
        if let Some(value) = value {
            row(&mut html, name, &format!("{}{unit}", sig3(value)));
        }
    };
    if let Some(metrics) = metrics {
        number("Probability", metrics.mean_prob, "");
        number("Perplexity", metrics.perplexity, "");
        number("Weakest token", metrics.min_prob, "");
        number("Uncertain tokens", metrics.uncertain_share, " of all");
    }
    number("Latency", performance.latency, " ms");
    number("First token", performance.time_to_first_token, " ms");
    number("Tokens a second", performance.tokens_per_second, "");
    for (name, tokens) in [
        ("Prompt tokens", usage.prompt_tokens),
        (
            "Output tokens",
            usage.completion_tokens.or(record.output.tokens),
        ),
        ("All tokens", usage.total_tokens),
    ] {
        if let Some(tokens) = tokens {
            row(&mut html, name, &count(tokens));
        }
    }
    if let Some(cost) = usage.cost {
        let currency = usage.currency.as_deref().unwrap_or("USD");
        row(
            &mut html,
            "Cost",
            &format!("{} {}", sig3(cost), Inert(currency)),
        );
    }
    for (name, text) in [
        ("Finish", finish_reason.as_deref()),
        (
            "Asked for",
            Some(model.name.as_str()).filter(|name| !name.is_empty() && *name != model.id),
        ),
        ("Version", model.version.as_deref()),
        ("Provider", model.provider.as_deref()),
    ] {
        if let Some(text) = text {
            row(&mut html, name, &Inert(crate::short(text, 200)).to_string());
        }
    }
    html.push_str("</dl>");
    if metrics.is_none() {
        html.push_str("<p class=\"quiet-text\">Its file has no token probabilities. Ask the server for <code>logprobs</code> to have them.</p>");
        if let Content::Text(text) = &record.output.content
            && !text.is_empty()
        {
            let address = api::paths::writing_url(&[("score", text)]);
            push!(
                html,
                "<p class=\"to-engine\"><a href=\"{}\" rel=\"external\">Score this text with a model of this server</a></p>",
                Text(&address)
            );
        }
    }
    html + "</section>"
}

/// Where it belongs; values for which there are links lead to the team's own tools.
fn metadata(record: &Generation, links: &Links) -> String {
    let known = serde_json::to_value(&record.metadata).unwrap_or_default();
    let mut html = String::from("<section><h2>Where it belongs</h2><dl class=\"known\">");
    for (name, value) in known.as_object().into_iter().flatten() {
        let mut shown = match value {
            Value::Null => continue,
            Value::String(text) => Inert(crate::short(text, 400)).to_string(),
            Value::Array(list) if list.iter().all(Value::is_string) => words(list),
            Value::Array(_) | Value::Object(_) => tree::html(value, None),
            other => Inert(other).to_string(),
        };
        for (label, href) in links.of(name, &known) {
            push!(
                shown,
                " <a class=\"out\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer external\">{} ↗</a>",
                Text(href),
                Text(label)
            );
        }
        row(&mut html, name, &shown);
    }
    let source = &record.source;
    row(&mut html, "read as", &Inert(&source.format).to_string());
    row(
        &mut html,
        "key",
        &format!("<code>{}</code>", Inert(&source.key)),
    );
    row(
        &mut html,
        "record of its run",
        &count(source.record.saturating_add(1)),
    );
    html + "</dl></section>"
}

fn words(list: &[Value]) -> String {
    let tag = |word: &str| format!("<span class=\"tag\" dir=\"auto\">{}</span>", Inert(word));
    let all: Vec<String> = list.iter().filter_map(Value::as_str).map(tag).collect();
    all.join(" ")
}

fn parameters(record: &Generation) -> String {
    let parameters = serde_json::to_value(&record.parameters).unwrap_or_default();
    match parameters.as_object() {
        Some(map) if !map.is_empty() => format!(
            "<section><h2>Settings</h2>{}</section>",
            tree::html(&parameters, None)
        ),
        _ => String::new(),
    }
}

fn scores(record: &Generation) -> String {
    if record.scores.is_empty() {
        return String::new();
    }
    let mut html = String::from("<section><h2>Scores</h2><dl class=\"known\">");
    for score in &record.scores {
        let value = match &score.value {
            ScoreValue::Number(number) => sig3(*number),
            ScoreValue::Label(label) => Inert(label).to_string(),
        };
        let more = [&score.source, &score.comment].into_iter().flatten();
        let more: String = more
            .map(|text| format!(" <small>{}</small>", Inert(crate::short(text, 500))))
            .collect();
        row(&mut html, &score.name, &(value + &more));
    }
    html + "</dl></section>"
}

/// All that people said, the oldest first.
fn history(all: &[Feedback]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut html = String::from("<section><h2>What was said</h2><ol class=\"history\">");
    for one in all {
        let when = crate::time(one.timestamp.as_deref().and_then(milliseconds));
        let who = one.user_id.as_deref().unwrap_or("somebody");
        let mut said: Vec<String> = Vec::new();
        said.extend(one.thumbs.map(|thumbs| format!("thumb {}", thumbs.name())));
        said.extend(
            one.rating
                .map(|rating| format!("{} of 5", format::sig3(rating))),
        );
        said.extend(
            one.categories
                .iter()
                .flatten()
                .map(|word| Inert(word).to_string()),
        );
        said.extend(
            one.comment
                .as_ref()
                .map(|comment| format!("“{}”", Inert(comment))),
        );
        let said = if said.is_empty() {
            "taken back".to_owned()
        } else {
            said.join(", ")
        };
        push!(
            html,
            "<li dir=\"auto\">{when} {}: {said}</li>",
            Inert(crate::short(who, 80))
        );
    }
    html + "</ol></section>"
}
