//! What was asked: the input, the settings, and who asked.
use super::{Layers, fill, parts};
use crate::look::{at, count, first, number, object, text, texts};
use crate::reader::Requests;
use crate::{Content, Generation, Parameters};
use serde_json::{Map, Value};

/// Members that hold what was asked; one of them makes an object a request.
const INPUTS: [&str; 5] = ["messages", "prompt", "input", "contents", "inputs"];

/// Members of a request that are no settings.
const NOT: [&str; 25] = [
    "messages",
    "prompt",
    "input",
    "contents",
    "inputs",
    "model",
    "user",
    "safety_identifier",
    "metadata",
    "system",
    "instructions",
    "systemInstruction",
    "system_instruction",
    "url",
    "method",
    "headers",
    "uri",
    "api_key",
    "custom_id",
    "request_id",
    "session_id",
    "id",
    "object",
    "created",
    "created_at",
];
/// Members that hold the settings of servers that keep them apart.
const APART: [&str; 5] = [
    "generationConfig",
    "generation_config",
    "options",
    "parameters",
    "sampling_params",
];
/// Settings, as servers name them: told from what else stands beside an answer.
const SETTINGS: [&str; 44] = [
    "temperature",
    "top_p",
    "topP",
    "top_k",
    "topK",
    "min_p",
    "typical_p",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "maxOutputTokens",
    "maxTokens",
    "num_predict",
    "n_predict",
    "stop",
    "stop_sequences",
    "stopSequences",
    "presence_penalty",
    "presencePenalty",
    "frequency_penalty",
    "frequencyPenalty",
    "repetition_penalty",
    "repeat_penalty",
    "seed",
    "n",
    "best_of",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "response_format",
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "parallel_tool_calls",
    "reasoning_effort",
    "stream",
    "echo",
    "suffix",
    "guided_json",
    "grammar",
    "modalities",
    "min_tokens",
];

/// The request of a completion: beside its response, around it, or by its name among the lines of a Batch.
pub(super) fn find(layers: &Layers, requests: &Requests) -> Option<Map<String, Value>> {
    for (depth, layer) in layers.iter().rev().enumerate() {
        // What was asked stands under names of its own there.
        if super::langfuse::is_one(layer) || super::span::is_one(layer) {
            continue;
        }
        if let Some(request) = layer.get("request").and_then(object) {
            return Some(body(request));
        }
        if let Some(request) = ["request_body", "requestBody", "RequestBody"]
            .iter()
            .find_map(|name| layer.get(*name).and_then(object))
        {
            return Some(request);
        }
        if let Some(name) = layer.get("custom_id").and_then(text)
            && let Some(request) = requests.get(&name)
        {
            return Some(request);
        }
        // The response itself may say what it was asked: Responses do, and servers that echo.
        let is_response = depth == 0 && is_response(layer);
        if !is_response && INPUTS.iter().any(|name| layer.contains_key(*name)) {
            return Some(asked_only(layer));
        }
    }
    let response = super::openai::response(layers.last()?);
    is_response(&response).then(|| echoed(&response))
}

/// An object with answers.
fn is_response(layer: &Map<String, Value>) -> bool {
    ["choices", "output", "candidates"]
        .iter()
        .any(|name| layer.get(*name).is_some_and(Value::is_array))
        || layer.contains_key("generated_text")
}

/// The body of what was sent, if it is told apart from its headers.
fn body(request: Map<String, Value>) -> Map<String, Value> {
    let inside = ["body", "content", "json", "postData"]
        .iter()
        .find_map(|name| request.get(*name));
    let text_of = |value: &Value| object(at(value, "string").unwrap_or(value));
    inside.and_then(text_of).unwrap_or(request)
}

/// Of an object with both sides, what is of the request for sure: anything else may be of the answer, or of whoever wrote it down.
fn asked_only(layer: &Map<String, Value>) -> Map<String, Value> {
    let is_asked = |name: &str| {
        INPUTS.contains(&name)
            || NOT.contains(&name)
            || APART.contains(&name)
            || SETTINGS.contains(&name)
    };
    let keep = |(name, _): &(&String, &Value)| is_asked(name);
    let own = |(name, value): (&String, &Value)| (name.clone(), value.clone());
    layer.iter().filter(keep).map(own).collect()
}

