//! The import report: what was understood, doubted and could not be read.
//!
//! `codes` has every kind of problem with its texts; `log` collects them while a file is read.
pub(crate) mod codes;
pub(crate) mod log;

use crate::FormatId;
pub(crate) use codes::Code;
pub(crate) use log::ProblemLog;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Level {
    /// Worth knowing.
    Info,
    /// A number may not mean what it seems to.
    Warn,
    /// Something could not be read.
    Error,
}

/// Where a problem was met, in the decoded stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// Index into [`crate::Columns::sources`].
    pub source: u32,
    /// Number of the record, from 1.
    pub record: u64,
    /// Line, from 1; 0 when it is not known.
    pub line: u64,
    /// Byte offset, from 0, in the decoded stream of the source.
    pub byte: u64,
    /// Index of the sequence concerned, if there is one.
    pub sequence: Option<u64>,
    /// What is special about this place, e.g. "unexpected `}`, expected a value".
    pub detail: String,
}

/// One kind of problem, with all its places counted and the first ones kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable name: `not_json`, `file_cut_off`, `censored`, …
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// How often it was met.
    pub count: u64,
    /// The first places.
    pub places: Vec<Place>,
}

impl Problem {
    /// What happened, in one sentence with the count.
    pub fn sentence(&self) -> String {
        codes::Texts::by_name(self.code)
            .map(|texts| texts.sentence(self))
            .unwrap_or_default()
    }
    /// What one can do about it; empty when there is nothing to do.
    pub fn remedy(&self) -> &'static str {
        codes::Texts::by_name(self.code).map_or("", codes::Texts::remedy)
    }
}

/// Severity of the whole import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing but infos.
    Ok,
    /// At least one warning.
    Doubts,
    /// An error, and at least one sequence.
    Partial,
    /// No sequence.
    Nothing,
}

/// What the importer understood, doubted and could not read. Problems are in order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Containers from outside in, joined by `+`: layers that were unpacked (`gzip`, `zstd`, `zip`), how the records lie
    /// (`json`, `json_array`, `jsonl`, `json_concat`, `chunk_lines`, `sse`, `cassette`, `python_repr`, `embedded`, `csv`, `unknown`,
    /// `empty`), and what records were wrapped in (`batch`, `nested`, `dotnet_record`, …).
    pub container: String,
    /// Completions per format.
    pub formats: Vec<(FormatId, u64)>,
    /// Why these formats: one sentence each.
    pub evidence: Vec<String>,
    /// Bytes read.
    pub bytes: u64,
    /// Records met, good or bad.
    pub records: u64,
    /// Problems by code.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Severity of the whole; needs the number of sequences.
    pub fn severity(&self, sequences: u64) -> Severity {
        if sequences == 0 {
            return Severity::Nothing;
        }
        match self.problems.iter().map(|problem| problem.level).max() {
            Some(Level::Error) => Severity::Partial,
            Some(Level::Warn) => Severity::Doubts,
            Some(Level::Info) | None => Severity::Ok,
        }
    }
    /// Name of the format when there is one, `mixed` for several, `unrecognised` for none.
    pub fn format_name(&self) -> &'static str {
        match self.formats.as_slice() {
            [] => "unrecognised",
            [(format, _)] => format.name(),
            _ => "mixed",
        }
    }
}
