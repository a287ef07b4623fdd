//! From records to columns: decode, judge, append, report.
//!
//! * [`sequence`] appends one sequence and says what is odd about it.
//! * [`completion`] appends the completion around it.
//! * [`run`] folds the figures of the file.
//! * [`mod@file`] looks at the file as a whole, at the end.
mod completion;
mod file;
mod run;
mod sequence;

use crate::containers::{Position, RecordSink};
use crate::formats;
use crate::json::{Cursor, JsonError};
use crate::record::text::REPLACEMENT;
use crate::record::{Draft, Outcome};
use crate::report::{Code, ProblemLog};
use crate::{Columns, Limits, Place};
use metrics::SequenceBuilder;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reads records into columns.
#[derive(Debug)]
pub(crate) struct Reader {
    limits: Limits,
    /// Sequences that stay in the columns; `None` for all.
    keep: Option<usize>,
    draft: Draft,
    pub(crate) columns: Columns,
    /// Sequences and tokens read, kept or not.
    pub(crate) sequences: u64,
    pub(crate) tokens: u64,
    log: ProblemLog,
    builder: SequenceBuilder,
    pub(crate) run: run::Run,
    /// Model names and their index.
    models: BTreeMap<String, u32>,
    /// Sequences of each model.
    model_sequences: Vec<u64>,
    /// Fingerprints of the sequences and the first one that has it.
    fingerprints: BTreeMap<u64, u32>,
    formats: file::Formats,
}

impl Reader {
    pub(crate) fn new(limits: Limits, keep: Option<usize>) -> Self {
        Self {
            limits,
            keep,
            draft: Draft::default(),
            columns: Columns::default(),
            sequences: 0,
            tokens: 0,
            log: ProblemLog::new(limits.places),
            builder: SequenceBuilder::default(),
            run: run::Run::new(limits.places),
            models: BTreeMap::new(),
            model_sequences: Vec::new(),
            fingerprints: BTreeMap::new(),
            formats: file::Formats::default(),
        }
    }

    /// Decodes the value at the beginning of `bytes` into the draft; returns its length.
    fn decode(&mut self, bytes: &[u8]) -> Result<(Outcome, usize), JsonError> {
        decode(bytes, self.limits.depth(), &mut self.draft)
    }

    /// Keeps what was decoded.
    fn commit(&mut self, outcome: Outcome, len: usize, at: Position) {
        match outcome {
            Outcome::Completion(format) => self.append_completion(format, len as u64, at),
            Outcome::Failed(what) => self.problem(Code::RequestFailed, at, what),
            Outcome::Unrecognised(what) => self.problem(Code::Unrecognised, at, what),
        }
    }
}

/// Decodes the value at the beginning of `bytes`, which are UTF-8, into `draft`; returns its length.
pub(crate) fn decode(
    bytes: &[u8],
    max_depth: usize,
    draft: &mut Draft,
) -> Result<(Outcome, usize), JsonError> {
    draft.clear();
    let mut cursor = Cursor::new(bytes, max_depth);
    let outcome = formats::read(&mut cursor, draft)?;
    Ok((outcome, cursor.position()))
}

/// The bytes as UTF-8, with U+FFFD for what is not, and the number of such places.
pub(crate) fn repair(record: &[u8]) -> (Cow<'_, [u8]>, u64) {
    if std::str::from_utf8(record).is_ok() {
        return (Cow::Borrowed(record), 0);
    }
    let broken = record
        .utf8_chunks()
        .filter(|chunk| !chunk.invalid().is_empty())
        .count();
    (
        Cow::Owned(String::from_utf8_lossy(record).into_owned().into_bytes()),
        broken as u64,
    )
}

impl RecordSink for Reader {
    fn try_read(&mut self, bytes: &[u8], at: Position) -> Option<usize> {
        let (outcome, len) = self.decode(bytes).ok()?;
        if len > self.limits.record_bytes() {
            return None;
        }
        self.commit(outcome, len, at);
        Some(len)
    }

    fn read(&mut self, record: &[u8], at: Position) {
        let (text, broken) = repair(record);
        match self.decode(&text) {
            Ok((outcome, _)) => {
                if broken > 0 {
                    let level = Code::InvalidUtf8.texts().level;
                    let valid = std::str::from_utf8(record)
                        .map_or_else(|error| error.valid_up_to(), str::len);
                    self.log.add_many(Code::InvalidUtf8, level, broken, || {
                        place(after(at, &record[..valid]), String::new())
                    });
                }
                self.commit(outcome, record.len(), at);
            }
            Err(error) => {
                let end = at.byte + record.len() as u64;
                let detail = format!(
                    "{error}; {} bytes skipped, reading went on at byte {end}",
                    record.len()
                );
                let before = &record[..place_in(record, error.at)];
                self.problem(Code::BadValue, after(at, before), detail);
            }
        }
    }

    fn problem(&mut self, code: Code, at: Position, detail: String) {
        self.log.add(code, || place(at, detail));
    }
}

/// Where an offset of the repaired text lies in the record: U+FFFD is seldom as long as what it stands for.
fn place_in(record: &[u8], repaired: usize) -> usize {
    let (mut from, mut to) = (0, 0);
    for chunk in record.utf8_chunks() {
        let valid = chunk.valid().len();
        if repaired <= to + valid {
            return from + (repaired - to);
        }
        from += valid + chunk.invalid().len();
        to += valid + REPLACEMENT.len();
        if repaired < to {
            // Inside the replacement: behind what it stands for.
            return from;
        }
    }
    from
}

/// The position after these bytes of a record that begins at `at`.
fn after(at: Position, bytes: &[u8]) -> Position {
    let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
    Position {
        byte: at.byte + bytes.len() as u64,
        line: at.line + lines,
        ..at
    }
}

/// A place without a sequence.
fn place(at: Position, detail: String) -> Place {
    Place {
        record: at.record,
        line: at.line,
        byte: at.byte,
        sequence: None,
        detail,
    }
}
