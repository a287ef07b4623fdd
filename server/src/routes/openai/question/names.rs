//! Arguments of the protocol that change nothing here, and those that are refused by their name.
use serde_json::{Value, json};

/// Names and hints that say nothing about the answer.
pub(super) const HINTS: [&str; 5] = [
    "metadata",
    "prediction",
    "prompt_cache_key",
    "safety_identifier",
    "user",
];

/// A value that asks for nothing else than what is done anyway.
pub(super) fn is_neutral(name: &str, value: &Value) -> bool {
    let is = |all: &[Value]| all.contains(value);
    match name {
        "suffix" => is(&[json!("")]),
        "tools" | "functions" => is(&[json!([])]),
        "tool_choice" | "function_call" => is(&[json!("none"), json!("auto")]),
        "parallel_tool_calls" => value.is_boolean(),
        "response_format" => value["type"] == "text",
        "store" => is(&[json!(false)]),
        "service_tier" => is(&[json!("auto"), json!("default")]),
        "modalities" => is(&[json!(["text"])]),
        "reasoning_effort" => is(&[json!("none")]),
        "verbosity" => is(&[json!("medium")]),
        _ => false,
    }
}

/// An argument of the protocol.
pub(super) fn is_known(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "audio",
        "best_of",
        "echo",
        "function_call",
        "functions",
        "modalities",
        "parallel_tool_calls",
        "reasoning_effort",
        "response_format",
        "service_tier",
        "store",
        "suffix",
        "tool_choice",
        "tools",
        "verbosity",
        "web_search_options",
    ];
    NAMES.contains(&name)
}
