//! A guess where there are only bounds: the unlisted tokens fall off by Zipf's law.
use super::replay::values;
use super::tail::likely_log_partition;
use super::{Assumptions, Settings};
use completions::{SequenceDetail, TokenDetail};
use metrics::{Sum, num};

/// One position at another temperature, guessed.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Probabilities in the order of [`super::Step::tokens`].
    pub tokens: Vec<f64>,
    /// Of all that is not known by name.
    pub something_else: f64,
    /// ln of the probability of the written token.
    pub logprob: f64,
}

/// `None` where nothing has to be guessed, or nothing can be: the temperature is that of the file, something is cut off (by rank,
/// mass or share, which says more than a guess would), or the size of the vocabulary is not known.
pub fn estimate_at(
    token: &TokenDetail,
    settings: &Settings,
    assumptions: &Assumptions,
) -> Option<Estimate> {
    let cuts = settings.top_k > 0 || settings.nucleus().is_some() || settings.floor().is_some();
    #[expect(clippy::float_cmp, reason = "exactly neutral")]
    let power = settings
        .power(assumptions.recorded)
        .filter(|power| *power != 1.0 && !cuts)?;
    let (listed, outside, place) = values(token)?;
    let whole = likely_log_partition(&listed, outside, power, assumptions.vocabulary?)?;
    let logprobs: Vec<f64> = listed
        .into_iter()
        .chain(outside)
        .map(|l| l * power - whole)
        .collect();
    let tokens: Vec<f64> = logprobs.iter().map(|&l| num::exp(l)).collect();
    let mut sum = Sum::default();
    sum.extend(tokens.iter().copied());
    Some(Estimate {
        something_else: (1.0 - sum.value()).max(0.0),
        logprob: *logprobs.get(place)?,
        tokens,
    })
}

/// ln of the probability of a text, guessed, over the positions that can be replayed. `None` as for [`estimate_at`].
pub fn estimate(
    detail: &SequenceDetail,
    settings: &Settings,
    assumptions: &Assumptions,
) -> Option<f64> {
    let replayed = detail.tokens.iter().filter(|token| values(token).is_some());
    let mut sum = Sum::default();
    let mut any = false;
    for token in replayed {
        sum.add(estimate_at(token, settings, assumptions)?.logprob);
        any = true;
    }
    any.then(|| sum.value())
}
