//! One sequence with everything that the columns leave out, decoded again from the bytes of its record.
use crate::containers;
use crate::intake::{CompletionSink, Intake, Layer, Origin};
use crate::record::draft::ToolCall;
use crate::record::judge::{Withheld, judge, reading};
use crate::record::{ChoiceDraft, CompletionDraft, Draft, TokenDraft};
use crate::report::Code;
use crate::{Form, FormatId, Limits, Place};
use metrics::{Reading, Status};

/// One listed candidate of a position.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name as written in the file (differs from the bytes for split characters and special tokens).
    pub token: String,
    /// Natural logarithm; `None` when missing or below the server's floor.
    pub logprob: Option<f64>,
    /// It is the token that was written.
    pub chosen: bool,
}

/// One token with its alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenDetail {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its id in the vocabulary, where the file has it.
    pub id: Option<u64>,
    /// Natural logarithm after the input policy, f64 as in the file.
    pub logprob: f64,
    /// What the value counts as.
    pub status: Status,
    /// Listed candidates, best first; empty when the file has none here.
    pub alternatives: Vec<Alternative>,
    /// The list has the written token.
    pub chosen_is_listed: bool,
}

/// One sequence in full.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SequenceDetail {
    /// Its tokens in order.
    pub tokens: Vec<TokenDetail>,
    /// Tokens of the prompt, where the file has them. They are not scored and no part of the text.
    pub prompt: Vec<TokenDetail>,
    /// The prompt as a plain text, where the record has it.
    pub prompt_text: Option<String>,
    /// The messages that it answers as JSON, `[{"role": …, "content": …}, …]`, where the record has them.
    pub chat: Option<String>,
    /// The text that the record states (`message.content`, `text`), when it has one.
    pub stated_text: Option<String>,
    /// Tool calls as (name, arguments as written).
    pub tool_calls: Vec<(String, String)>,
}

/// Decodes the `nth` sequence (0-based, in the order of the columns) of a record from the record's own bytes: it is number
/// `completion.offset + nth in the completion` of the record at `columns.records[completion.record]`.
/// `None` when the bytes are not that record: the file has changed since it was read.
///
/// Values count as they do in the columns, with one exception: that all values of a file are 0, and therefore not used, does
/// not show in one record (see `all_zero` in the report).
pub fn decode_sequence(
    form: Form,
    format: FormatId,
    record: &[u8],
    nth: u32,
) -> Option<SequenceDetail> {
    let nth = Nth {
        format,
        left: nth,
        found: None,
    };
    let limits = Limits::default();
    let mut intake = Intake::new(limits, true, nth);
    containers::read_again(form, record, limits, &mut intake);
    intake.sink.found
}

/// Takes one sequence.
#[derive(Debug)]
struct Nth {
    format: FormatId,
    /// Sequences that come before it.
    left: u32,
    found: Option<SequenceDetail>,
}

impl CompletionSink for Nth {
    fn completion(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        _nth: usize,
        origin: Origin<'_>,
        _layers: &[Layer],
    ) {
        // What begins later are pieces of other streams.
        if self.found.is_some() || origin.at.byte > 0 {
            return;
        }
        let order = draft.order(completion);
        match order.get(self.left as usize) {
            Some(&choice) if completion.format == self.format => {
                self.left = u32::MAX;
                self.found = draft
                    .choices
                    .get(choice)
                    .map(|choice| detail(draft, completion, choice));
            }
            // Not what it was.
            Some(_) => self.left = u32::MAX,
            None => self.left = self.left.saturating_sub(order.len() as u32),
        }
    }

    fn problem(&mut self, _code: Code, _count: u64, _place: Place) {}

    fn layers(&mut self, _layers: &[&'static str]) {}
}

fn detail(draft: &Draft, completion: &CompletionDraft, choice: &ChoiceDraft) -> SequenceDetail {
    let withheld = judge(draft, choice);
    let stated = match (choice.text, choice.refusal_text) {
        (Some(text), Some(refusal)) => Some(draft.text(text).into_owned() + &draft.text(refusal)),
        (one, other) => one.or(other).map(|text| draft.text(text).into_owned()),
    };
    let call = |call: &ToolCall| {
        (
            draft.text(call.name).into_owned(),
            draft.text(call.arguments).into_owned(),
        )
    };
    let prompt = draft
        .tokens
        .get(choice.prompt.start..choice.prompt.end)
        .unwrap_or_default();
    SequenceDetail {
        tokens: draft
            .tokens_of(choice)
            .map(|token| token_detail(draft, token, withheld))
            .collect(),
        prompt: prompt
            .iter()
            .map(|token| token_detail(draft, token, None))
            .collect(),
        prompt_text: completion
            .head
            .prompt
            .map(|text| draft.text(text).into_owned()),
        chat: completion
            .head
            .chat
            .map(|text| draft.text(text).into_owned()),
        stated_text: stated,
        tool_calls: choice.tool_calls.iter().map(call).collect(),
    }
}

fn token_detail(draft: &Draft, token: &TokenDraft, withheld: Option<Withheld>) -> TokenDetail {
    let Reading { status, logprob } = reading(token, withheld);
    let listed = token.alternatives;
    let written = draft
        .alternatives
        .iter()
        .skip(listed.first)
        .take(listed.count as usize);
    let mut alternatives: Vec<Alternative> = written
        .zip(0..)
        .map(|(alternative, nth)| Alternative {
            bytes: draft.bytes(alternative.bytes).to_vec(),
            token: draft.text(alternative.name).into_owned(),
            logprob: Reading::new(Some(alternative.raw)).scored(),
            chosen: listed.chosen == Some(nth),
        })
        .collect();
    // Best first, those without a value last; the sort is stable, so ties keep the order of the file.
    alternatives.sort_by(|a, b| match (a.logprob, b.logprob) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    TokenDetail {
        bytes: draft.bytes(token.bytes).to_vec(),
        id: token.id,
        logprob,
        status,
        alternatives,
        chosen_is_listed: listed.chosen.is_some(),
    }
}
