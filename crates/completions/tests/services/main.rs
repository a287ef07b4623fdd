//! Responses of other services, and what recordings and comparisons wrap around responses.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod ai21;
mod choice;
mod cohere;
#[path = "../common/mod.rs"]
mod common;
mod gemini;
mod recordings;
mod traces;
mod transcription;
mod watsonx;

use completions::{Form, FormatId, Import, SequenceDetail, decode_sequence};

/// Values of all tokens.
fn values(import: &Import) -> Vec<f32> {
    import.columns.logprob.clone()
}

/// The tokens of the first sequence as texts.
fn tokens(import: &Import) -> Vec<String> {
    let sequence = &import.columns.sequences[0];
    (0..sequence.n_tokens)
        .map(|nth| String::from_utf8_lossy(import.columns.token_bytes(sequence, nth)).into_owned())
        .collect()
}

/// The first sequence of a single record in full.
#[track_caller]
fn detail(format: FormatId, record: &str) -> SequenceDetail {
    decode_sequence(Form::Value, format, record.as_bytes(), 0).unwrap()
}
