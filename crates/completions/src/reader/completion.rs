//! One completion and what can be said about it as a whole.
use super::{Reader, place, sequence::Appended};
use crate::containers::Position;
use crate::report::Code;
use crate::{Completion, Finish, FormatId, Level, RecordSpan};

impl Reader {
    /// Appends what the draft holds.
    pub(super) fn append_completion(&mut self, format: FormatId, len: u64, at: Position) {
        let record = self.columns.records.len() as u32;
        self.columns.records.push(RecordSpan {
            start: at.byte,
            len,
            line: at.line,
            format,
        });
        self.formats.count(format, &self.draft);
        let order = self.draft.order();
        let kept_before = self.columns.sequences.len();
        let first_sequence = self.sequences;
        let model = self.model(order.len() as u64);
        let draft = &self.draft;
        self.columns.completions.push(Completion {
            id: draft.text_or_empty(draft.id),
            model,
            created: draft.created,
            prompt_tokens: draft.prompt_tokens,
            completion_tokens: draft.completion_tokens,
            label: draft.label.map(|label| draft.text(label).into_owned()),
            record,
            first_sequence: kept_before as u32,
            n_sequences: order.len() as u32,
        });
        self.notes(first_sequence, &order, at);
        if order.is_empty() {
            self.log.add(Code::NoChoices, || place(at, String::new()));
        }
        let mut listed = Some(0);
        for &choice in &order {
            let Appended {
                n_tokens,
                has_tokens,
            } = self.append_sequence(choice, format, at);
            listed = listed
                .filter(|_| has_tokens)
                .map(|listed: u64| listed + n_tokens);
        }
        if self.keep.is_some() && self.columns.sequences.len() == kept_before {
            self.columns.forget_completion();
        }
        if let Some(listed) = listed.filter(|&listed| listed > 0) {
            self.compare_usage(listed, &order, at);
        }
    }

    /// Index of the model's name; a new one is appended. It wrote so many more sequences.
    fn model(&mut self, sequences: u64) -> Option<u32> {
        let name = self.draft.text(self.draft.model?);
        if name.is_empty() {
            return None;
        }
        if let Some(&known) = self.models.get(name.as_ref()) {
            if let Some(count) = self.model_sequences.get_mut(known as usize) {
                *count += sequences;
            }
            return Some(known);
        }
        let index = self.columns.models.len() as u32;
        self.columns.models.push(name.clone().into_owned());
        self.models.insert(name.into_owned(), index);
        self.model_sequences.push(sequences);
        Some(index)
    }

    /// Reports what the decoder noted.
    fn notes(&mut self, first_sequence: u64, order: &[usize], at: Position) {
        for note in &self.draft.notes {
            let nth = note
                .choice
                .and_then(|choice| order.iter().position(|&other| other == choice));
            let sequence = nth.map(|nth| first_sequence + nth as u64);
            self.log
                .add_many(note.code, note.code.texts().level, note.count, || {
                    let mut place = place(at, note.detail.clone());
                    place.sequence = sequence;
                    place
                });
        }
        if self.draft.surrogates > 0 {
            let count = u64::from(self.draft.surrogates);
            self.log.add_many(Code::Surrogate, Level::Info, count, || {
                place(at, String::new())
            });
        }
    }

    /// The server counts the end token of a finished answer, but does not list it.
    fn compare_usage(&mut self, listed: u64, order: &[usize], at: Position) {
        let Some(reported) = self.draft.completion_tokens else {
            return;
        };
        let answer = reported.saturating_sub(self.draft.reasoning_tokens.unwrap_or(0));
        if reported == listed || answer == listed {
            return;
        }
        let finished = order
            .iter()
            .filter(|&&choice| self.draft.choices[choice].finish == Finish::Stop)
            .count() as u64;
        let end_tokens = (1..=finished).contains(&answer.wrapping_sub(listed));
        let level = if end_tokens { Level::Info } else { Level::Warn };
        self.log.add_many(Code::UsageMismatch, level, 1, || {
            place(
                at,
                format!("{reported} tokens are reported, {listed} are listed"),
            )
        });
    }
}
