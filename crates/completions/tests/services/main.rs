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
mod hosts;
mod libraries;
mod recordings;
mod traces;
mod traffic;
mod transcription;
mod vllm;
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

/// What is expected of a file.
struct Expected<'a> {
    format: &'a str,
    container: &'a str,
    texts: &'a [&'a str],
    /// Of all tokens; what is missing is kept as 0.
    values: &'a [f32],
    codes: &'a [&'a str],
}

/// Reads the file, compares, and looks at every sequence in detail.
#[track_caller]
fn gives(file: &str, want: &Expected<'_>) -> Import {
    let import = common::import(file);
    let report = &import.report;
    assert_eq!(
        (report.format_name(), report.container.as_str()),
        (want.format, want.container),
        "{file}\n{report:?}"
    );
    assert_eq!(common::texts(&import), want.texts, "{file}");
    assert_eq!(values(&import), want.values, "{file}");
    assert_eq!(common::codes(&import), want.codes, "{file}");
    common::details_agree(file.as_bytes(), &import);
    import
}
