//! Observations of Langfuse, and the trace around them.
use super::{Layers, fill, parts, request};
use crate::look::{count, first, lean, number, object, seconds, text, texts};
use crate::record::{ScoreValue, rfc3339};
use crate::{Content, Generation, Score};
use serde_json::{Map, Value};

/// An observation that asked a model.
pub(super) fn is_one(layer: &Map<String, Value>) -> bool {
    let kind = layer
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    kind.eq_ignore_ascii_case("generation")
}

/// Reads the observation among the layers, if there is one.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    let Some(nth) = layers.iter().rposition(is_one) else {
        return;
    };
    let (around, inner) = layers.split_at(nth);
    if let Some(observation) = inner.first() {
        self::observation(generation, observation);
    }
    if let Some(trace) = around.iter().rev().find(|layer| {
        [
            "userId",
            "sessionId",
            "tags",
            "scores",
            "user_id",
            "session_id",
        ]
        .iter()
        .any(|name| layer.contains_key(*name))
    }) {
        self::trace(generation, trace);
    }
}

fn observation(generation: &mut Generation, observation: &Map<String, Value>) {
    let words = |names: &[&str]| first(observation, names).and_then(text);
    let time = |names: &[&str]| first(observation, names).and_then(seconds);
    let begun = time(&["startTime", "start_time"]);
    if let Some(begun) = begun.and_then(rfc3339) {
        generation.timestamp = Some(begun);
    }
    fill(&mut generation.metadata.function_id, words(&["name"]));
    if let Some(asked) = first(observation, &["input"]) {
        let asked = asked_of(asked);
        generation.input.kind = parts::kind(&asked);
        generation.input.content = match asked {
            Value::String(text) => Content::Text(text),
            other => Content::Value(other),
        };
    }
    if let Some(settings) =
        first(observation, &["modelParameters", "model_parameters"]).and_then(object)
    {
        request::parameters(&mut generation.parameters, &settings);
    }
    if let Some(usage) =
        first(observation, &["usageDetails", "usage_details", "usage"]).and_then(object)
    {
        let counted = |name: &str| usage.get(name).and_then(count);
        let into = &mut generation.usage;
        fill(&mut into.prompt_tokens, counted("input"));
        fill(&mut into.completion_tokens, counted("output"));
        fill(&mut into.total_tokens, counted("total"));
        super::openai::usage(generation, &usage);
    }
    let details = first(observation, &["costDetails", "cost_details"]).and_then(object);
    let cost = details
        .and_then(|details| details.get("total").and_then(number))
        .or_else(|| {
            first(
                observation,
                &["calculatedTotalCost", "totalCost", "total_cost"],
            )
            .and_then(number)
        });
    fill(&mut generation.usage.cost, cost);
    // Times are seconds there.
    let ended = time(&["endTime", "end_time"]);
    let took = first(observation, &["latency"]).and_then(number);
    let span = begun.zip(ended).map(|(begun, ended)| ended - begun);
    let performance = &mut generation.performance;
    fill(&mut performance.latency, took.or(span).map(milliseconds));
    let first_token =
        first(observation, &["timeToFirstToken", "time_to_first_token"]).and_then(number);
    let began_to_write = time(&["completionStartTime", "completion_start_time"]);
    let waited = begun
        .zip(began_to_write)
        .map(|(begun, wrote)| wrote - begun);
    fill(
        &mut performance.time_to_first_token,
        first_token.or(waited).map(milliseconds),
    );
    if let Some(Value::Object(map)) = observation.get("metadata") {
        super::around::metadata(&mut generation.metadata, map);
    }
}

fn trace(generation: &mut Generation, trace: &Map<String, Value>) {
    let words = |names: &[&str]| first(trace, names).and_then(text);
    let metadata = &mut generation.metadata;
    fill(&mut metadata.user_id, words(&["userId", "user_id"]));
    fill(
        &mut metadata.session_id,
        words(&["sessionId", "session_id"]),
    );
    fill(&mut metadata.tags, trace.get("tags").and_then(texts));
    let scores = trace.get("scores").and_then(Value::as_array);
    for score in scores.into_iter().flatten().filter_map(Value::as_object) {
        generation.scores.extend(self::score(score));
    }
}

fn score(score: &Map<String, Value>) -> Option<Score> {
    let label = first(score, &["stringValue"])
        .and_then(text)
        .map(ScoreValue::Label);
    let value = score.get("value").and_then(number).map(ScoreValue::Number);
    Some(Score {
        name: score.get("name").and_then(text)?,
        value: label.or(value)?,
        comment: score.get("comment").and_then(text),
        source: score.get("source").and_then(text),
    })
}

/// Inputs are messages, an object with messages, the JSON of either, or words.
fn asked_of(asked: &Value) -> Value {
    if let Value::String(text) = asked
        && let Some(parsed) = lean(text.as_bytes())
        && (parsed.get("messages").is_some() || parsed.get(0).is_some_and(Value::is_object))
    {
        return asked_of(&parsed);
    }
    match asked.get("messages").filter(|messages| messages.is_array()) {
        Some(messages) => request::plain(messages),
        None => request::plain(asked),
    }
}

/// Of seconds, to the microsecond.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e3
}
