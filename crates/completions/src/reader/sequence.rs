//! One sequence: its tokens into the columns, its figures, and what is odd about it.
use super::fingerprint::{Fingerprint, Known, Print};
use super::segment::Apart;
use super::{Reader, run::Pushed};
use crate::columns::flags_of;
use crate::containers::Position;
use crate::intake::place;
use crate::record::draft::Values;
use crate::record::judge::{Withheld, judge, reading};
use crate::record::text::{Joined, compare, replacement_chars};
use crate::record::{ChoiceDraft, CompletionDraft, Draft, TokenDraft};
use crate::report::{Code, ProblemLog};
use crate::{Finish, Kind, Level, Place, Sequence};
use metrics::{Reading, Status};

/// What some servers write for everything less likely.
const FLOOR: f64 = -100.0;

/// So many of them are no chance.
const FLOORS: usize = 3;

/// What was appended.
pub(super) struct Appended {
    pub(super) n_tokens: u64,
    pub(super) has_tokens: bool,
}

impl Reader {
    /// Appends the draft's choice at this position. Its columns are where it is put together, so it is appended even when
    /// it is not kept.
    pub(super) fn append_sequence(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        choice: usize,
        at: Position,
    ) -> Appended {
        let (head, format) = (completion.head, completion.format);
        let choice = &draft.choices[choice];
        let source = self.columns.source();
        let columns = &mut self.columns;
        let nth = self.sequences;
        let nth_completion = columns.completions.len().saturating_sub(1) as u32;
        let mut report = SequenceLog {
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
        let mut fingerprint = Fingerprint::new(
            head.id.map(|id| draft.bytes(id)).unwrap_or_default(),
            choice.index,
        );
        if n_tokens > 0 {
            report.withheld(withheld);
            let stated = stated(draft, choice);
            if joined.is_empty() && !stated.is_empty() {
                // Tokens of which only ids and values are known: their text is known as a whole.
                columns.text.extend_from_slice(stated);
            } else {
                report.text(draft, choice, joined);
            }
            fingerprint.bytes(&columns.text[text_start..]);
            draft
                .tokens_of(choice)
                .for_each(|token| fingerprint.word(token.raw.to_bits()));
        } else {
            let stated = stated(draft, choice);
            columns.text.extend_from_slice(stated);
            fingerprint.bytes(stated);
            report.no_values(choice);
        }
        let text_len = columns.text.len() - text_start;
        report.rest(choice);
        report.replacement_chars(&columns.text[text_start..]);
        let id = head
            .id
            .map(|id| draft.bytes(id))
            .filter(|id| !id.is_empty());
        if id.is_some() || n_tokens > 0 {
            let print = Print {
                id: id.map(|id| Fingerprint::new(id, choice.index).0),
                all: fingerprint.0,
            };
            match &mut self.apart {
                Some(prints) => prints.push(Apart {
                    sequence: nth,
                    record: at.record,
                    print,
                }),
                None => report.known(self.fingerprints.know(print, nth)),
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

/// Reports problems of one sequence.
pub(super) struct SequenceLog<'a> {
    pub(super) log: &'a mut ProblemLog,
    pub(super) source: u32,
    pub(super) at: Position,
    pub(super) nth: u64,
    pub(super) choice: u32,
}

impl SequenceLog<'_> {
    fn add(&mut self, code: Code, detail: impl FnOnce() -> String) {
        self.add_level(code, code.texts().level, detail);
    }

    fn add_level(&mut self, code: Code, level: Level, detail: impl FnOnce() -> String) {
        self.add_many(code, level, 1, detail);
    }

    fn add_many(&mut self, code: Code, level: Level, count: u64, detail: impl FnOnce() -> String) {
        let (at, nth, source) = (self.at, self.nth, self.source);
        self.log.add_many(code, level, count, || Place {
            source,
            sequence: Some(nth),
            ..place(at, detail())
        });
    }

    /// A token whose value is not an ordinary one.
    fn value(&mut self, reading: Reading, token: &TokenDraft, position: usize, echo: bool) {
        let (code, level) = match reading.status {
            Status::Missing if echo => (Code::Missing, Level::Info),
            Status::Missing => (Code::Missing, Level::Warn),
            Status::Censored => (Code::Censored, Level::Warn),
            Status::Invalid => (Code::Invalid, Level::Warn),
            Status::Clamped | Status::Scored => (Code::Clamped, Level::Info),
        };
        let choice = self.choice;
        self.add_level(code, level, || match reading.status {
            Status::Missing => format!("token {position} of choice {choice}"),
            _ => format!("token {position} of choice {choice} has {}", token.raw),
        });
    }

    /// What is odd about the alternatives of a token.
    fn alternatives(&mut self, token: &TokenDraft, position: usize) {
        let listed = token.alternatives;
        if listed.count == 0 {
            return;
        }
        let choice = self.choice;
        let which = || format!("token {position} of choice {choice}");
        if listed.chosen.is_none() {
            self.add(Code::SampledNotListed, which);
        }
        if listed.chosen_differs {
            self.add(Code::SampledValueDiffers, which);
        }
        if listed.unsorted {
            self.add(Code::AlternativesUnsorted, which);
        }
        if listed.duplicate {
            self.add(Code::AlternativesDuplicate, which);
        }
        if listed.overfull {
            self.add(Code::AlternativesMass, which);
        }
    }

    fn floor(&mut self, floors: usize) {
        if floors >= FLOORS {
            self.add(Code::FloorSuspected, String::new);
        }
    }

    fn withheld(&mut self, withheld: Option<Withheld>) {
        match withheld {
            Some(Withheld::WrongUnits(hint)) => self.add(Code::WrongUnits, || hint.to_owned()),
            Some(Withheld::AllZero) => self.add(Code::AllZero, || {
                "and no alternatives are listed".to_owned()
            }),
            None => {}
        }
    }

    /// Do the tokens add up to the text?
    fn text(&mut self, draft: &Draft, choice: &ChoiceDraft, joined: &[u8]) {
        let text_is_empty = choice.text.is_none_or(|text| text.start == text.end);
        if !choice.tool_calls.is_empty() && text_is_empty {
            return;
        }
        if let Joined::Differs(byte) = compare(draft, choice, joined) {
            self.add(Code::TextMismatch, || {
                format!("the first difference is at byte {byte} of the text")
            });
        }
    }

    /// Why a sequence has no values.
    fn no_values(&mut self, choice: &ChoiceDraft) {
        let why = match choice.values {
            _ if !choice.tool_calls.is_empty() => "it is a tool call",
            _ if choice.why.is_some() => choice.why.unwrap_or_default(),
            _ if choice.prompt_values || !choice.prompt.is_empty() => {
                "it has values for the prompt only"
            }
            Values::Absent => "`logprobs` is not there",
            Values::Null => "`logprobs` is null",
            Values::WithoutTokens => "`logprobs` has numbers without tokens",
            Values::NotAsked(why) => why,
            Values::Empty | Values::Listed => "`logprobs` lists no tokens",
        };
        self.add(Code::NoLogprobs, || why.to_owned());
    }

    fn rest(&mut self, choice: &ChoiceDraft) {
        if choice.finish == Finish::Length {
            self.add(Code::TruncatedByLength, String::new);
        }
        if choice.reasoning {
            self.add(Code::ReasoningTokens, String::new);
        }
        if choice.remarks.after_sampling {
            self.add(Code::AfterSampling, String::new);
        }
        if choice.remarks.grouped {
            self.add(Code::GroupedText, String::new);
        }
    }

    fn replacement_chars(&mut self, text: &[u8]) {
        let count = replacement_chars(text);
        if count > 0 {
            self.add_many(Code::ReplacementChars, Level::Info, count, String::new);
        }
    }

    /// Whether the sequence was there before.
    pub(super) fn known(&mut self, known: Known) {
        match known {
            Known::No => {}
            Known::Same(first) => self.duplicate(first),
            Known::IdOnly(first) => self.id_reused(first),
        }
    }

    fn id_reused(&mut self, first: u64) {
        self.add(Code::IdReused, || {
            format!("sequence {} has it, too", first + 1)
        });
    }

    fn duplicate(&mut self, first: u64) {
        self.add(Code::Duplicate, || {
            format!(
                "it has id, index, text and values of sequence {}",
                first + 1
            )
        });
    }
}
