//! Records in the shape of the API.
use super::Layers;
use crate::{Content, Generation};
use completions::FormatId;
use serde_json::Value;

/// The format of our own records.
pub(super) fn is(format: FormatId) -> bool {
    format == FormatId::GENERATION
}

/// Takes what the record says; figures and place are ours.
pub(super) fn read(generation: &mut Generation, layers: &Layers) {
    let Some(said) = layers.last() else { return };
    let Ok(mut said) = serde_json::from_value::<Generation>(Value::Object(said.clone())) else {
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
    *generation = said;
}
