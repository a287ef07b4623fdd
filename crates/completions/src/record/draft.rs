//! What a decoder has read of one record. Reused from record to record, so nothing is allocated once it is warm.
use super::mass::is_overfull;
use crate::intake::Layer;
use crate::report::Code;
use crate::{Finish, FormatId, Kind};

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
    /// Position in [`Draft::completions`] of the completion that it concerns.
    pub(crate) completion: usize,
    /// Position of the choice in [`Draft::choices`], if it concerns one.
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
    /// Its choices in [`Draft::choices`].
    pub(crate) first_choice: usize,
    pub(crate) end_choice: usize,
    /// Offset in the record of the value that it was read from.
    pub(crate) at: usize,
}

/// Everything that was read of one record.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Keep the alternatives; otherwise only [`Alternatives`] of each position.
    pub(crate) keep_alternatives: bool,
    /// Remember what stands around the completions.
    pub(crate) keep_context: bool,
    /// Bytes of tokens and texts.
    pub(crate) arena: Vec<u8>,
    pub(crate) tokens: Vec<TokenDraft>,
    pub(crate) alternatives: Vec<AlternativeDraft>,
    pub(crate) choices: Vec<ChoiceDraft>,
    pub(crate) notes: Vec<Note>,
    /// The completion that is being read: its choices follow those of [`Self::completions`].
    pub(crate) head: Head,
    /// Those that are whole.
    pub(crate) completions: Vec<CompletionDraft>,
    /// What the completions were wrapped in, from outside in: `batch`, `nested`, `dotnet_record`, …
    pub(crate) layers: Vec<&'static str>,
    /// What servers said instead of an answer.
    pub(crate) failures: Vec<String>,
    /// Envelopes around what is being read.
    pub(crate) envelopes: u32,
    /// Halves of surrogate pairs that were replaced.
    pub(crate) surrogates: u32,
    /// What was odd about values since this was taken last: it goes into the choice that they belong to.
    pub(crate) remarks: Remarks,
    /// The record is a piece that does not tell its format: that of the completion it belongs to counts.
    pub(crate) vague: bool,
    /// Pieces of streams that were met inside of other objects.
    pub(crate) pieces: u32,
    /// Offset in the record of the value that is being read.
    pub(crate) reading: usize,
    /// What was asked, where it stands apart from the record.
    pub(crate) outer: Option<Layer>,
    /// What stands around completions inside of texts, by their position in [`Self::completions`].
    pub(crate) inner: Vec<(usize, Vec<Layer>)>,
    /// Scratch for the values of legacy arrays.
    pub(crate) values: Vec<f64>,
}

