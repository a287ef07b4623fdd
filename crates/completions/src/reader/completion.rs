//! One completion and what can be said about it as a whole.
use super::{Reader, sequence::Appended};
use crate::containers::Position;
use crate::intake::{Layer, Origin};
use crate::record::{CompletionDraft, Draft, Fingerprint, Head};
use crate::report::Code;
use crate::{Completion, Context, Finish, Level, Place, RecordSpan};
use metrics::format::counted;

impl Reader {
    /// Appends a completion of the draft.
    pub(super) fn append_completion(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        nth: usize,
        origin: Origin<'_>,
        layers: &[Layer],
    ) {
        let (head, format, at) = (completion.head, completion.format, origin.at);
        let (record, offset) = self.record(origin);
        self.formats.count(draft, completion);
        let order = draft.order(completion);
        self.last = self
            .last
            .map(|(span, _)| (span, offset + order.len() as u32));
        if let Some(contexts) = &mut self.contexts {
            contexts.push(Context::of(draft, completion, &order, layers));
        }
        let kept_before = self.columns.sequences.len();
        let first_sequence = self.sequences;
        let model = self.model(draft, completion, order.len() as u64);
        self.columns.completions.push(Completion {
            id: draft.text_or_empty(head.id),
            model,
            created: head.created,
            prompt_tokens: head.prompt_tokens,
            completion_tokens: head.completion_tokens,
            label: head.label.map(|label| draft.text(label).into_owned()),
            prompt: prompt(draft, completion),
            format,
            record,
            offset,
            first_sequence: kept_before as u32,
            n_sequences: order.len() as u32,
        });
        self.notes(draft, nth, first_sequence, &order, at);
        if order.is_empty() {
            self.log
                .add(Code::NoChoices, || self.columns.place(at, String::new()));
        }
        let mut listed = Some(0);
        for (&choice, position) in order.iter().zip(0..) {
            let Appended {
                n_tokens,
                has_tokens,
            } = self.append_sequence(draft, completion, choice, origin, [nth as u64, position]);
            listed = listed
                .filter(|_| has_tokens)
                .map(|listed: u64| listed + n_tokens);
        }
        if self.keep.is_some() && self.columns.sequences.len() == kept_before {
            self.columns.forget_completion();
        }
        if let Some(listed) = listed.filter(|&listed| listed > 0) {
            self.compare_usage(draft, completion, listed, &order, at);
        }
    }

    /// Index of the record that a completion comes from, appended if it is a new one, and the sequences that it has given.
    fn record(&mut self, origin: Origin<'_>) -> (u32, u32) {
        let span = RecordSpan {
            source: self.columns.source(),
            start: origin.at.byte,
            len: origin.extent.len,
            line: origin.at.line,
            form: origin.extent.form,
        };
        // Completions of one record follow each other. A cut stream may be put together after the next one has begun.
        let given = match self.last {
            Some((last, given)) if last == span => given,
            _ => 0,
        };
        self.last = Some((span, given));
        let records = &mut self.columns.records;
        if records.last() != Some(&span) {
            records.push(span);
        }
        (records.len() as u32 - 1, given)
    }

    /// Index of the model's name; a new one is appended. It wrote so many more sequences.
    fn model(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        sequences: u64,
    ) -> Option<u32> {
        let name = draft.text(completion.head.model?);
        (!name.is_empty()).then(|| self.count_model(&name, sequences))
    }

    /// Index of this name, of which there are so many more sequences.
    pub(super) fn count_model(&mut self, name: &str, sequences: u64) -> u32 {
        if let Some(&known) = self.models.get(name) {
            if let Some(count) = self.model_sequences.get_mut(known as usize) {
                *count += sequences;
            }
            return known;
        }
        let index = self.columns.models.len() as u32;
        self.columns.models.push(name.to_owned());
        self.models.insert(name.to_owned(), index);
        self.model_sequences.push(sequences);
        index
    }

    /// Reports what the decoder noted about the `nth` completion of the draft.
    fn notes(
        &mut self,
        draft: &Draft,
        nth: usize,
        first_sequence: u64,
        order: &[usize],
        at: Position,
    ) {
        for note in draft.notes.iter().filter(|note| note.completion == nth) {
            let choice = note
                .choice
                .and_then(|choice| order.iter().position(|&other| other == choice));
            let sequence = choice.map(|choice| first_sequence + choice as u64);
            self.log
                .add_many(note.code, note.code.texts().level, note.count, || Place {
                    sequence,
                    ..self.columns.place(at, note.detail.clone())
                });
        }
    }

    /// The server counts the end token of a finished answer, but does not list it.
    fn compare_usage(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        listed: u64,
        order: &[usize],
        at: Position,
    ) {
        let Some(reported) = completion.head.completion_tokens else {
            return;
        };
        let answer = reported.saturating_sub(completion.head.reasoning_tokens.unwrap_or(0));
        if reported == listed || answer == listed {
            return;
        }
        let finished = order
            .iter()
            .filter(|&&choice| draft.choices[choice].finish == Finish::Stop)
            .count() as u64;
        let end_tokens = (1..=finished).contains(&answer.wrapping_sub(listed));
        let level = if end_tokens { Level::Info } else { Level::Warn };
        self.log.add_many(Code::UsageMismatch, level, 1, || {
            self.columns.place(
                at,
                format!(
                    "{} reported, {listed} listed",
                    counted(reported, "token is", "tokens are")
                ),
            )
        });
    }
}

/// Fingerprint of what was asked: the text of the prompt, the messages, or the tokens of the prompt.
fn prompt(draft: &Draft, completion: &CompletionDraft) -> Option<u64> {
    let Head { prompt, asked, .. } = completion.head;
    let text = prompt
        .map(|prompt| draft.bytes(prompt))
        .filter(|text| !text.is_empty());
    if let Some(text) = text {
        return Some(Fingerprint::of_text(text).0);
    }
    asked.or_else(|| {
        let mut choices = draft
            .choices
            .get(completion.first_choice..completion.end_choice)?
            .iter();
        let first = choices.next()?.prompt;
        // Several choices may answer several prompts.
        if first.is_empty() || choices.any(|choice| choice.prompt != first) {
            return None;
        }
        let tokens = draft.tokens.get(first.start..first.end)?;
        let text: Vec<u8> = tokens
            .iter()
            .flat_map(|token| draft.bytes(token.bytes))
            .copied()
            .collect();
        (!text.is_empty()).then(|| Fingerprint::of_text(&text).0)
    })
}
