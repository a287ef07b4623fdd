//! What a decoder has read of one record. Reused from record to record, so nothing is allocated once it is warm.
mod choice;
mod listed;
mod mark;
mod token;

use crate::FormatId;
use crate::intake::Layer;
use crate::report::Code;
pub(crate) use choice::{
    ChoiceDraft, CompletionDraft, Dialect, Head, Note, Remarks, Saw, ToolCall, Values,
};
pub(crate) use mark::Mark;
pub(crate) use token::{AlternativeDraft, Alternatives, Span, TokenDraft, TokenRange};

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

    /// Place of the next choice in the completion that is being read, from 0 on.
    pub(crate) fn next_index(&self) -> u32 {
        u32::try_from(self.choices.len() - self.first_choice()).unwrap_or(u32::MAX)
    }

    /// An empty choice at the next place.
    pub(crate) fn next_choice(&self) -> ChoiceDraft {
        ChoiceDraft {
            index: self.next_index(),
            ..ChoiceDraft::default()
        }
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
            chat: self.head.chat,
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