/// What a response repeats of its request.
fn echoed(response: &Map<String, Value>) -> Map<String, Value> {
    const ECHOED: [&str; 16] = [
        "temperature",
        "top_p",
        "max_output_tokens",
        "instructions",
        "user",
        "safety_identifier",
        "metadata",
        "tool_choice",
        "tools",
        "truncation",
        "text",
        "reasoning",
        "parallel_tool_calls",
        "top_logprobs",
        "service_tier",
        "prompt",
    ];
    let is_response_api = response.contains_key("output");
    let keep = |(name, value): &(&String, &Value)| {
        let settings = ECHOED.contains(&name.as_str()) && !value.is_null();
        settings && (is_response_api || matches!(name.as_str(), "prompt" | "metadata"))
    };
    let own = |(name, value): (&String, &Value)| (name.clone(), value.clone());
    response.iter().filter(keep).map(own).collect()
}

/// Reads it.
pub(super) fn read(generation: &mut Generation, request: &Map<String, Value>) {
    if let Some(model) = request.get("model").and_then(text)
        && generation.model.name.is_empty()
    {
        generation.model.name = model;
    }
    if generation.input.content == Content::default()
        && let Some(asked) = input(request)
    {
        generation.input.kind = parts::kind(&asked);
        generation.input.content = match asked {
            Value::String(text) => Content::Text(text),
            other => Content::Value(other),
        };
    }
    let metadata = &mut generation.metadata;
    let user = first(request, &["user", "safety_identifier"]);
    fill(&mut metadata.user_id, user.and_then(text));
    if let Some(Value::Object(map)) = request.get("metadata") {
        super::around::metadata(metadata, map);
    }
    parameters(&mut generation.parameters, request);
}

/// The input of a request: the text of a single message or prompt, else all messages.
fn input(request: &Map<String, Value>) -> Option<Value> {
    let system = first(
        request,
        &[
            "system",
            "instructions",
            "systemInstruction",
            "system_instruction",
        ],
    );
    let asked = first(request, &INPUTS);
    let Some(system) = system else {
        return asked.map(plain);
    };
    let mut messages = vec![serde_json::json!({"role": "system", "content": system})];
    match asked {
        Some(Value::Array(list)) => messages.extend(list.iter().cloned()),
        Some(Value::String(text)) => {
            messages.push(serde_json::json!({"role": "user", "content": text}));
        }
        Some(other) => messages.push(other.clone()),
        None => {}
    }
    Some(Value::Array(messages))
}

/// A list of one message of the user with nothing but words is these words.
pub(super) fn plain(asked: &Value) -> Value {
    // AI21 tells the tokens of its prompt, too.
    if let Some(text @ Value::String(_)) = asked.get("text") {
        return text.clone();
    }
    let only = match asked {
        Value::Array(list) if list.len() == 1 => list.first(),
        _ => None,
    };
    match only {
        Some(Value::String(text)) => Value::String(text.clone()),
        Some(message) if at(message, "role").is_none_or(|role| role == "user") => {
            let content = at(message, "content").or_else(|| at(message, "parts"));
            match content {
                Some(Value::String(text)) => Value::String(text.clone()),
                Some(Value::Array(parts)) if parts.len() == 1 => {
                    let text = parts.first().and_then(|part| at(part, "text"));
                    text.filter(|text| text.is_string())
                        .unwrap_or(asked)
                        .clone()
                }
                _ => asked.clone(),
            }
        }
        _ => asked.clone(),
    }
}

/// The settings; those of servers that keep them apart, too.
pub(super) fn parameters(into: &mut Parameters, request: &Map<String, Value>) {
    for (name, value) in request {
        if value.is_null() || NOT.contains(&name.as_str()) {
            continue;
        }
        if APART.contains(&name.as_str())
            && let Value::Object(inside) = value
        {
            parameters(into, inside);
            continue;
        }
        let taken = match name.as_str() {
            "temperature" => put(&mut into.temperature, number(value)),
            "top_p" | "topP" => put(&mut into.top_p, number(value)),
            "max_tokens"
            | "max_completion_tokens"
            | "max_output_tokens"
            | "max_new_tokens"
            | "maxOutputTokens"
            | "maxTokens"
            | "num_predict"
            | "n_predict" => put(&mut into.max_tokens, count(value)),
            "stop" | "stop_sequences" | "stopSequences" => {
                put(&mut into.stop_sequences, texts(value))
            }
            "presence_penalty" | "presencePenalty" => {
                put(&mut into.presence_penalty, number(value))
            }
            "frequency_penalty" | "frequencyPenalty" => {
                put(&mut into.frequency_penalty, number(value))
            }
            _ => false,
        };
        if !taken {
            into.others
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

/// True when the slot has a value now, this one or an earlier one.
fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let has = value.is_some();
    fill(slot, value);
    has
}
