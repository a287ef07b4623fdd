//! What was read of tokens, and of what is listed beside them.
use super::Draft;

/// A piece of [`Draft::arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One listed candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlternativeDraft {
    /// Its name as written.
    pub(crate) name: Span,
    /// Its bytes.
    pub(crate) bytes: Span,
    /// As written; NaN is missing.
    pub(crate) raw: f64,
    /// Its id, where the writer gives one.
    pub(crate) id: Option<u64>,
}

/// The alternatives of a position in short.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Alternatives {
    /// How many are listed.
    pub(crate) count: u32,
    /// Their probabilities add up to more than 1.001.
    pub(crate) overfull: bool,
    /// Index of the written token among them, in the order of the file.
    pub(crate) chosen: Option<u32>,
    /// The written token has another value there.
    pub(crate) chosen_differs: bool,
    /// A better one is listed behind a worse one.
    pub(crate) unsorted: bool,
    /// One of them is listed twice; only looked for now and then.
    pub(crate) duplicate: bool,
    /// Where they begin in [`Draft::alternatives`], if they are kept.
    pub(crate) first: usize,
}

/// One token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TokenDraft {
    /// Its bytes.
    pub(crate) bytes: Span,
    /// As written; NaN is missing.
    pub(crate) raw: f64,
    /// What is listed beside it.
    pub(crate) alternatives: Alternatives,
    /// Its id in the vocabulary, where the writer gives one.
    pub(crate) id: Option<u64>,
    /// It ends or begins a text without being text (`<|im_end|>`, `</s>`).
    pub(crate) special: bool,
}

/// A range of [`Draft::tokens`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TokenRange {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl TokenRange {
    /// From here to the last token read so far.
    pub(crate) fn since(start: usize, draft: &Draft) -> Self {
        Self {
            start,
            end: draft.tokens.len(),
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }
}
