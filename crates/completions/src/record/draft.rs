//! What a decoder has read of one record. Reused from record to record, so nothing is allocated once it is warm.
use crate::report::Code;
use crate::{Finish, FormatId};

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
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }
}

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
    /// There are some.
    Listed,
}

/// One choice.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChoiceDraft {
    /// From the file, else its position.
    pub(crate) index: u32,
    pub(crate) finish: Finish,
    /// Tokens of the answer, or of the legacy arrays.
    pub(crate) content: TokenRange,
    /// Tokens of the refusal; they follow the answer's.
    pub(crate) refusal: TokenRange,
    pub(crate) values: Values,
    /// `message.content` or `text`.
    pub(crate) text: Option<Span>,
    /// `message.refusal`.
    pub(crate) refusal_text: Option<Span>,
    /// (name, arguments).
    pub(crate) tool_calls: Vec<(Span, Span)>,
    /// Values for reasoning were there and were passed over.
    pub(crate) reasoning: bool,
    /// Values for the prompt were there and were passed over.
    pub(crate) prompt_values: bool,
    pub(crate) saw: Saw,
}

/// Keys that tell the format.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Saw {
    pub(crate) message: bool,
    pub(crate) text: bool,
    pub(crate) delta: bool,
    pub(crate) chat_values: bool,
    pub(crate) array_values: bool,
}

/// A problem met while decoding.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) code: Code,
    /// Position of the choice in [`Draft::choices`], if it concerns one.
    pub(crate) choice: Option<usize>,
    /// What is special about the first case.
    pub(crate) detail: String,
    /// How many cases in a row.
    pub(crate) count: u64,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is a completion.
    Completion(FormatId),
    /// The request failed; what the server said.
    Failed(String),
    /// It is JSON, but nothing that is known; the keys seen and the nearest rule.
    Unrecognised(String),
}

/// Everything that was read of one record.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Keep the alternatives; otherwise only [`Alternatives`] of each position.
    pub(crate) keep_alternatives: bool,
    /// Bytes of tokens and texts.
    pub(crate) arena: Vec<u8>,
    pub(crate) tokens: Vec<TokenDraft>,
    pub(crate) alternatives: Vec<AlternativeDraft>,
    pub(crate) choices: Vec<ChoiceDraft>,
    pub(crate) notes: Vec<Note>,
    pub(crate) id: Option<Span>,
    pub(crate) model: Option<Span>,
    pub(crate) created: Option<f64>,
    pub(crate) prompt_tokens: Option<u64>,
    pub(crate) completion_tokens: Option<u64>,
    pub(crate) reasoning_tokens: Option<u64>,
    pub(crate) label: Option<Span>,
    /// Text of `object`.
    pub(crate) object: Option<Span>,
    /// Keys that tell which server wrote it.
    pub(crate) dialect: Option<&'static str>,
    /// It came in a line of Batch output.
    pub(crate) batch: bool,
    /// Halves of surrogate pairs that were replaced.
    pub(crate) surrogates: u32,
    /// Scratch for the values of legacy arrays.
    pub(crate) values: Vec<f64>,
}

impl Draft {
    /// Forgets the record, keeps the memory.
    pub(crate) fn clear(&mut self) {
        let arena = std::mem::take(&mut self.arena);
        let tokens = std::mem::take(&mut self.tokens);
        let alternatives = std::mem::take(&mut self.alternatives);
        let choices = std::mem::take(&mut self.choices);
        let values = std::mem::take(&mut self.values);
        *self = Self {
            keep_alternatives: self.keep_alternatives,
            arena,
            tokens,
            alternatives,
            choices,
            values,
            ..Self::default()
        };
        self.arena.clear();
        self.tokens.clear();
        self.alternatives.clear();
        self.choices.clear();
        self.values.clear();
    }

    /// Forgets the answer that was read, because a later one with the same key takes its place.
    pub(crate) fn clear_answer(&mut self) {
        self.tokens.clear();
        self.alternatives.clear();
        self.choices.clear();
        self.notes.clear();
        (self.id, self.model, self.created, self.object) = (None, None, None, None);
        (
            self.prompt_tokens,
            self.completion_tokens,
            self.reasoning_tokens,
        ) = (None, None, None);
    }

