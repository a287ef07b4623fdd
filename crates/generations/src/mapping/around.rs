//! What stands around request and response: users, sessions, tags, times.
use super::{Layers, fill};
use crate::look::{first, number, seconds, text, texts};
use crate::record::rfc3339;
use crate::{Generation, Metadata};
use serde_json::{Map, Value};

/// Reads all layers, from inside out.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    for (depth, layer) in layers.iter().rev().enumerate() {
        known(&mut generation.metadata, layer);
        if let Some(Value::Object(map)) = layer.get("metadata") {
            metadata(&mut generation.metadata, map);
        }
        let time = first(
            layer,
            &[
                "timestamp",
                "created_at",
                "createdAt",
                "start_time",
                "startTime",
            ],
        );
        if generation.timestamp.is_none() {
            generation.timestamp = time.and_then(seconds).and_then(rfc3339);
        }
        let ms = first(
            layer,
            &[
                "latency_ms",
                "latencyMs",
                "duration_ms",
                "durationMs",
                "response_time_ms",
            ],
        );
        fill(&mut generation.performance.latency, ms.and_then(number));
        // A response has no cost of its own kind besides that of its usage.
        if depth > 0 {
            let cost = first(layer, &["cost", "total_cost", "totalCost", "cost_usd"]);
            fill(&mut generation.usage.cost, cost.and_then(number));
        }
    }
}

/// Members that have a name of their own in the record.
fn known(into: &mut Metadata, map: &Map<String, Value>) {
    let words = |names: &[&str]| first(map, names).and_then(text);
    fill(&mut into.request_id, words(&["request_id", "requestId"]));
    fill(&mut into.user_id, words(&["user_id", "userId", "user"]));
    fill(
        &mut into.session_id,
        words(&[
            "session_id",
            "sessionId",
            "conversation_id",
            "conversationId",
            "thread_id",
            "threadId",
        ]),
    );
    fill(&mut into.function_id, words(&["function_id", "functionId"]));
    fill(&mut into.workflow_id, words(&["workflow_id", "workflowId"]));
    fill(&mut into.agent_id, words(&["agent_id", "agentId"]));
    fill(&mut into.tags, map.get("tags").and_then(texts));
    for (name, names) in [
        ("traceId", ["traceId", "trace_id"]),
        ("spanId", ["spanId", "span_id"]),
    ] {
        if let Some(id) = words(&names) {
            into.others.entry(name).or_insert(id.into());
        }
    }
}

/// A map of metadata: what has a name of its own is found, the rest keeps its names.
pub(super) fn metadata(into: &mut Metadata, map: &Map<String, Value>) {
    /// What [`known`] takes.
    const TAKEN: [&str; 23] = [
        "request_id",
        "requestId",
        "user_id",
        "userId",
        "user",
        "session_id",
        "sessionId",
        "conversation_id",
        "conversationId",
        "thread_id",
        "threadId",
        "function_id",
        "functionId",
        "workflow_id",
        "workflowId",
        "agent_id",
        "agentId",
        "tags",
        "traceId",
        "trace_id",
        "spanId",
        "span_id",
        "attributes",
    ];
    known(into, map);
    for (name, value) in map {
        if !TAKEN.contains(&name.as_str()) && !value.is_null() {
            into.others
                .entry(name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}
