//! What is odd about one sequence, said in the import report.
use super::fingerprint::{Known, Print};
use crate::containers::Position;
use crate::intake::place;
use crate::record::draft::Values;
use crate::record::judge::Withheld;
use crate::record::text::{Joined, compare, replacement_chars};
use crate::record::{ChoiceDraft, Draft, TokenDraft};
use crate::report::{Code, ProblemLog};
use crate::{Finish, Level, Place};
use metrics::{Reading, Status};

/// So many values at the floor are no chance.
const FLOORS: usize = 3;

/// Reports what is odd about one sequence.
pub(super) struct Remarks<'a> {
    pub(super) log: &'a mut ProblemLog,
    pub(super) source: u32,
    pub(super) at: Position,
    pub(super) nth: u64,
    pub(super) choice: u32,
}

impl Remarks<'_> {
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
    pub(super) fn value(
        &mut self,
        reading: Reading,
        token: &TokenDraft,
        position: usize,
        echo: bool,
    ) {
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
    #[inline(always)]
    pub(super) fn alternatives(&mut self, token: &TokenDraft, position: usize) {
        let listed = token.alternatives;
        let odd = listed.chosen.is_none()
            | listed.chosen_differs
            | listed.unsorted
            | listed.duplicate
            | listed.overfull;
        if odd && listed.count > 0 {
            self.odd_alternatives(token, position);
        }
    }

    #[inline(never)]
    fn odd_alternatives(&mut self, token: &TokenDraft, position: usize) {
        let listed = token.alternatives;
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

    pub(super) fn floor(&mut self, floors: usize) {
        if floors >= FLOORS {
            self.add(Code::FloorSuspected, String::new);
        }
    }

    pub(super) fn withheld(&mut self, withheld: Option<Withheld>) {
        match withheld {
            Some(Withheld::WrongUnits(hint)) => self.add(Code::WrongUnits, || hint.to_owned()),
            Some(Withheld::AllZero) => self.add(Code::AllZero, || {
                "and no alternatives are listed".to_owned()
            }),
            None => {}
        }
    }

    /// Do the tokens add up to the text?
    pub(super) fn text(&mut self, draft: &Draft, choice: &ChoiceDraft, joined: &[u8]) {
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
    pub(super) fn no_values(&mut self, choice: &ChoiceDraft) {
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

    pub(super) fn rest(&mut self, choice: &ChoiceDraft) {
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

    pub(super) fn replacement_chars(&mut self, text: &[u8]) {
        let count = replacement_chars(text);
        if count > 0 {
            self.add_many(Code::ReplacementChars, Level::Info, count, String::new);
        }
    }

    /// Whether the sequence was there before.
    pub(super) fn known(&mut self, print: Print, known: Known) {
        match known {
            Known::No => {}
            Known::Same(first) => self.duplicate(print.same(), first),
            Known::IdOnly(first) => self.id_reused(first),
        }
    }

    fn id_reused(&mut self, first: u64) {
        self.add(Code::IdReused, || {
            format!("sequence {} has it, too", first + 1)
        });
    }

    fn duplicate(&mut self, same: &str, first: u64) {
        self.add(Code::Duplicate, || {
            format!("it has {same} of sequence {}", first + 1)
        });
    }
}
