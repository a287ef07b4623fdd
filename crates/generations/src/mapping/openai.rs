//! Responses of the OpenAI kind, in envelopes or not, and of others that name things alike.
use super::{Layers, fill, parts};
use crate::look::{at, count, first, number, object, seconds, text};
use crate::{Content, Generation};
use serde_json::{Map, Value};

/// Reads what the response says besides its choices.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    let Some(last) = layers.last() else { return };
    batch(generation, last);
    let response = response(last);
    let words = |names: &[&str]| first(&response, names).and_then(text);
    fill(
        &mut generation.model.version,
        words(&["system_fingerprint"]),
    );
    fill(&mut generation.model.provider, words(&["provider"]));
    fill(
        &mut generation.metadata.request_id,
        words(&["_request_id", "request_id", "x_request_id"]),
    );
    if let Some(Value::Object(usage)) = first(&response, &["usage", "usageMetadata"]) {
        self::usage(generation, usage);
    }
    durations(generation, &response);
    pictures(generation, &response);
}

/// The innermost object that looks like a response.
pub(super) fn response(last: &Map<String, Value>) -> Map<String, Value> {
    const ANSWERS: [&str; 4] = ["choices", "output", "candidates", "message"];
    const WAYS: [&str; 4] = ["response.body", "response", "body", "raw_response"];
    if ANSWERS.iter().any(|name| last.contains_key(*name)) {
        return last.clone();
    }
    let whole = Value::Object(last.clone());
    let found = WAYS.iter().find_map(|way| object(at(&whole, way)?));
    found.unwrap_or_else(|| last.clone())
}

/// A line of Batch output: its own name is the id, that of the response is kept beside it.
fn batch(generation: &mut Generation, line: &Map<String, Value>) {
    let Some(name) = line.get("custom_id").and_then(text) else {
        return;
    };
    let response = std::mem::replace(&mut generation.id, name);
    let others = &mut generation.metadata.others;
    if !response.is_empty() {
        others.insert("responseId".to_owned(), response.into());
    }
    let request = line
        .get("response")
        .and_then(|response| at(response, "request_id"));
    fill(&mut generation.metadata.request_id, request.and_then(text));
}

/// Counts and costs under any of their names.
pub(super) fn usage(generation: &mut Generation, usage: &Map<String, Value>) {
    let counted = |names: &[&str]| first(usage, names).and_then(count);
    let into = &mut generation.usage;
    fill(
        &mut into.prompt_tokens,
        counted(&[
            "prompt_tokens",
            "input_tokens",
            "promptTokens",
            "inputTokens",
            "promptTokenCount",
        ]),
    );
    fill(
        &mut into.completion_tokens,
        counted(&[
            "completion_tokens",
            "output_tokens",
            "completionTokens",
            "outputTokens",
            "candidatesTokenCount",
        ]),
    );
    fill(
        &mut into.total_tokens,
        counted(&["total_tokens", "totalTokens", "totalTokenCount"]),
    );
    let cost = first(usage, &["cost", "total_cost", "totalCost"]).and_then(number);
    fill(&mut into.cost, cost.filter(|cost| *cost >= 0.0));
    // Groq counts its time in seconds.
    let took = first(usage, &["total_time"]).and_then(number);
    fill(&mut generation.performance.latency, took.map(|s| s * 1e3));
}

/// What local servers measure.
fn durations(generation: &mut Generation, response: &Map<String, Value>) {
    let measured = |name: &str, unit: f64| {
        let value = response.get(name).and_then(number);
        value
            .filter(|value| *value >= 0.0)
            .map(|value| value * unit)
    };
    // Ollama counts nanoseconds.
    let took = measured("total_duration", 1e-6).filter(|_| response.contains_key("eval_count"));
    let latency = took
        .or_else(|| measured("latency_ms", 1.0))
        .or_else(|| measured("response_ms", 1.0));
    fill(&mut generation.performance.latency, latency);
    if let Some(timings) = response.get("timings").and_then(Value::as_object) {
        // llama.cpp counts milliseconds.
        let value = |name: &str| timings.get(name).and_then(number);
        let total = value("prompt_ms").zip(value("predicted_ms"));
        fill(
            &mut generation.performance.latency,
            total.map(|(a, b)| a + b),
        );
        fill(
            &mut generation.performance.time_to_first_token,
            value("prompt_ms"),
        );
        fill(
            &mut generation.performance.tokens_per_second,
            value("predicted_per_second"),
        );
    }
    if generation.timestamp.is_none() {
        let time = first(response, &["created", "created_at"]).and_then(seconds);
        generation.timestamp = time.and_then(crate::record::rfc3339);
    }
}

/// An image or a sound in the place of words.
fn pictures(generation: &mut Generation, response: &Map<String, Value>) {
    let whole = Value::Object(response.clone());
    let message = at(&whole, "choices.0.message").or_else(|| at(&whole, "message"));
    let found = message
        .and_then(parts::of_message)
        .or_else(|| at(&whole, "output").and_then(parts::of_items))
        .or_else(|| at(&whole, "candidates.0.content.parts").and_then(parts::of_items));
    if let Some((kind, address)) = found {
        generation.output.kind = kind;
        generation.output.content = Content::Text(address);
    }
}
