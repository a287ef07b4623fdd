//! One row for each token, into a file.
//!
//! | column | what |
//! |---|---|
//! | `sequence` | index of the sequence, from 0, as in the CSV of the sequences |
//! | `position` | index of the token in it, from 0 |
//! | `token` | its text; nothing where its bytes are not UTF-8 |
//! | `bytes` | its bytes in hexadecimal, only where they are not UTF-8 |
//! | `logprob` | natural logarithm, in 32 bits as it is kept; nothing for missing and censored tokens |
//! | `probability` | e to that |
//! | `status` | `scored`, `clamped`, `invalid`, `missing` or `censored` |
mod csv;
mod destination;
mod parquet;

use completions::{Columns, Sequence};
pub use destination::{Destination, Wanted};
use metrics::Status;
use std::fmt::Write as _;

/// Names of the columns. They are only ever added, at the end.
pub const HEADER: [&str; 7] = [
    "sequence",
    "position",
    "token",
    "bytes",
    "logprob",
    "probability",
    "status",
];

/// A token.
struct Row<'a> {
    sequence: u32,
    position: u32,
    bytes: &'a [u8],
    logprob: Option<f32>,
    status: Status,
}

impl<'a> Row<'a> {
    fn new(columns: &'a Columns, index: u32, sequence: &Sequence, position: u32) -> Self {
        let token = sequence.first_token + u64::from(position);
        let status = columns.status(token);
        let logprob = usize::try_from(token).ok();
        let logprob = logprob.and_then(|token| columns.logprob.get(token).copied());
        Self {
            sequence: index,
            position,
            bytes: columns.token_bytes(sequence, position),
            logprob: logprob.filter(|_| status.is_scored()),
            status,
        }
    }

    /// The text, or else the bytes in hexadecimal.
    fn text(&self) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes).map_err(|_| {
            let mut hex = String::with_capacity(2 * self.bytes.len());
            for byte in self.bytes {
                let _ = write!(hex, "{byte:02x}");
            }
            hex
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is no more exact than the logarithm"
    )]
    fn probability(&self) -> Option<f32> {
        let logprob = self.logprob.map(f64::from);
        logprob.map(|logprob| metrics::num::exp(logprob) as f32)
    }

    fn status(&self) -> &'static str {
        match self.status {
            Status::Scored => "scored",
            Status::Clamped => "clamped",
            Status::Invalid => "invalid",
            Status::Missing => "missing",
            Status::Censored => "censored",
        }
    }
}

/// All tokens of the runs, in the order of the files; the sequences are counted on from run to run.
fn rows(runs: &[Columns]) -> impl Iterator<Item = Row<'_>> {
    let sequences = runs.iter().flat_map(|columns| {
        let sequences = columns.sequences.iter();
        sequences.map(move |sequence| (columns, sequence))
    });
    (0..)
        .zip(sequences)
        .flat_map(move |(index, (columns, sequence))| {
            (0..sequence.n_tokens).map(move |position| Row::new(columns, index, sequence, position))
        })
}
