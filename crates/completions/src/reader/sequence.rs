//! One sequence: its tokens into the columns, its figures, and what is odd about it.
use super::fingerprint::Print;
use super::remarks::Remarks;
use super::segment::Apart;
use super::{Reader, run::Pushed};
use crate::columns::flags_of;
use crate::intake::Origin;
use crate::record::judge::{judge, reading};
use crate::record::{ChoiceDraft, CompletionDraft, Draft};
use crate::{Kind, Sequence};
use metrics::Status;

/// What some servers write for everything less likely.
const FLOOR: f64 = -100.0;

/// What was appended.
pub(super) struct Appended {
    pub(super) n_tokens: u64,
    pub(super) has_tokens: bool,
}

impl Reader {
    /// Appends the draft's choice at this position; its place in the record is the number of its completion there, and its
    /// position in that. Its columns are where it is put together, so it is appended even when it is not kept.
    pub(super) fn append_sequence(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        choice: usize,
        origin: Origin<'_>,
        place_in_record: [u64; 2],
    ) -> Appended {
        let at = origin.at;
        let (head, format) = (completion.head, completion.format);
        let choice = &draft.choices[choice];
        let source = self.columns.source();
        let columns = &mut self.columns;
        let nth = self.sequences;
        let nth_completion = columns.completions.len().saturating_sub(1) as u32;
        let mut report = Remarks {
            log: &mut self.log,
            source,
            at,
            nth,
            choice: choice.index,
        };

        let withheld = judge(draft, choice);
        let first_token = columns.token_end.len() as u64;
        let text_start = columns.text.len();
        let mut floors = 0;
        for (position, token) in draft.tokens_of(choice).enumerate() {
            columns.text.extend_from_slice(draft.bytes(token.bytes));
            columns
                .token_end
                .push((columns.text.len() - text_start) as u32);
            let reading = reading(token, withheld);
            #[expect(clippy::cast_possible_truncation, reason = "kept for display only")]
            columns.logprob.push(reading.logprob as f32);
            let mark = self.builder.push(reading);
            columns.flags.push(flags_of(reading, mark));
            if reading.status != Status::Scored && withheld.is_none() {
                report.value(
                    reading,
                    token,
                    position,
                    position == 0 && echo(draft, choice),
                );
            }
            report.alternatives(token, position);
            floors += usize::from(token.raw == FLOOR);
        }
        report.floor(floors);
        let n_tokens = draft.len_of(choice);
        let joined_len = columns.text.len() - text_start;
        let joined = &columns.text[text_start..];
        if n_tokens > 0 {
            report.withheld(withheld);
            let stated = stated(draft, choice);
            if joined.is_empty() && !stated.is_empty() {
                // Tokens of which only ids and values are known: their text is known as a whole.
                columns.text.extend_from_slice(stated);
            } else {
                report.text(draft, choice, joined);
            }
        } else {
            columns.text.extend_from_slice(stated(draft, choice));
            report.no_values(choice);
        }
        let text_len = columns.text.len() - text_start;
        report.rest(choice);
        report.replacement_chars(&columns.text[text_start..]);
        let text = &columns.text[text_start..];
        let values = draft.tokens_of(choice).map(|token| token.raw);
        let id = head.id.map(|id| draft.bytes(id)).unwrap_or_default();
        let print = if !id.is_empty() {
            Some(Print::of_content(id, choice.index, text, values))
        } else if let Some(record) = origin.record {
            Some(Print::of_record(record, place_in_record))
        } else {
            (n_tokens > 0).then(|| Print::of_content(&[], choice.index, text, values))
        };
        if let Some(print) = print {
            match &mut self.apart {
                Some(prints) => prints.push(Apart {
                    sequence: nth,
                    record: at.record,
                    print,
                }),
                None => report.known(print, self.fingerprints.know(print, nth)),
            }
        }
        debug_assert!(n_tokens == 0 || joined_len == 0 || joined_len == text_len);

        let metrics = self.builder.finish();
        self.run.push(Pushed {
            format,
            at,
            nth,
            tokens: draft.tokens_of(choice),
            withheld,
            metrics: &metrics,
        });
        self.sequences += 1;
        self.tokens += n_tokens as u64;
        columns.sequences.push(Sequence {
            completion: nth_completion,
            choice: choice.index,
            first_token,
            n_tokens: n_tokens as u32,
            text_start: text_start as u64,
            text_len: text_len as u32,
            finish: choice.finish,
            kind: kind(choice),
            metrics,
        });
        if self.keep.is_some_and(|keep| columns.sequences.len() > keep) {
            columns.forget_sequence();
        }
        Appended {
            n_tokens: n_tokens as u64,
            has_tokens: n_tokens > 0,
        }
    }
}

/// The text that the record states for a choice.
fn stated<'a>(draft: &'a Draft, choice: &ChoiceDraft) -> &'a [u8] {
    let stated = choice
        .text
        .filter(|text| text.start < text.end)
        .or(choice.refusal_text);
    stated.map(|span| draft.bytes(span)).unwrap_or_default()
}

/// What a choice is.
fn kind(choice: &ChoiceDraft) -> Kind {
    let says = |text: Option<crate::record::Span>| text.is_some_and(|text| text.start < text.end);
    if let Some(kind) = choice.kind {
        kind
    } else if !choice.refusal.is_empty() || (says(choice.refusal_text) && !says(choice.text)) {
        Kind::Refusal
    } else if !choice.tool_calls.is_empty() && !says(choice.text) {
        Kind::ToolCall
    } else {
        Kind::Answer
    }
}

/// The first value is missing because the first token belongs to an echoed prompt.
fn echo(draft: &Draft, choice: &ChoiceDraft) -> bool {
    choice.saw.array_values
        && draft
            .tokens_of(choice)
            .skip(1)
            .any(|token| !token.raw.is_nan())
}
