//! What the fuzz targets have in common: how bytes are read, and what must hold whatever they are.
//!
//! Each target is a program in `src/bin`: libFuzzer changes inputs so that they reach new code. `cargo xtask fuzz` builds and runs
//! them; what it does without, such as address checking, needs a nightly compiler: there is no unsafe code to check.
#![allow(clippy::panic, reason = "a fuzz target says what it found by stopping")]
use completions::{Columns, Finish, Import, Importer, Kind, Limits, Sequence, decode_sequence};
use metrics::SequenceMetrics;

/// Limits that small inputs can exceed.
pub const SMALL: Limits = Limits {
    record_bytes: 4096,
    depth: 32,
    places: 3,
    ..Limits::DEFAULT
};

/// Reads a file in chunks of this size.
pub fn import(file: &[u8], chunk: usize) -> Import {
    let mut importer = Importer::new(SMALL);
    for piece in file.chunks(chunk.max(1)) {
        importer.push(piece);
    }
    importer.finish()
}

/// Reads a file in one go, in chunks, and as a summary, and compares what is found.
pub fn check(file: &[u8], chunk: usize) -> Import {
    let whole = import(file, usize::MAX);
    assert_eq!(import(file, chunk), whole, "chunks of {chunk} bytes");
    let mut summary = Importer::summary(SMALL, 1);
    summary.push(file);
    let summary = summary.finish();
    assert_eq!(summary.metrics, whole.metrics, "the figures of a summary");
    assert_eq!(summary.report, whole.report, "the report of a summary");
    whole_columns(&whole);
    details(file, &whole);
    whole
}

/// The columns fit each other.
fn whole_columns(import: &Import) {
    let columns = &import.columns;
    let tokens = columns.token_end.len();
    assert_eq!(columns.logprob.len(), tokens);
    assert_eq!(columns.flags.len(), tokens);
    assert_eq!(import.metrics.counts.total, tokens as u64);
    assert_eq!(import.metrics.n_sequences, columns.sequences.len() as u64);
    let text: u64 = columns
        .sequences
        .iter()
        .map(|sequence| u64::from(sequence.text_len))
        .sum();
    assert_eq!(text, columns.text.len() as u64);
    // Nothing is dropped silently.
    assert!(!columns.records.is_empty() || !import.report.problems.is_empty());
}

/// Reading a record again, or bytes that are none, never stops the program.
fn details(file: &[u8], import: &Import) {
    let columns = &import.columns;
    for completion in &columns.completions {
        let Some(record) = columns.records.get(completion.record as usize) else {
            panic!("a completion without a record");
        };
        let bytes = file
            .get(record.start as usize..(record.start + record.len) as usize)
            .unwrap_or_default();
        for nth in 0..completion.n_sequences {
            let nth = completion.offset + nth;
            drop(decode_sequence(record.form, completion.format, bytes, nth));
        }
    }
}

/// Answers of these texts, in tokens of so many bytes, all with one value.
pub fn columns(answers: &[(&[u8], usize)]) -> Columns {
    let mut all = Columns::default();
    for &(text, size) in answers {
        let (text_start, first_token) = (all.text.len() as u64, all.token_end.len() as u64);
        let mut end = 0;
        for token in text.chunks(size.max(1)) {
            end += token.len() as u32;
            all.token_end.push(end);
            all.logprob.push(-0.5);
            all.flags.push(0);
        }
        all.text.extend_from_slice(text);
        all.sequences.push(Sequence {
            completion: all.sequences.len() as u32,
            choice: 0,
            first_token,
            n_tokens: (all.token_end.len() as u64 - first_token) as u32,
            text_start,
            text_len: end,
            finish: Finish::Stop,
            kind: Kind::Answer,
            metrics: SequenceMetrics::default(),
        });
    }
    all
}

/// An input as a file and the size of its chunks, which is its first byte.
pub fn chunked(input: &[u8]) -> (&[u8], usize) {
    match input.split_first() {
        Some((&chunk, file)) => (file, usize::from(chunk)),
        None => (input, 1),
    }
}
