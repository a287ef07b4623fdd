//! Spans of OpenTelemetry (`gen_ai.…`) and OpenInference (`llm.…`), however their attributes are nested.
use super::{Layers, fill, parts, request};
use crate::look::{count, number, object, seconds, text, texts};
use crate::record::{ScoreValue, rfc3339};
use crate::{Content, Generation, Score};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Attributes by their dotted names.
type Attributes = BTreeMap<String, Value>;

/// Attributes of a span, at most.
const MOST: usize = 4096;

/// A span, or its attributes.
pub(super) fn is_one(layer: &Map<String, Value>) -> bool {
    layer.keys().any(|name| {
        ["attributes", "gen_ai.", "llm.", "openinference."]
            .iter()
            .any(|start| name.starts_with(start))
    })
}

/// Reads the span among the layers, if there is one.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    let mut all = Attributes::new();
    for layer in layers {
        for (name, value) in layer {
            let name = name.strip_prefix("attributes.").unwrap_or(name);
            flatten(
                if name == "attributes" { "" } else { name },
                value,
                &mut all,
            );
        }
    }
    let is_span = ["gen_ai.", "llm.", "openinference."]
        .iter()
        .any(|start| all.keys().any(|name| name.starts_with(start)));
    if !is_span {
        return;
    }
    let of = |names: &[&str]| names.iter().find_map(|name| all.get(*name));
    let words = |names: &[&str]| of(names).and_then(text);
    let counted = |names: &[&str]| of(names).and_then(count);

    let model = &mut generation.model;
    if let Some(asked) = words(&["gen_ai.request.model", "llm.request.model_name"]) {
        model.name = asked;
    }
    fill(
        &mut model.version,
        words(&[
            "gen_ai.openai.response.system_fingerprint",
            "openai.response.system_fingerprint",
        ]),
    );
    fill(
        &mut model.provider,
        words(&[
            "gen_ai.provider.name",
            "gen_ai.system",
            "llm.provider",
            "llm.system",
        ]),
    );

    let begun = of(&[
        "start_time_unix_nano",
        "startTimeUnixNano",
        "start_time",
        "startTime",
    ])
    .and_then(seconds);
    let ended = of(&[
        "end_time_unix_nano",
        "endTimeUnixNano",
        "end_time",
        "endTime",
    ])
    .and_then(seconds);
    if let Some(begun) = begun.and_then(rfc3339) {
        generation.timestamp = Some(begun);
    }
    let performance = &mut generation.performance;
    let told = of(&["gen_ai.client.operation.duration"]).and_then(number);
    let took = told.or_else(|| Some(ended? - begun?));
    fill(
        &mut performance.latency,
        took.map(|s| (s * 1e6).round() / 1e3),
    );
    let waited = of(&[
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.server.time_to_first_token",
    ])
    .and_then(number);
    fill(
        &mut performance.time_to_first_token,
        waited.map(|s| (s * 1e6).round() / 1e3),
    );

    let usage = &mut generation.usage;
    fill(
        &mut usage.prompt_tokens,
        counted(&[
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "llm.token_count.prompt",
        ]),
    );
    fill(
        &mut usage.completion_tokens,
        counted(&[
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "llm.token_count.completion",
        ]),
    );
    fill(
        &mut usage.total_tokens,
        counted(&[
            "gen_ai.usage.total_tokens",
            "llm.usage.total_tokens",
            "llm.token_count.total",
        ]),
    );
    fill(
        &mut usage.cost,
        of(&["llm.cost.total", "gen_ai.usage.cost"]).and_then(number),
    );

    let metadata = &mut generation.metadata;
    fill(&mut metadata.user_id, words(&["user.id", "enduser.id"]));
    fill(
        &mut metadata.session_id,
        words(&["gen_ai.conversation.id", "session.id"]),
    );
    fill(
        &mut metadata.agent_id,
        words(&["gen_ai.agent.id", "gen_ai.agent.name"]),
    );
    fill(&mut metadata.workflow_id, words(&["gen_ai.workflow.name"]));
    fill(&mut metadata.function_id, words(&["gen_ai.tool.name"]));
    fill(&mut metadata.tags, of(&["tag.tags"]).and_then(texts));
    for (name, names) in [
        ("traceId", ["trace_id", "traceId", "context.trace_id"]),
        ("spanId", ["span_id", "spanId", "context.span_id"]),
    ] {
        if let Some(id) = words(&names) {
            metadata.others.entry(name).or_insert(id.into());
        }
    }
    if let Some(map) = of(&["metadata"]).and_then(object) {
        super::around::metadata(metadata, &map);
    }
    input(generation, &all);
    settings(generation, &all);
    scores(generation, &all);
}

