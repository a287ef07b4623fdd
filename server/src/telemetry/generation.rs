//! A completion as a span, with the attributes of the `gen_ai` conventions, and figures of ours below `surprisal.`.
use super::{Span, context};
use generations::record::{Content, milliseconds};
use generations::{Generation, Kind};
use opentelemetry::trace::{SpanId, SpanKind, TraceId};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime};

/// The span of a generation. `content`: with the prompt and the answer.
///
/// Its ids come from the key of the record, so that it is the same span however often it is sent. A record that belongs to a
/// trace becomes a child of the span that it names.
pub(super) fn span(one: &Generation, content: bool) -> SpanData {
    let (trace, parent, own) = ids(one);
    let operation = operation(one);
    let model = request_model(one);
    let failed = one.finish_reason.as_deref() == Some("error");
    let mut attributes = attributes(one, operation, model);
    if failed {
        attributes.push(KeyValue::new("error.type", "error"));
    }
    if content {
        attributes.extend(contents(one));
    }
    Span {
        scope: "surprisal.generations",
        kind: SpanKind::Client,
        name: match model {
            "" => operation.to_owned(),
            model => format!("{operation} {model}"),
        },
        context: context(trace, own),
        parent,
        times: times(one),
        attributes,
        failed,
    }
    .data()
}

/// Trace, parent and own id.
fn ids(one: &Generation) -> (TraceId, SpanId, SpanId) {
    let hash: [u8; 32] = Sha256::digest(&one.source.key).into();
    let number = |from: usize, to: usize| {
        hash[from..to]
            .iter()
            .fold(0_u128, |number, byte| number << 8 | u128::from(*byte))
            .max(1)
    };
    let own = SpanId::from(u64::try_from(number(16, 24)).unwrap_or(1));
    let named = |name: &str, digits: usize| {
        let text = one.metadata.others.get(name)?.as_str()?;
        (text.len() == digits).then_some(text)
    };
    let trace = named("traceId", 32).and_then(|hex| TraceId::from_hex(hex).ok());
    match trace.filter(|trace| *trace != TraceId::INVALID) {
        Some(trace) => {
            let parent = named("spanId", 16).and_then(|hex| SpanId::from_hex(hex).ok());
            (trace, parent.unwrap_or(SpanId::INVALID), own)
        }
        None => (TraceId::from(number(0, 16)), SpanId::INVALID, own),
    }
}

/// When it was asked for, else when its run was stored; and when it ended.
fn times(one: &Generation) -> (SystemTime, SystemTime) {
    let stated = one.timestamp.as_deref().and_then(milliseconds);
    let stated = stated.and_then(|ms| u64::try_from(ms).ok());
    let stored = || ulid::Ulid::from_string(&one.source.run).map_or(0, |run| run.timestamp_ms());
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(stated.unwrap_or_else(stored));
    let lasted = one.performance.latency.unwrap_or_default().max(0.0) / 1000.0;
    let lasted = Duration::try_from_secs_f64(lasted).unwrap_or_default();
    (start, start.checked_add(lasted).unwrap_or(start))
}

fn operation(one: &Generation) -> &'static str {
    let format = one.source.format.as_str();
    let is_list = matches!(&one.input.content, Content::Value(value) if value.is_array());
    let plain = ["completion", "legacy", "tgi", "llamacpp", "kobold"];
    match !is_list && !format.contains("chat") && plain.iter().any(|part| format.contains(part)) {
        true => "text_completion",
        false => "chat",
    }
}

/// As it was asked for: `gpt-4o`, not `gpt-4o-2024-08-06`.
fn request_model(one: &Generation) -> &str {
    match one.model.name.as_str() {
        "" => &one.model.id,
        name => name,
    }
}

