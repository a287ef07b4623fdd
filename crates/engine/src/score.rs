//! What a model thinks of a text that is there already.
use crate::failure::{Failure, Result};
use crate::load::Model;
use crate::session::Session;
use decoding::{Alternative, Processors, Settings, alternatives, softmax};
use std::sync::Arc;

/// A token of a text under the whole distribution of its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Its number.
    pub id: u32,
    /// What the model says of its place; `None` for the first token of all, which nothing stands before.
    pub place: Option<Place>,
    /// The likeliest tokens of its place, best first; none unless they are asked for.
    pub alternatives: Vec<Alternative>,
    /// What settings make of its place, if it is judged under some.
    pub under: Option<Under>,
}

/// A token in the distribution that the tokens before it give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Its log-probability, nats.
    pub logprob: f64,
    /// 1 is the likeliest; as many tokens are likelier as the rank says, less one.
    pub rank: u32,
    /// The entropy of the distribution, nats.
    pub entropy: f64,
}

/// A token in what settings leave of the distribution of its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Under {
    /// Its log-probability among the tokens that are left, nats; `None` if it is none of them.
    pub logprob: Option<f64>,
    /// Tokens that are left.
    pub kept: usize,
    /// The entropy of what is left, nats.
    pub entropy: f64,
}

/// What is said of every token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// So many of the likeliest tokens of its place.
    pub top: usize,
    /// What these settings make of its place. Penalties see the tokens before it.
    pub under: Option<&'a Settings>,
}

/// Reads tokens and says of each how likely it was, as it comes; `false` from `each` ends it.
///
/// A text that is longer than the model's context is read in windows, each of which begins half a context later: every
/// token but those of the first window has at least half a context before it.
pub fn score(
    model: &Arc<Model>,
    ids: &[u32],
    asked: Asked<'_>,
    each: &mut dyn FnMut(Scored) -> bool,
) -> Result<()> {
    if model.start().is_some() {
        return Err(Failure::NotScored(model.architecture().to_owned()));
    }
    let Some(&first) = ids.first() else {
        return Ok(());
    };
    if !each(Scored {
        id: first,
        place: None,
        alternatives: Vec::new(),
        under: None,
    }) {
        return Ok(());
    }
    let processors = asked.under.map(|settings| Processors::new(settings, 0));
    let context = model.context().max(2);
    let step = context / 2;
    // The first token that has no value yet.
    let mut next = 1;
    for start in (0..ids.len()).step_by(step) {
        let window = ids
            .get(start..ids.len().min(start + context))
            .unwrap_or_default();
        let mut at = start;
        let mut goes_on = true;
        Session::new(model, &[])?.read(window, |logits| {
            at += 1;
            if at == next
                && goes_on
                && let Some(&id) = window.get(at - start)
            {
                next += 1;
                let place = place(logits, id);
                let alternatives = match asked.top {
                    0 => Vec::new(),
                    top => alternatives(logits, top),
                };
                let before = window.get(..at - start).unwrap_or_default();
                let under = processors
                    .as_ref()
                    .map(|processors| under(processors, before, logits, id));
                goes_on = each(Scored {
                    id,
                    place,
                    alternatives,
                    under,
                });
            }
            goes_on
        })?;
        if next >= ids.len() || !goes_on {
            break;
        }
    }
    Ok(())
}

fn place(logits: &[f32], id: u32) -> Option<Place> {
    let &logit = logits.get(id as usize)?;
    let better = logits.iter().filter(|&&other| other > logit).count();
    Some(Place {
        logprob: f64::from(logit) - softmax::log_sum_exp(logits),
        rank: u32::try_from(better + 1).unwrap_or(u32::MAX),
        entropy: softmax::entropy(logits),
    })
}

fn under(processors: &Processors<'_>, before: &[u32], logits: &[f32], id: u32) -> Under {
    let left = processors.left(before, logits);
    let place = left.ids().binary_search(&id).ok();
    let score = place.and_then(|at| left.scores().get(at));
    let logprob = score.map(|&score| f64::from(score) - softmax::log_sum_exp(left.scores()));
    Under {
        // As far below 0 as rounding leaves it.
        logprob: logprob.map(|logprob| logprob.min(0.0)),
        kept: left.len(),
        entropy: softmax::entropy(left.scores()).max(0.0),
    }
}
