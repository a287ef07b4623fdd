//! Figures of a sequence that need all its values at once, or that few people look at.
use crate::{Counts, Reading, Status, Sum, num};

/// Size of the text of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSize {
    /// Bytes in UTF-8.
    pub bytes: u64,
    /// Unicode scalar values.
    pub chars: u64,
}

/// The advanced figures; all `None` without a scored token.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advanced {
    /// Log of the chance of this exact text, nats.
    pub sum_logprob: Option<f64>,
    /// Chance of this exact text, 0 to 1; underflows for long texts.
    pub joint_prob: Option<f64>,
    /// Its logarithm to base 10, for printing it as 10^x.
    pub joint_log10: Option<f64>,
    /// Mean information per token, nats.
    pub cross_entropy_nats: Option<f64>,
    /// Mean information per token, bits.
    pub cross_entropy_bits: Option<f64>,
    /// Surprisal of the weakest scored token, bits.
    pub max_surprisal_bits: Option<f64>,
    /// Population standard deviation of the log-probabilities, nats.
    pub logprob_std: Option<f64>,
    /// Mean of the lowest fifth (at least one) of the log-probabilities, nats.
    pub min_k20: Option<f64>,
    /// Bits per byte of text; `None` if any token has no value, or without text.
    pub bits_per_byte: Option<f64>,
    /// Bits per Unicode scalar value; `None` as above.
    pub bits_per_char: Option<f64>,
    /// Perplexity with nothing dropped. Only when a token was skipped, and none is missing.
    pub perplexity_strict: Option<f64>,
    /// That perplexity is infinite (`perplexity_strict` is `None`).
    pub strict_overflow: bool,
}

impl Advanced {
    /// Computes them from the raw values of the file; `None` is missing.
    pub fn new(raw: &[Option<f64>], text: Option<TextSize>) -> Self {
        let mut counts = Counts::default();
        let mut scored = Vec::with_capacity(raw.len());
        for &value in raw {
            let reading = Reading::new(value);
            counts.add(reading.status);
            scored.extend(reading.scored());
        }
        let strict = strict(raw, &counts);
        let mut all = Self {
            perplexity_strict: strict.and_then(num::finite),
            strict_overflow: strict.is_some_and(f64::is_infinite),
            ..Self::default()
        };
        let sum = sum(&scored);
        let Some(mean) = sum.mean() else { return all };
        all.logprob_std = Some(deviation(&scored, mean));
        scored.sort_unstable_by(f64::total_cmp);
        let total = sum.value() + 0.0;
        let bits = -total / num::LN_2 + 0.0;
        all.sum_logprob = Some(total);
        all.joint_prob = Some(num::exp(total));
        all.joint_log10 = Some(total / num::LN_10);
        all.cross_entropy_nats = Some(-mean + 0.0);
        all.cross_entropy_bits = Some(-mean / num::LN_2 + 0.0);
        all.max_surprisal_bits = scored.first().map(|lowest| -lowest / num::LN_2 + 0.0);
        all.min_k20 = self::sum(&scored[..(scored.len() / 5).max(1)]).mean();
        if counts.scored == counts.total {
            all.bits_per_byte = text.and_then(|size| num::finite(bits / size.bytes as f64));
            all.bits_per_char = text.and_then(|size| num::finite(bits / size.chars as f64));
        }
        all
    }
}

fn sum(values: &[f64]) -> Sum {
    let mut sum = Sum::default();
    sum.extend(values.iter().copied());
    sum
}

/// In two passes: the difference of squares would lose everything for values that hardly vary.
fn deviation(values: &[f64], mean: f64) -> f64 {
    let mut squares = Sum::default();
    squares.extend(values.iter().map(|value| (value - mean) * (value - mean)));
    squares.mean().map_or(0.0, num::sqrt)
}

/// exp of minus the mean over all tokens with nothing dropped; may be infinite. Decided before summing, because a
/// compensated sum turns infinities into NaN.
fn strict(raw: &[Option<f64>], counts: &Counts) -> Option<f64> {
    if counts.scored == counts.total || counts.missing > 0 {
        return None;
    }
    let mut sum = Sum::default();
    for &value in raw {
        let value = match (Reading::new(value).status, value?) {
            (Status::Censored, f64::NEG_INFINITY) => return Some(f64::INFINITY),
            (_, value) => value.min(0.0),
        };
        sum.add(value);
    }
    sum.mean()
        .map_or(Some(f64::INFINITY), |mean| Some(num::exp(-mean)))
}
