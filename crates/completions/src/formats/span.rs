//! Spans of a trace: OpenTelemetry's (`gen_ai.…`) and OpenInference's (`llm.…`).
use super::attributes::Attributes;
use super::fields::{count, finish, identifier, string, text};
use super::{Rule, asked, said, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome, Span};
use crate::report::Code;

impl FormatId {
    /// A span with attributes of OpenTelemetry for generative models.
    pub const OTEL: Self = Self::new("otel");
    /// A span with attributes of OpenInference.
    pub const OPENINFERENCE: Self = Self::new("openinference");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let attributes =
            shape.is("attributes", ValueKind::Object) || shape.is("attributes", ValueKind::Array);
        attributes
            || shape
                .names()
                .any(|name| STARTS.iter().any(|start| name.starts_with(start)))
    },
    read,
    keys: &["attributes", "resourceSpans"],
    name: "a span of a trace",
};

/// How names begin that stand at the root.
const STARTS: [&[u8]; 3] = [b"attributes.", b"gen_ai.", b"llm."];

/// Values that may hold a whole response.
const RESPONSES: [&str; 3] = ["output.value", "gen_ai.response.body", "llm.response"];
/// Values that hold messages.
const MESSAGES: [&str; 3] = [
    "gen_ai.output.messages",
    "gen_ai.choice",
    "gen_ai.completion",
];

/// Reads one span.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let attributes = Attributes::of(cursor.clone())?;
    cursor.skip()?;
    let format = if ["llm.", "openinference."]
        .iter()
        .any(|start| attributes.has(start))
    {
        FormatId::OPENINFERENCE
    } else if attributes.has("gen_ai.") {
        FormatId::OTEL
    } else {
        let why = "its `attributes` have no `gen_ai.…` and no `llm.…`";
        return Ok(Outcome::Unrecognised(why.to_owned()));
    };
    draft.head.evidence = Some(if format == FormatId::OTEL {
        "`gen_ai.…` among the attributes of a span"
    } else {
        "`llm.…` or `openinference.…` among the attributes of a span"
    });
    let without = |why: String| Ok(Outcome::Without(format, Code::NoCompletion, why));
    match attributes.text("openinference.span.kind") {
        Some(kind) if !kind.eq_ignore_ascii_case("LLM") => {
            return without(format!(
                "it is a span of the kind {kind}, which asked no model"
            ));
        }
        _ => {}
    }
    head(&attributes, draft)?;
    let first = draft.completions.len();
    for name in RESPONSES {
        // What it holds besides a response is read by its attributes.
        let choices = draft.choices.len();
        if let Some(value) = attributes.get(name) {
            said::read(value, draft)?;
        }
        if draft.completions.len() > first {
            draft.layer("nested");
            return Ok(Outcome::Completions);
        }
        draft.choices.truncate(choices);
    }
    answers(&attributes, draft)?;
    if draft.choices.len() > draft.first_choice() {
        return Ok(Outcome::Completion(format));
    }
    without("no attribute of the span has the text of an answer".to_owned())
}

/// What stands around the answer.
fn head(attributes: &Attributes<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let id = [
        "gen_ai.response.id",
        "span_id",
        "spanId",
        "context.span_id",
        "id",
    ];
    if let Some(mut cursor) = attributes.first(&id) {
        draft.head.id = identifier(&mut cursor, draft, "id")?;
    }
    let model = [
        "gen_ai.response.model",
        "llm.response.model_name",
        "gen_ai.request.model",
        "llm.model_name",
        "llm.request.model_name",
    ];
    if let Some(mut cursor) = attributes.first(&model) {
        draft.head.model = text(&mut cursor, draft, "model")?;
    }
    let begun = [
        "startTimeUnixNano",
        "start_time_unix_nano",
        "start_time",
        "startTime",
    ];
    if let Some(mut cursor) = attributes.first(&begun) {
        draft.head.created = time::created(&mut cursor)?;
    }
    let asked = [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
    ];
    draft.head.prompt_tokens = number(attributes, &asked, draft)?;
    let said = [
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
    ];
    draft.head.completion_tokens = number(attributes, &said, draft)?;
    draft.head.prompt = prompt(attributes, draft)?;
    let asked = ["gen_ai.input.messages", "llm.input_messages", "input.value"];
    draft.head.asked = attributes.first(&asked).and_then(asked::of);
    Ok(())
}

/// A count, which OTLP writes as a text.
fn number(
    attributes: &Attributes<'_>,
    names: &[&str],
    draft: &mut Draft,
) -> Result<Option<u64>, JsonError> {
    let Some(mut cursor) = attributes.first(names) else {
        return Ok(None);
    };
    if cursor.kind()? != ValueKind::String {
        return count(&mut cursor, draft, "usage");
    }
    let text = cursor.string()?.text();
    let text = std::str::from_utf8(&text).unwrap_or_default();
    Ok(text.trim().parse().ok())
}

/// What was asked, as plain text: the messages, or the value of the input.
fn prompt(attributes: &Attributes<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    let start = draft.arena.len();
    for nth in 0.. {
        let names = [
            format!("gen_ai.prompt.{nth}.content"),
            format!("llm.input_messages.{nth}.message.content"),
        ];
        let Some(mut cursor) = names.iter().find_map(|name| attributes.get(name)) else {
            break;
        };
        if cursor.kind()? == ValueKind::String {
            if draft.arena.len() > start {
                draft.arena.extend_from_slice(b"\n\n");
            }
            string(&mut cursor, draft)?;
        }
    }
    if draft.arena.len() > start {
        let end = draft.arena.len();
        return Ok(Some(Span { start, end }));
    }
    let Some(mut cursor) = attributes.get("input.value") else {
        return Ok(None);
    };
    if cursor.kind()? == ValueKind::String {
        return string(&mut cursor, draft).map(Some);
    }
    Ok(None)
}

/// The answers, each a choice: numbered attributes, else messages, else the value of the output.
fn answers(attributes: &Attributes<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let first = draft.choices.len();
    for nth in 0.. {
        let names = [
            format!("gen_ai.completion.{nth}.content"),
            format!("llm.output_messages.{nth}.message.content"),
            format!("llm.output_messages.{nth}.message.contents.0.message_content.text"),
        ];
        let Some(mut cursor) = names.iter().find_map(|name| attributes.get(name)) else {
            break;
        };
        if cursor.kind()? == ValueKind::String {
            let text = string(&mut cursor, draft)?;
            said::push(draft, text);
        }
        let name = format!("gen_ai.completion.{nth}.finish_reason");
        if let Some(mut cursor) = attributes.get(&name)
            && let Some(mut choice) = draft.choices.pop()
        {
            finish(&mut cursor, draft, &mut choice)?;
            draft.choices.push(choice);
        }
    }
    for name in MESSAGES.iter().chain(&RESPONSES) {
        if draft.choices.len() > first {
            break;
        }
        if let Some(value) = attributes.get(name) {
            said::read(value, draft)?;
        }
    }
    let reasons = ["gen_ai.response.finish_reasons.0", "llm.finish_reason"];
    if let (Some(mut cursor), [.., only]) =
        (attributes.first(&reasons), &mut draft.choices[first..])
        && only.finish == crate::Finish::Unknown
    {
        let reason = cursor.kind()?;
        if reason == ValueKind::String {
            only.finish = super::fields::finish_class(&cursor.string()?.text());
        }
    }
    Ok(())
}