fn attributes(one: &Generation, operation: &'static str, model: &str) -> Vec<KeyValue> {
    let mut all = vec![
        KeyValue::new("gen_ai.operation.name", operation),
        KeyValue::new("surprisal.generation.key", one.source.key.clone()),
        KeyValue::new("surprisal.run.id", one.source.run.clone()),
    ];
    let (parameters, metadata) = (&one.parameters, &one.metadata);
    let other = |name: &str| parameters.others.get(name);
    let text = |text: &str| Some(Value::from(text.to_owned())).filter(|_| !text.is_empty());
    let words = |words: &[String]| {
        let words = words.iter().cloned().map(StringValue::from).collect();
        Value::Array(Array::String(words))
    };
    let whole = |number: Option<u64>| Some(Value::I64(i64::try_from(number?).ok()?));
    let real = |number: Option<f64>| number.map(Value::F64);
    let kind = match one.output.kind {
        Kind::Text | Kind::Code => "text",
        Kind::Json => "json",
        Kind::Image => "image",
        Kind::Audio => "speech",
        Kind::Multimodal | Kind::Other => "",
    };
    let metrics = one.metrics.as_ref();
    let named = [
        ("gen_ai.request.model", text(model)),
        ("gen_ai.response.model", text(&one.model.id)),
        (
            "gen_ai.provider.name",
            one.model.provider.as_deref().and_then(text),
        ),
        ("gen_ai.response.id", text(&one.id)),
        ("gen_ai.output.type", text(kind)),
        (
            "gen_ai.response.finish_reasons",
            one.finish_reason.clone().map(|reason| words(&[reason])),
        ),
        ("gen_ai.usage.input_tokens", whole(one.usage.prompt_tokens)),
        (
            "gen_ai.usage.output_tokens",
            whole(one.usage.completion_tokens),
        ),
        ("gen_ai.request.temperature", real(parameters.temperature)),
        ("gen_ai.request.top_p", real(parameters.top_p)),
        (
            "gen_ai.request.top_k",
            real(
                other("top_k")
                    .or(other("topK"))
                    .and_then(|value| value.as_f64()),
            ),
        ),
        ("gen_ai.request.max_tokens", whole(parameters.max_tokens)),
        (
            "gen_ai.request.stop_sequences",
            parameters.stop_sequences.as_deref().map(words),
        ),
        (
            "gen_ai.request.presence_penalty",
            real(parameters.presence_penalty),
        ),
        (
            "gen_ai.request.frequency_penalty",
            real(parameters.frequency_penalty),
        ),
        (
            "gen_ai.request.seed",
            other("seed").and_then(|seed| seed.as_i64()).map(Value::I64),
        ),
        (
            "gen_ai.request.choice.count",
            other("n")
                .and_then(|n| n.as_i64())
                .filter(|n| *n != 1)
                .map(Value::I64),
        ),
        (
            "gen_ai.conversation.id",
            metadata.session_id.as_deref().and_then(text),
        ),
        (
            "gen_ai.agent.id",
            metadata.agent_id.as_deref().and_then(text),
        ),
        ("user.id", metadata.user_id.as_deref().and_then(text)),
        (
            "surprisal.perplexity",
            real(metrics.and_then(|of| of.perplexity)),
        ),
        (
            "surprisal.mean_probability",
            real(metrics.and_then(|of| of.mean_prob)),
        ),
        (
            "surprisal.min_probability",
            real(metrics.and_then(|of| of.min_prob)),
        ),
        (
            "surprisal.scored_tokens",
            whole(metrics.map(|of| of.n_scored)),
        ),
    ];
    let known = named.into_iter();
    all.extend(known.filter_map(|(name, value)| Some(KeyValue::new(name, value?))));
    all
}

/// Prompt and answer, as lists of messages with parts.
fn contents(one: &Generation) -> [KeyValue; 2] {
    let part = |content: &Content| match content {
        Content::Text(text) => json!([{ "type": "text", "content": text }]),
        Content::Value(serde_json::Value::Array(parts)) => json!(parts),
        Content::Value(value) => json!([value]),
    };
    let asked = match &one.input.content {
        Content::Value(serde_json::Value::Array(messages))
            if messages.iter().any(|message| message.get("role").is_some()) =>
        {
            let message = |message: &serde_json::Value| {
                let content = match &message["content"] {
                    serde_json::Value::String(text) => Content::Text(text.clone()),
                    other => Content::Value(other.clone()),
                };
                let role = message["role"].as_str().unwrap_or("user");
                json!({ "role": role, "parts": part(&content) })
            };
            messages.iter().map(message).collect()
        }
        content => json!([{ "role": "user", "parts": part(content) }]),
    };
    let mut answer = json!({ "role": "assistant", "parts": part(&one.output.content) });
    if let Some(reason) = &one.finish_reason {
        answer["finish_reason"] = json!(reason);
    }
    [
        KeyValue::new("gen_ai.input.messages", asked.to_string()),
        KeyValue::new("gen_ai.output.messages", json!([answer]).to_string()),
    ]
}