    /// The bytes of a span.
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        self.arena.get(span.start..span.end).unwrap_or_default()
    }

    /// A span as text.
    pub(crate) fn text(&self, span: Span) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(span))
    }

    /// A span as text; empty when there is none.
    pub(crate) fn text_or_empty(&self, span: Option<Span>) -> String {
        span.map(|span| self.text(span).into_owned())
            .unwrap_or_default()
    }

    /// Appends bytes.
    pub(crate) fn store(&mut self, bytes: &[u8]) -> Span {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        Span {
            start,
            end: self.arena.len(),
        }
    }

    /// Remembers a problem; `choice` is its position in [`Self::choices`].
    pub(crate) fn note(
        &mut self,
        code: Code,
        choice: Option<usize>,
        detail: impl FnOnce() -> String,
    ) {
        // A thousand bad tokens in a row are one note.
        match self.notes.last_mut() {
            Some(last) if last.code == code && last.choice == choice => last.count += 1,
            _ => self.notes.push(Note {
                code,
                choice,
                detail: detail(),
                count: 1,
            }),
        }
    }

    /// Remembers a problem of the choice that is being read: it is appended to [`Self::choices`] when it is whole.
    pub(crate) fn note_here(&mut self, code: Code, detail: impl FnOnce() -> String) {
        self.note(code, Some(self.choices.len()), detail);
    }

    /// Drops what was stored since `from`, except for `span`, which moves there.
    pub(crate) fn keep_only(&mut self, span: Span, from: usize) -> Span {
        self.arena.copy_within(span.start..span.end, from);
        let end = from + (span.end - span.start);
        self.arena.truncate(end);
        Span { start: from, end }
    }

    /// Sums up the alternatives from `first` on for the token with these bytes, name, id and value.
    pub(crate) fn summarise(
        &self,
        first: usize,
        bytes: Span,
        name: Span,
        id: Option<u64>,
        raw: f64,
    ) -> Alternatives {
        let listed = &self.alternatives[first..];
        let Some(count) = u32::try_from(listed.len()).ok().filter(|&count| count > 0) else {
            return Alternatives {
                first,
                ..Alternatives::default()
            };
        };
        let mut mass = 0.0;
        for alternative in listed {
            // NaN fails the comparison too.
            if alternative.raw > metrics::policy::FLOOR {
                mass += metrics::num::exp(alternative.raw);
            }
        }
        let (bytes, name) = (self.bytes(bytes), self.bytes(name));
        let chosen = listed
            .iter()
            .position(|listed| id.is_some() && listed.id == id)
            .or_else(|| {
                // A special token has no bytes; its name is all there is to compare.
                let comparable = !bytes.is_empty() || name.is_empty();
                listed
                    .iter()
                    .position(|listed| comparable && self.bytes(listed.bytes) == bytes)
            })
            .or_else(|| {
                listed
                    .iter()
                    .position(|listed| self.bytes(listed.name) == name)
            });
        let other = chosen.map_or(f64::NAN, |chosen| listed[chosen].raw);
        Alternatives {
            count,
            overfull: mass > 1.001,
            chosen: chosen.and_then(|chosen| u32::try_from(chosen).ok()),
            chosen_differs: (other - raw).abs() > 1e-6,
            first,
        }
    }

    /// The tokens of a choice: the answer's, then the refusal's.
    pub(crate) fn tokens_of(
        &self,
        choice: &ChoiceDraft,
    ) -> impl Iterator<Item = &TokenDraft> + Clone {
        let part = |range: TokenRange| self.tokens.get(range.start..range.end).unwrap_or_default();
        part(choice.content).iter().chain(part(choice.refusal))
    }

    /// Number of tokens of a choice.
    pub(crate) fn len_of(&self, choice: &ChoiceDraft) -> usize {
        choice.content.len() + choice.refusal.len()
    }

    /// Positions in [`Self::choices`] in the order of their `index`; equal ones stay in the order of the file.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.choices.len()).collect();
        order.sort_by_key(|&choice| self.choices[choice].index);
        order
    }
}