fn input(generation: &mut Generation, all: &Attributes) {
    if generation.input.content != Content::default() {
        return;
    }
    let mut messages = Vec::new();
    if let Some(system) = all.get("gen_ai.system_instructions") {
        messages.push(serde_json::json!({"role": "system", "content": parsed(system)}));
    }
    match all.get("gen_ai.input.messages").map(parsed) {
        Some(Value::Array(list)) => messages.extend(list),
        Some(other) => messages.push(other),
        None => {}
    }
    for (start, content, role) in [
        ("gen_ai.prompt.", "content", "role"),
        ("llm.input_messages.", "message.content", "message.role"),
    ] {
        for nth in 0..MOST {
            let Some(said) = all.get(&format!("{start}{nth}.{content}")) else {
                break;
            };
            let role = all.get(&format!("{start}{nth}.{role}"));
            let role = role.and_then(text).unwrap_or_else(|| "user".to_owned());
            messages.push(serde_json::json!({"role": role, "content": said}));
        }
    }
    let asked = match (messages.is_empty(), all.get("input.value")) {
        (false, _) => Some(request::plain(&Value::Array(messages))),
        (true, Some(Value::String(words))) => match object(&Value::String(words.clone())) {
            Some(map) => {
                let mut inner = Generation::default();
                request::read(&mut inner, &map);
                match inner.input.content {
                    Content::Text(words) if !words.is_empty() => Some(Value::String(words)),
                    Content::Value(value) => Some(value),
                    Content::Text(_) => Some(Value::Object(map)),
                }
            }
            None => Some(Value::String(words.clone())),
        },
        (true, other) => other.cloned(),
    };
    let Some(asked) = asked else { return };
    generation.input.kind = parts::kind(&asked);
    generation.input.content = match asked {
        Value::String(text) => Content::Text(text),
        other => Content::Value(other),
    };
}

fn settings(generation: &mut Generation, all: &Attributes) {
    if let Some(map) = all.get("llm.invocation_parameters").and_then(object) {
        request::parameters(&mut generation.parameters, &map);
    }
    let mut map = Map::new();
    for (name, value) in all {
        let Some(name) = name.strip_prefix("gen_ai.request.") else {
            continue;
        };
        let name = match name {
            "model" => continue,
            "choice.count" => "n",
            // The elements of a list, which is there as a whole, too.
            _ if name
                .rsplit('.')
                .next()
                .is_some_and(|last| last.parse::<u32>().is_ok()) =>
            {
                continue;
            }
            _ => name,
        };
        map.insert(name.to_owned(), value.clone());
    }
    request::parameters(&mut generation.parameters, &map);
}

/// `annotations.N.annotation.*` and `evaluations.N.evaluation.*`.
fn scores(generation: &mut Generation, all: &Attributes) {
    for (list, one) in [("annotations", "annotation"), ("evaluations", "evaluation")] {
        for nth in 0..MOST {
            let of = |name: &str| all.get(&format!("{list}.{nth}.{one}.{name}"));
            let Some(name) = of("name").and_then(text) else {
                break;
            };
            let number = of("score").and_then(number).map(ScoreValue::Number);
            let label = of("label").and_then(text).map(ScoreValue::Label);
            if let Some(value) = number.or(label) {
                generation.scores.push(Score {
                    name,
                    value,
                    comment: of("explanation").and_then(text),
                    source: of("annotator_kind").and_then(text),
                });
            }
        }
    }
}

/// A value, or that of its text.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['[', '{']) => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}

/// Adds the leaves below a value under their dotted names, and lists as a whole.
fn flatten(name: &str, value: &Value, all: &mut Attributes) {
    if all.len() >= MOST {
        return;
    }
    let join = |key: &str| match (name, key.strip_prefix("attributes.").unwrap_or(key)) {
        ("", key) => key.to_owned(),
        (name, key) => format!("{name}.{key}"),
    };
    match value {
        Value::Object(map) => {
            if let Some(inside) = unwrapped(map) {
                return flatten(name, &inside, all);
            }
            for (key, value) in map {
                flatten(&join(key), value, all);
            }
        }
        Value::Array(list) => {
            let pairs = list.iter().any(|item| item.get("key").is_some());
            if !pairs && !name.is_empty() {
                all.insert(name.to_owned(), value.clone());
            }
            for (nth, item) in list.iter().enumerate() {
                match item
                    .get("key")
                    .and_then(Value::as_str)
                    .zip(item.get("value"))
                {
                    Some((key, value)) => flatten(&join(key), value, all),
                    None => flatten(&join(&nth.to_string()), item, all),
                }
            }
        }
        Value::Null => {}
        _ => {
            all.insert(name.to_owned(), value.clone());
        }
    }
}

/// `{"stringValue": …}` of OTLP: what is in it. Whole numbers are texts there.
fn unwrapped(map: &Map<String, Value>) -> Option<Value> {
    if map.len() != 1 {
        return None;
    }
    let (name, value) = map.iter().next()?;
    match name.as_str() {
        "stringValue" | "doubleValue" | "boolValue" => Some(value.clone()),
        "intValue" => {
            let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
            Some(number.map_or_else(|| value.clone(), Value::from))
        }
        "arrayValue" => {
            let items = value.get("values").and_then(Value::as_array);
            let items = items.into_iter().flatten().map(|item| {
                let inside = item.as_object().and_then(unwrapped);
                inside.unwrap_or_else(|| item.clone())
            });
            Some(items.collect())
        }
        "kvlistValue" => value.get("values").cloned(),
        _ => None,
    }
}
