//! What the fuzz targets have in common: how bytes are read, and what must hold whatever they are.
//!
//! Each target is a program in `src/bin`: libFuzzer changes inputs so that they reach new code. `cargo xtask fuzz` builds and runs
//! them; what it does without, such as address checking, needs a nightly compiler: there is no unsafe code to check.
#![allow(clippy::panic, reason = "a fuzz target says what it found by stopping")]
use completions::{Import, Importer, Limits, decode_sequence};

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

/// An input as a file and the size of its chunks, which is its first byte.
pub fn chunked(input: &[u8]) -> (&[u8], usize) {
    match input.split_first() {
        Some((&chunk, file)) => (file, usize::from(chunk)),
        None => (input, 1),
    }
}
