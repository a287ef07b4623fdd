//! One sequence in full: decoded again from its record, and what is told of it and of its tokens.
use super::{State, len_u32};
use crate::protocol::{AlternativeView, Row, SequenceText, Stated, TokenView};
use analysis::Position;
use completions::{
    Alignment, Columns, FormatId, RecordSpan, SequenceDetail, Source, TokenDetail, decode_sequence,
};
use metrics::alternatives::Alternatives;
use metrics::{Status, num, repetition};
use std::f64::consts::LN_2;

/// A sequence that is to be decoded again.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) record: RecordSpan,
    pub(crate) source: Source,
    format: FormatId,
    /// Which sequence of the record it is.
    nth: u32,
    tokens: usize,
}

impl Wanted {
    /// What it takes to decode a sequence of these columns again; `None` when there is no such one.
    pub(crate) fn of(columns: &Columns, sequence: u32) -> Option<Self> {
        let row = columns.sequences.get(sequence as usize)?;
        let completion = columns.completions.get(row.completion as usize)?;
        let record = *columns.records.get(completion.record as usize)?;
        Some(Self {
            record,
            source: columns.sources.get(record.source as usize)?.clone(),
            format: completion.format,
            nth: completion.offset + sequence.checked_sub(completion.first_sequence)?,
            tokens: row.n_tokens as usize,
        })
    }

    /// Decodes it from the bytes of its record; `None` when they are not what they were.
    pub(crate) fn decode(&self, record: &[u8]) -> Option<SequenceDetail> {
        let detail = decode_sequence(self.record.form, self.format, record, self.nth)?;
        (detail.tokens.len() == self.tokens).then_some(detail)
    }
}

impl State {
    /// What it takes to decode a sequence again.
    pub(crate) fn record_of(&self, sequence: u32) -> Option<Wanted> {
        Wanted::of(&self.columns, sequence)
    }

    /// The decoded sequence that is kept, if it is this one.
    pub(crate) fn detail_of(&self, sequence: u32) -> Option<&SequenceDetail> {
        let held = self.detail.as_ref().filter(|(held, _)| *held == sequence);
        held.map(|(_, detail)| detail)
    }

    /// Whether [`State::token`] can answer for this sequence.
    pub(crate) fn has_detail(&self, sequence: u32) -> bool {
        self.detail
            .as_ref()
            .is_some_and(|(held, _)| *held == sequence)
    }

    /// Keeps a decoded sequence until another one is.
    pub(crate) fn keep_detail(&mut self, sequence: u32, detail: SequenceDetail) {
        self.detail = Some((sequence, detail));
    }

    /// A whole sequence; `None` when there is no such one or it is not kept.
    pub(crate) fn text(&self, sequence: u32) -> Option<SequenceText> {
        let (held, detail) = self.detail.as_ref()?;
        let row = self.columns.sequences.get(sequence as usize)?;
        if *held != sequence {
            return None;
        }
        let Row { card, hits, .. } = self.row(sequence, u32::MAX);
        let tokens = &detail.tokens;
        let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.bytes.as_slice()).collect();
        let stated = detail.stated_text.as_deref();
        let stated = stated.and_then(|text| stated_otherwise(text, &bytes));
        Some(SequenceText {
            card,
            hits,
            probabilities: tokens
                .iter()
                .map(|token| probability_of(token).map_or(-1.0, |p| p as f32))
                .collect(),
            labels: tokens
                .iter()
                .map(|token| String::from_utf8_lossy(&token.bytes).into_owned())
                .collect(),
            weakest: row.metrics.min_prob_at,
            weakest_passage: row
                .metrics
                .weakest_passage
                .map(|passage| (passage.start, passage.end)),
            tail_loop: repetition::tail_loop(&bytes)
                .map(|found| (found.period, found.length / found.period.max(1))),
            tool_calls: detail.tool_calls.clone(),
            stated,
            prompt: (len_u32(detail.prompt.len()), whole_texts(&detail.prompt)),
        })
    }

    /// One token of the kept sequence.
    pub(crate) fn token(&self, sequence: u32, token: u32) -> Option<TokenView> {
        let (_, detail) = self.detail.as_ref().filter(|(held, _)| *held == sequence)?;
        let found = detail.tokens.get(token as usize)?;
        Some(token_view(sequence, token, found))
    }
}

/// Where the stated text differs from these tokens, if it does and they have any text.
fn stated_otherwise(text: &str, tokens: &[&[u8]]) -> Option<Stated> {
    let found = Alignment::of(tokens, text.as_bytes());
    if found.is_whole() || tokens.iter().all(|token| token.is_empty()) {
        return None;
    }
    let piece = text.as_bytes().get(found.text).unwrap_or_default();
    Some(Stated {
        text: text.to_owned(),
        tokens: (len_u32(found.tokens.start), len_u32(found.tokens.end)),
        piece: String::from_utf8_lossy(piece).into_owned(),
    })
}

/// The texts of tokens; those that only together form a character are one.
pub(super) fn whole_texts(tokens: &[TokenDetail]) -> Vec<String> {
    let mut texts = Vec::with_capacity(tokens.len());
    let mut waiting = Vec::new();
    for token in tokens {
        waiting.extend_from_slice(&token.bytes);
        // An error without a length: the bytes end inside of a character, the rest may follow.
        let torn = std::str::from_utf8(&waiting).is_err_and(|error| error.error_len().is_none());
        if !torn {
            texts.push(String::from_utf8_lossy(&waiting).into_owned());
            waiting.clear();
        }
    }
    if !waiting.is_empty() {
        texts.push(String::from_utf8_lossy(&waiting).into_owned());
    }
    texts
}

fn token_view(sequence: u32, token: u32, found: &TokenDetail) -> TokenView {
    let probability = probability_of(found);
    let logprob = probability.map(|_| found.logprob);
    let mut listed = Alternatives::default();
    let position = Position::of(found, &mut listed);
    let (rank, share) = (position.rank(), position.share());
    let (entropy, margin) = (position.entropy(), position.margin());
    let best = listed.logprobs().first().copied();
    TokenView {
        sequence,
        token,
        text: String::from_utf8_lossy(&found.bytes).into_owned(),
        bytes: found.bytes.clone(),
        status: found.status as u8,
        probability,
        logprob,
        surprisal_bits: logprob.map(|value| -value / LN_2),
        rank: rank.map(|rank| (rank.rank, rank.is_lower_bound)),
        share,
        entropy: entropy.map(|(least, most)| (least, most.is_none())),
        margin,
        gap: best
            .zip(logprob)
            .map(|(best, value)| (best - value).max(0.0)),
        residual: listed.residual(),
        alternatives: found
            .alternatives
            .iter()
            .map(|alternative| AlternativeView {
                text: String::from_utf8(alternative.bytes.clone())
                    .unwrap_or_else(|_| alternative.token.clone()),
                probability: alternative.logprob.map(|value| num::exp(value.min(0.0))),
                chosen: alternative.chosen,
            })
            .collect(),
    }
}

fn probability_of(token: &TokenDetail) -> Option<f64> {
    match token.status {
        Status::Scored | Status::Clamped | Status::Invalid => Some(num::exp(token.logprob)),
        Status::Missing | Status::Censored => None,
    }
}
