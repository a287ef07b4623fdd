//! Records in the shape of the API.
use super::{Layers, parts};
use crate::look::at;
use crate::{Content, Generation, Kind};
use completions::FormatId;
use serde_json::{Map, Value};

/// The format of our own records.
pub(super) fn is(format: FormatId) -> bool {
    format == FormatId::GENERATION
}

/// Whether the record says what its `input` or `output` is; what it does not say is recognised.
pub(super) fn says_kind(layers: &Layers, part: &str) -> bool {
    let of = |said: &Map<String, Value>| at(said.get(part)?, "type").cloned();
    let said = layers.last().and_then(of);
    said.is_some_and(|said| serde_json::from_value::<Kind>(said).is_ok())
}

/// Takes what the record says; figures and place are ours. A value of another kind than its field has is left out, and nothing
/// with it.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    let Some(said) = layers.last() else { return };
    let said = Value::Object(said.clone());
    let read = |said: Value| serde_json::from_value::<Generation>(said).ok();
    let fitting = || read(fitting(said.clone(), &|part| read(part).is_some())?);
    let Some(mut said) = read(said.clone()).or_else(fitting) else {
        return;
    };
    said.source = std::mem::take(&mut generation.source);
    said.metrics = generation.metrics.take();
    said.output.tokens = generation.output.tokens.or(said.output.tokens);
    if said.finish_reason.is_none() {
        said.finish_reason = generation.finish_reason.take();
    }
    said.timestamp = generation.timestamp.take().or(said.timestamp);
    if said.output.content == Content::default() {
        said.output.content = std::mem::take(&mut generation.output.content);
    }
    if let Content::Value(value) = &said.input.content
        && !says_kind(layers, "input")
    {
        said.input.kind = parts::kind(value);
    }
    if let Content::Value(value) = &said.output.content
        && !says_kind(layers, "output")
    {
        said.output.kind = match parts::kind(value) {
            Kind::Text => Kind::Json,
            Kind::Multimodal => Kind::Other,
            media => media,
        };
    }
    *generation = said;
}

/// As much of a value as passes a test: all of it, or those of its members and elements that do so alone.
fn fitting(value: Value, fits: &dyn Fn(Value) -> bool) -> Option<Value> {
    if fits(value.clone()) {
        return Some(value);
    }
    match value {
        Value::Object(map) => {
            let member = |(name, value): (String, Value)| {
                let alone = |value| Value::Object(Map::from_iter([(name.clone(), value)]));
                let value = fitting(value, &|part| fits(alone(part)))?;
                Some((name, value))
            };
            Some(Value::Object(map.into_iter().filter_map(member).collect()))
        }
        Value::Array(list) => {
            let element = |value| fitting(value, &|part| fits(Value::Array(vec![part])));
            Some(Value::Array(list.into_iter().filter_map(element).collect()))
        }
        _ => None,
    }
    .filter(|rest| fits(rest.clone()))
}
