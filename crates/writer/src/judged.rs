//! A text with what a model says of it.
use crate::listed;
use api::writing::{NamedToken, Under};
use engine::{Asked, Failure, Model, Scored, Tokens};
use metrics::{Advanced, Reading, SequenceBuilder, TextSize};
use std::sync::Arc;

/// A text with what a model says of it.
#[derive(Debug)]
pub struct Judged<'a> {
    /// Whose judgement it is.
    pub model: &'a Model,
    /// Without what the tokenizer puts around them.
    pub tokens: Vec<Scored>,
    /// How many of them have a value.
    pub scored: usize,
    /// e to the minus mean log-probability.
    pub perplexity: Option<f64>,
    /// Cross entropy and the like.
    pub figures: Advanced,
}

impl<'a> Judged<'a> {
    /// Judges a text, given with its tokens. Every token is handed over as it comes; `false` ends it.
    pub fn of(
        model: &'a Arc<Model>,
        text: &str,
        mut ids: Tokens,
        asked: Asked<'_>,
        each: &mut dyn FnMut(&Scored) -> bool,
    ) -> Result<Self, Failure> {
        ids.ids.truncate(ids.ids.len() - ids.after);
        let mut tokens = Vec::with_capacity(ids.ids.len());
        let mut around = ids.before;
        engine::score(model, &ids.ids, asked, &mut |scored| {
            if around > 0 {
                around -= 1;
                return true;
            }
            let goes_on = each(&scored);
            tokens.push(scored);
            goes_on
        })?;
        let raw: Vec<Option<f64>> = tokens
            .iter()
            .filter_map(|scored| Some(Some(scored.place?.logprob)))
            .collect();
        let mut builder = SequenceBuilder::default();
        for &value in &raw {
            builder.push(Reading::new(value));
        }
        Ok(Self {
            model,
            scored: raw.len(),
            perplexity: builder.finish().perplexity,
            figures: Advanced::new(&raw, Some(size(model, &tokens, text))),
            tokens,
        })
    }
}

impl Judged<'_> {
    /// Under the settings of the judgement: how many tokens they cut off, and the perplexity if it is none. `None` without any.
    pub fn under(&self) -> Option<(usize, Option<f64>)> {
        let judged: Vec<Option<f64>> = self
            .tokens
            .iter()
            .filter_map(|scored| Some(scored.under?.logprob))
            .collect();
        if judged.is_empty() {
            return None;
        }
        let cut_off = judged.iter().filter(|logprob| logprob.is_none()).count();
        let mut builder = SequenceBuilder::default();
        for &logprob in &judged {
            builder.push(Reading::new(logprob));
        }
        let perplexity = builder.finish().perplexity.filter(|_| cut_off == 0);
        Some((cut_off, perplexity))
    }
}

/// A token with its place.
pub fn token(model: &Model, scored: &Scored) -> NamedToken {
    NamedToken {
        logprob: scored.place.map(|place| place.logprob),
        rank: scored.place.map(|place| place.rank),
        entropy: scored.place.map(|place| place.entropy),
        under: scored.under.map(|under| Under {
            logprob: under.logprob,
            kept: under.kept,
            entropy: under.entropy,
        }),
        top_logprobs: Some(listed::alternatives(model, &scored.alternatives)),
        ..listed::named(model, scored.id, None)
    }
}

/// Of the part of a text that has values: a first token without one leaves its bytes out.
fn size(model: &Model, tokens: &[Scored], text: &str) -> TextSize {
    let unscored = tokens.iter().filter(|scored| scored.place.is_none());
    let left_out: Vec<u8> = unscored
        .filter_map(|scored| Some(model.text()?.piece(scored.id).into_owned()))
        .flatten()
        .collect();
    let chars = String::from_utf8_lossy(&left_out).chars().count();
    TextSize {
        bytes: text.len().saturating_sub(left_out.len()) as u64,
        chars: text.chars().count().saturating_sub(chars) as u64,
    }
}
