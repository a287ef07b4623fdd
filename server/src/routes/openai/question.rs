//! A request in the words of the protocol.
//!
//! Its defaults are those of OpenAI, not those of transformers: draws, from the whole vocabulary, and other ones each time
//! unless a seed is told. Parameters of transformers are understood as well, under their own names.
mod arguments;
mod names;
#[cfg(test)]
mod tests;
mod values;

use super::wrong::Wrong;
use api::writing::Ask;
use arguments::Arguments;
use serde_json::{Map, Value};

/// Tokens of a completion of which nobody said how long it shall be.
const TOKENS: u64 = 16;
/// Alternatives of a token, at most, as OpenAI has it.
const MOST: u64 = 20;
/// Answers to a prompt, at most, as OpenAI has it.
const ANSWERS: u64 = 128;
/// Prompts of one request, at most. They are answered one after the other.
const PROMPTS: usize = 128;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A completion.
    Text,
    /// A chat completion.
    Chat,
}

/// A request, understood.
#[derive(Debug, PartialEq)]
pub(super) struct Question {
    /// One for each prompt.
    pub(super) asks: Vec<Ask>,
    /// As many tokens as there is room for.
    pub(super) fills: bool,
    pub(super) streams: bool,
    pub(super) form: Form,
}

/// How the answers are given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Form {
    pub(super) kind: Kind,
    /// The stream ends with the counts.
    pub(super) says_usage: bool,
    /// Log-probabilities are listed.
    pub(super) list: bool,
    pub(super) stop: Vec<String>,
    /// The prompt stands before the answer.
    pub(super) echo: bool,
    /// Answers to a prompt.
    pub(super) n: usize,
    /// Answers that are written, of which the `n` best are given.
    pub(super) best_of: usize,
    /// Nothing is drawn: all answers are the same, and only one of them is written.
    pub(super) same: bool,
}

impl Question {
    pub(super) fn of(kind: Kind, object: Map<String, Value>) -> Result<Self, Wrong> {
        let mut arguments = Arguments::new(kind);
        for (name, value) in object {
            if !value.is_null() {
                arguments.take(&name, value)?;
            }
        }
        arguments.question()
    }
}
