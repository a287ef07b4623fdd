//! What became of a record, and how the pieces of a stream belong together.
use super::Span;
use crate::FormatId;
use crate::report::Code;

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is one completion.
    Completion(FormatId),
    /// It holds completions, which are sealed in [`super::Draft::completions`]; perhaps none, with [`super::Draft::failures`].
    Completions,
    /// It is a piece of a completion that other records go on with.
    Piece(FormatId, Piece),
    /// The request failed; what the server said.
    Failed(String),
    /// It is of this format, but has no completion to list; what it has instead.
    Without(FormatId, Code, String),
    /// It is JSON, but nothing that is known; the keys seen and the nearest rule.
    Unrecognised(String),
}

/// How a piece of a completion relates to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Piece {
    /// What the pieces of one completion have in common. Without it, a piece belongs to the open completion of its format.
    pub(crate) key: Span,
    pub(crate) role: Role,
    /// Its number in the stream, where the writer counts: a number that falls back begins another completion.
    pub(crate) position: Option<u64>,
}

/// What a piece does to the completion it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(dead_code, reason = "some belong to formats to come")]
pub(crate) enum Role {
    /// It goes behind what is there; an end is still to come.
    #[default]
    Next,
    /// It goes behind what is there, and nothing follows.
    Last,
    /// It has everything so far, and more follows.
    SoFar,
    /// It has everything, and nothing follows.
    Whole,
    /// It goes behind what is there; the end is where something else begins.
    Run,
    /// It is whole by itself, unless pieces with its key follow.
    Perhaps,
}