impl Draft {
    /// Forgets the record, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.arena.clear();
        self.tokens.clear();
        self.alternatives.clear();
        self.choices.clear();
        self.values.clear();
        self.notes.clear();
        self.completions.clear();
        self.layers.clear();
        self.failures.clear();
        self.head = Head::default();
        self.envelopes = 0;
        self.surrogates = 0;
        self.remarks = Remarks::default();
        self.vague = false;
        self.pieces = 0;
        self.reading = 0;
        self.outer = None;
        self.inner.clear();
    }

    /// Position in [`Self::choices`] of the first choice of the completion that is being read.
    pub(crate) fn first_choice(&self) -> usize {
        self.completions.last().map_or(0, |last| last.end_choice)
    }

    /// Forgets the answer that is being read, because a later one with the same key takes its place.
    pub(crate) fn clear_answer(&mut self) {
        let nth = self.completions.len();
        self.choices.truncate(self.first_choice());
        self.notes.retain(|note| note.completion < nth);
        self.head = Head {
            label: self.head.label,
            prompt: self.head.prompt,
            asked: self.head.asked,
            ..Head::default()
        };
    }

    /// The completion that is being read is whole; the next one begins.
    pub(crate) fn seal(&mut self, format: FormatId) {
        self.completions.push(CompletionDraft {
            head: std::mem::take(&mut self.head),
            format,
            first_choice: self.first_choice(),
            end_choice: self.choices.len(),
            at: self.reading,
        });
    }

    /// Remembers what a completion was wrapped in.
    pub(crate) fn layer(&mut self, name: &'static str) {
        if !self.layers.contains(&name) {
            self.layers.push(name);
        }
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
            Some(last)
                if last.code == code
                    && last.choice == choice
                    && last.completion == self.completions.len() =>
            {
                last.count += 1;
            }
            _ => self.notes.push(Note {
                code,
                completion: self.completions.len(),
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
        let unsorted = listed.windows(2).any(|pair| pair[1].raw > pair[0].raw);
        let (bytes, name) = (self.bytes(bytes), self.bytes(name));
        // Two tokens may have one text: where both sides have ids, nothing else is compared.
        let told_by_id = |listed: &AlternativeDraft| id.is_some() && listed.id.is_some();
        let chosen = listed
            .iter()
            .position(|listed| id.is_some() && listed.id == id)
            .or_else(|| {
                // A special token has no bytes; its name is all there is to compare.
                let comparable = !bytes.is_empty() || name.is_empty();
                listed.iter().position(|listed| {
                    comparable && self.bytes(listed.bytes) == bytes && !told_by_id(listed)
                })
            })
            .or_else(|| {
                listed
                    .iter()
                    .position(|listed| self.bytes(listed.name) == name && !told_by_id(listed))
            });
        let other = chosen.map_or(f64::NAN, |chosen| listed[chosen].raw);
        Alternatives {
            count,
            overfull: is_overfull(listed.iter().map(|listed| listed.raw)),
            chosen: chosen.and_then(|chosen| u32::try_from(chosen).ok()),
            chosen_differs: (other - raw).abs() > 1e-6,
            unsorted,
            duplicate: false,
            first,
        }
    }

    /// Is one of them listed twice? By id where both have one, else by bytes; what has no bytes has a name.
    /// Only every sixty-fourth position is looked at, and only the first entries: each is compared with each, which would
    /// cost more than reading them.
    #[inline]
    pub(crate) fn has_duplicate(&self, first: usize, position: usize) -> bool {
        Self::looks_for_duplicates(position) && self.compare_all(&self.alternatives[first..])
    }

    /// Whether [`Self::has_duplicate`] looks at this position.
    #[inline]
    pub(crate) fn looks_for_duplicates(position: usize) -> bool {
        position.is_multiple_of(64)
    }

    #[inline(never)]
    fn compare_all(&self, listed: &[AlternativeDraft]) -> bool {
        const AMONG: usize = 20;
        let same = |a: &AlternativeDraft, b: &AlternativeDraft| match (a.id, b.id) {
            (Some(a), Some(b)) => a == b,
            _ => {
                a.bytes.end - a.bytes.start == b.bytes.end - b.bytes.start
                    && self.bytes(a.bytes) == self.bytes(b.bytes)
                    && (a.bytes.start < a.bytes.end || self.bytes(a.name) == self.bytes(b.name))
            }
        };
        let few = &listed[..listed.len().min(AMONG)];
        (few.iter().enumerate()).any(|(nth, a)| few[..nth].iter().any(|b| same(a, b)))
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

    /// Positions in [`Self::choices`] of a completion's choices, in the order of their `index`; equal ones stay in the order
    /// of the file.
    pub(crate) fn order(&self, completion: &CompletionDraft) -> Vec<usize> {
        let mut order: Vec<usize> = (completion.first_choice..completion.end_choice).collect();
        order.sort_by_key(|&choice| self.choices[choice].index);
        order
    }
}

/// How far a draft is, to go back to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    arena: usize,
    tokens: usize,
    alternatives: usize,
    choices: usize,
    notes: usize,
    completions: usize,
    failures: usize,
    surrogates: u32,
    head: Head,
}

impl Mark {
    /// How far it is.
    pub(crate) fn of(draft: &Draft) -> Self {
        Self {
            arena: draft.arena.len(),
            tokens: draft.tokens.len(),
            alternatives: draft.alternatives.len(),
            choices: draft.choices.len(),
            notes: draft.notes.len(),
            completions: draft.completions.len(),
            failures: draft.failures.len(),
            surrogates: draft.surrogates,
            head: draft.head,
        }
    }

    /// Refusals up to there.
    pub(crate) fn failures(&self) -> usize {
        self.failures
    }

    /// Forgets what was read since.
    pub(crate) fn restore(self, draft: &mut Draft) {
        draft.arena.truncate(self.arena);
        draft.tokens.truncate(self.tokens);
        draft.alternatives.truncate(self.alternatives);
        draft.choices.truncate(self.choices);
        draft.notes.truncate(self.notes);
        draft.completions.truncate(self.completions);
        draft.inner.retain(|(nth, _)| *nth < self.completions);
        draft.failures.truncate(self.failures);
        draft.surrogates = self.surrogates;
        draft.remarks = Remarks::default();
        draft.head = self.head;
    }
}
