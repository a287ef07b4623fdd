//! What is compared over all pairs.
//!
//! Each measure is a sum over a sum: means of answers count every answer the same, shares and rates count all texts together.
//! A pair takes part only when both of its sequences have the value.
use super::bootstrap::{Interval, Resampled, Totals};
use super::{Pair, Side, bits};
use completions::Sequence;
use metrics::{Band, Sum, format};
use serde::{Deserialize, Serialize};

/// A figure of all answers of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Measure {
    /// Mean of the perplexities; those of different tokenizers do not compare. At least 1.
    Perplexity,
    /// Mean of the mean probabilities, 0 to 1.
    Probability,
    /// Bits of information in all texts together, per byte. Compares different tokenizers. Texts of which a token has no
    /// value are left out.
    BitsPerByte,
    /// Share of all tokens with p <= 0.33, censored ones included.
    UncertainShare,
    /// Mean number of tokens.
    Tokens,
    /// Mean length of the text in bytes.
    Bytes,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; MEASURES] = [
        Self::Perplexity,
        Self::Probability,
        Self::BitsPerByte,
        Self::UncertainShare,
        Self::Tokens,
        Self::Bytes,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Perplexity => "perplexity",
            Self::Probability => "probability",
            Self::BitsPerByte => "bits_per_byte",
            Self::UncertainShare => "uncertain_share",
            Self::Tokens => "tokens",
            Self::Bytes => "bytes",
        }
    }

    /// What it is called on screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Perplexity => "Perplexity",
            Self::Probability => "Probability",
            Self::BitsPerByte => "Bits per byte",
            Self::UncertainShare => "Uncertain tokens",
            Self::Tokens => "Tokens per answer",
            Self::Bytes => "Bytes per answer",
        }
    }

    /// One of its values as it is written on screen.
    pub fn say(self, value: f64) -> String {
        match self {
            Self::UncertainShare => format::percent(value),
            _ => format::sig3(value),
        }
    }

    /// What a sequence adds to the upper and to the lower sum; `None` when it has no such value.
    pub fn parts(self, sequence: &Sequence) -> Option<(f64, f64)> {
        let metrics = &sequence.metrics;
        let counts = metrics.counts;
        match self {
            Self::Perplexity => Some((metrics.perplexity?, 1.0)),
            Self::Probability => Some((metrics.mean_prob?, 1.0)),
            Self::BitsPerByte => {
                let whole = counts.scored > 0 && counts.scored == counts.total;
                let bytes = f64::from(sequence.text_len);
                (whole && bytes > 0.0).then(|| (bits(-metrics.sum_logprob), bytes))
            }
            Self::UncertainShare => {
                let known = counts.scored + counts.censored;
                let uncertain = metrics.bands[Band::Low as usize];
                (known > 0).then_some((uncertain as f64, known as f64))
            }
            Self::Tokens => (sequence.n_tokens > 0).then(|| (f64::from(sequence.n_tokens), 1.0)),
            Self::Bytes => Some((f64::from(sequence.text_len), 1.0)),
        }
    }
}

/// Number of measures.
pub(super) const MEASURES: usize = 6;

/// What differs in one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Which one.
    pub measure: Measure,
    /// Pairs of which both sequences have the value.
    pub pairs: u32,
    /// The value of these sequences of A; `None` without any.
    pub a: Option<f64>,
    /// The value of these sequences of B; `None` without any.
    pub b: Option<f64>,
    /// B − A.
    pub difference: Option<f64>,
    /// Where the difference lies with 95 % confidence; `None` for too few pairs that are independent.
    pub interval: Option<Interval>,
}

/// All measures of all pairs. Where all pairs are of one unit, they are drawn one by one: the interval is about this unit.
pub(super) fn differences(a: &Side<'_>, b: &Side<'_>, pairs: &[Pair]) -> Vec<Difference> {
    let units = super::units(pairs);
    let mut totals = vec![Totals::default(); if units == 1 { pairs.len() } else { units }];
    // The order is the same whichever side is A: within a unit pairs are in the order of both.
    for (nth, pair) in pairs.iter().enumerate() {
        let unit = if units == 1 { nth } else { pair.unit as usize };
        let (Some(one), Some(other)) = (a.sequence(pair.a), b.sequence(pair.b)) else {
            continue;
        };
        for (nth, measure) in Measure::ALL.into_iter().enumerate() {
            if let (Some(one), Some(other)) = (measure.parts(one), measure.parts(other)) {
                totals[unit].add(nth, one, other);
            }
        }
    }
    let all = overall(&totals);
    let resampled = Resampled::of(totals);
    let differences = Measure::ALL.into_iter().zip(all).enumerate();
    differences
        .map(|(nth, (measure, (pairs, a, b)))| {
            let difference = a.zip(b).map(|(a, b)| b - a);
            Difference {
                measure,
                pairs,
                a,
                b,
                difference,
                interval: difference.and_then(|_| resampled.interval(nth)),
            }
        })
        .collect()
}

/// For each measure the pairs that have it, and its value on both sides.
fn overall(totals: &[Totals]) -> [(u32, Option<f64>, Option<f64>); MEASURES] {
    std::array::from_fn(|nth| {
        let total = |part: fn(&super::bootstrap::Part) -> f64| {
            let mut sum = Sum::default();
            sum.extend(totals.iter().map(|unit| part(&unit.parts[nth])));
            sum.value()
        };
        let ratio = |over: f64, under: f64| (under > 0.0).then(|| over / under);
        let pairs = totals.iter().map(|unit| unit.pairs[nth]).sum();
        let a = ratio(total(|part| part.over_a), total(|part| part.under_a));
        let b = ratio(total(|part| part.over_b), total(|part| part.under_b));
        (pairs, a, b)
    })
}
