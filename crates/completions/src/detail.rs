//! One sequence with everything that the columns leave out, decoded again from the bytes of its record.
use crate::record::judge::{Withheld, judge, reading};
use crate::record::{Draft, Outcome, Span, TokenDraft};
use crate::{FormatId, Limits, reader};
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
    /// The text that the record states (`message.content`, `text`), when it has one.
    pub stated_text: Option<String>,
    /// Tool calls as (name, arguments as written).
    pub tool_calls: Vec<(String, String)>,
}

/// Decodes the `nth` sequence (0-based, in the order of the columns) of a record from the record's own bytes.
/// `None` when the bytes are not that record: the file has changed since it was read.
///
/// Values count as they do in the columns, with one exception: that all values of a file are 0, and therefore not used, does
/// not show in one record (see `all_zero` in the report).
pub fn decode_sequence(format: FormatId, record: &[u8], nth: u32) -> Option<SequenceDetail> {
    let (text, _) = reader::repair(record);
    let mut draft = Draft {
        keep_alternatives: true,
        ..Draft::default()
    };
    let (outcome, len) = reader::decode(&text, Limits::default().depth(), &mut draft).ok()?;
    if outcome != Outcome::Completion(format) || len != text.len() {
        return None;
    }
    let order = draft.order();
    let choice = draft.choices.get(*order.get(usize::try_from(nth).ok()?)?)?;
    let withheld = judge(&draft, choice);
    let stated = match (choice.text, choice.refusal_text) {
        (Some(text), Some(refusal)) => Some(draft.text(text).into_owned() + &draft.text(refusal)),
        (one, other) => one.or(other).map(|text| draft.text(text).into_owned()),
    };
    let call = |&(name, arguments): &(Span, Span)| {
        (
            draft.text(name).into_owned(),
            draft.text(arguments).into_owned(),
        )
    };
    Some(SequenceDetail {
        tokens: draft
            .tokens_of(choice)
            .map(|token| token_detail(&draft, token, withheld))
            .collect(),
        stated_text: stated,
        tool_calls: choice.tool_calls.iter().map(call).collect(),
    })
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
        logprob,
        status,
        alternatives,
        chosen_is_listed: listed.chosen.is_some(),
    }
}
