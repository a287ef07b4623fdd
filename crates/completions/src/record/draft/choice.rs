//! What was read of choices and of completions beside their tokens.
use super::{Span, TokenRange};
use crate::report::Code;
use crate::{Finish, FormatId, Kind};

/// Why a choice has no values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Values {
    /// No key of that name.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// The lists are there but empty.
    Empty,
    /// Numbers without tokens.
    WithoutTokens,
    /// They were not asked for; by what this shows.
    NotAsked(&'static str),
    /// There are some.
    Listed,
}

impl Values {
    /// Of two parts of a sequence: what is listed counts, then what was said last.
    pub(crate) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Listed, _) | (_, Self::Absent) => self,
            _ => other,
        }
    }
}

/// One choice.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChoiceDraft {
    /// From the file, else its position.
    pub(crate) index: u32,
    pub(crate) finish: Finish,
    /// A reason for the end was given: nothing follows.
    pub(crate) finished: bool,
    /// What it is, when its parts do not tell.
    pub(crate) kind: Option<Kind>,
    /// Tokens of the prompt: kept apart, never scored, no part of the text.
    pub(crate) prompt: TokenRange,
    /// Tokens of the answer, or of the legacy arrays.
    pub(crate) content: TokenRange,
    /// Tokens of the refusal; they follow the answer's.
    pub(crate) refusal: TokenRange,
    pub(crate) values: Values,
    /// Why there are none, where the format as a whole has none.
    pub(crate) why: Option<&'static str>,
    /// `message.content` or `text`.
    pub(crate) text: Option<Span>,
    /// `message.refusal`.
    pub(crate) refusal_text: Option<Span>,
    pub(crate) tool_calls: Vec<ToolCall>,
    /// Values for reasoning were there and were passed over.
    pub(crate) reasoning: bool,
    /// Values for the prompt were there and were passed over.
    pub(crate) prompt_values: bool,
    pub(crate) remarks: Remarks,
    pub(crate) saw: Saw,
}

/// What is odd about the values of a choice as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Remarks {
    /// Its values are probabilities after the sampling settings.
    pub(crate) after_sampling: bool,
    /// A text stands for several of its tokens.
    pub(crate) grouped: bool,
}

impl Remarks {
    /// What holds for either.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            after_sampling: self.after_sampling || other.after_sampling,
            grouped: self.grouped || other.grouped,
        }
    }
}

/// A call of a tool, or a piece of one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ToolCall {
    /// Which call of the choice it belongs to.
    pub(crate) index: u32,
    pub(crate) name: Span,
    /// As written.
    pub(crate) arguments: Span,
}

/// Keys that tell the format.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Saw {
    pub(crate) message: bool,
    pub(crate) text: bool,
    pub(crate) delta: bool,
    pub(crate) chat_values: bool,
    pub(crate) array_values: bool,
    /// The reason of its end is there, but empty.
    pub(crate) open_end: bool,
}

impl Saw {
    /// What either saw.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            message: self.message || other.message,
            text: self.text || other.text,
            delta: self.delta || other.delta,
            chat_values: self.chat_values || other.chat_values,
            array_values: self.array_values || other.array_values,
            open_end: self.open_end || other.open_end,
        }
    }
}

/// A problem met while decoding.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) code: Code,
    /// Position in [`completions`](super::Draft::completions) of the completion that it concerns.
    pub(crate) completion: usize,
    /// Position of the choice in [`choices`](super::Draft::choices), if it concerns one.
    pub(crate) choice: Option<usize>,
    /// What is special about the first case.
    pub(crate) detail: String,
    /// How many cases in a row.
    pub(crate) count: u64,
}

/// What belongs to a completion beside its choices.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    pub(crate) id: Option<Span>,
    pub(crate) model: Option<Span>,
    pub(crate) created: Option<f64>,
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) completion_tokens: Option<u64>,
    pub(crate) reasoning_tokens: Option<u64>,
    /// What an envelope calls it.
    pub(crate) label: Option<Span>,
    /// Text of `object`.
    pub(crate) object: Option<Span>,
    /// The prompt as a text, where it is known: it tells which tokens are an echo.
    pub(crate) prompt: Option<Span>,
    /// What was asked where it is more than a text, such as a list of messages: its [`crate::record::Fingerprint`].
    pub(crate) asked: Option<u64>,
    /// The messages of a chat that was asked, as JSON; only where alternatives are kept, for who looks at one answer.
    pub(crate) chat: Option<Span>,
    /// Which server wrote it, told from keys that only this one writes.
    pub(crate) dialect: Option<Dialect>,
    /// By what its format was told.
    pub(crate) evidence: Option<&'static str>,
}

/// A server, and the key that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) server: &'static str,
    pub(crate) key: &'static str,
}

impl Head {
    /// The key is one that only this server writes; the first one counts.
    pub(crate) fn told(&mut self, server: &'static str, key: &'static str) {
        self.dialect.get_or_insert(Dialect { server, key });
    }
}

/// One whole completion of a draft.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CompletionDraft {
    pub(crate) head: Head,
    pub(crate) format: FormatId,
    /// Its choices in [`choices`](super::Draft::choices).
    pub(crate) first_choice: usize,
    pub(crate) end_choice: usize,
    /// Offset in the record of the value that it was read from.
    pub(crate) at: usize,
}
