//! What the unlisted tokens can weigh at another temperature.
use super::Figure;
use metrics::{Sum, num};

/// Values carry about eight digits: the residual is widened by this much before it bounds anything.
const NOISE: f64 = 1e-6;

/// Tokens whose names are not known: their mass, the most that one of them has, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail {
    less: f64,
    more: f64,
    most: f64,
    count: Option<f64>,
    /// How many tokens are known: the best unlisted one has the rank after them.
    known: f64,
}

/// Ranks whose terms are added up one by one; those behind them are an integral.
const TERMS: u32 = 8;
/// A tail that falls off faster than with this exponent weighs nothing.
const STEEPEST: f64 = 64.0;
/// Halvings in the search for the exponent.
const HALVINGS: u32 = 48;

impl Tail {
    /// `known` are the log-probabilities of all known tokens, `smallest` the last of the list.
    pub(crate) fn new(known: &[f64], smallest: f64, vocabulary: Option<u64>) -> Self {
        let mut sum = Sum::default();
        sum.extend(known.iter().map(|&l| num::exp(l)));
        let rest = (1.0 - sum.value()).max(0.0);
        // A vocabulary smaller than the list is a wrong assumption, not a reason to fail.
        let count = vocabulary.map(|size| size.saturating_sub(known.len() as u64) as f64);
        let (less, more) = ((rest - NOISE).max(0.0), rest + NOISE);
        let most = match count {
            Some(count) if count > 0.0 => num::exp(smallest).max(more / count),
            _ => num::exp(smallest),
        };
        Self {
            less,
            more,
            most,
            count,
            known: known.len() as f64,
        }
    }

    /// What they weigh when they fall off by Zipf's law: the token of rank r has m (K/r)^s, with s such that all of them have the
    /// mass that is left. A guess, which lies between the two of [`Self::weight`]. `None` without the size of the vocabulary.
    pub(crate) fn likely(&self, power: f64) -> Option<f64> {
        let count = self.count?;
        let (least, most) = self.weight(power);
        let rest = (self.less + self.more) / 2.0;
        if count == 0.0 || self.most <= 0.0 {
            return Some(least);
        }
        let (mut flat, mut steep) = (0.0, STEEPEST);
        for _ in 0..HALVINGS {
            let middle = (flat + steep) / 2.0;
            if self.most * self.zipf(middle, count) > rest {
                flat = middle;
            } else {
                steep = middle;
            }
        }
        let weight = num::pow(self.most, power) * self.zipf(flat * power, count);
        Some(weight.clamp(least, most))
    }

    /// Sum of (K/r)^s over the ranks of the unlisted tokens.
    fn zipf(&self, s: f64, count: f64) -> f64 {
        let ratio = |rank: f64| num::pow(self.known / rank, s);
        let terms = f64::from(TERMS).min(count);
        let mut sum = 0.0;
        for nth in 1..=TERMS {
            if f64::from(nth) <= terms {
                sum += ratio(self.known + f64::from(nth));
            }
        }
        // Half a rank on either side: the middle of each term.
        let (from, to) = (self.known + terms + 0.5, self.known + count + 0.5);
        if to <= from {
            return sum;
        }
        let slope = s - 1.0;
        sum + if slope.abs() < 1e-9 {
            self.known * num::ln(to / from)
        } else {
            (from * ratio(from) - to * ratio(to)) / slope
        }
    }

    /// The least and the most that they weigh together, each probability raised to `power`.
    pub(crate) fn weight(&self, power: f64) -> (f64, f64) {
        if self.count == Some(0.0) {
            return (0.0, 0.0);
        }
        if power > 1.0 {
            let lower = self.even(self.less, power).unwrap_or(0.0);
            (lower, self.concentrated(self.more, power))
        } else if power < 1.0 {
            let upper = self.even(self.more, power).unwrap_or(f64::INFINITY);
            (self.concentrated(self.less, power), upper)
        } else {
            (self.less, self.more)
        }
    }

    /// The most that one of them weighs.
    pub(crate) fn heaviest(&self, power: f64) -> f64 {
        num::pow(self.most, power)
    }

    fn concentrated(&self, rest: f64, power: f64) -> f64 {
        if self.most <= 0.0 {
            // Ever smaller pieces: nothing for a power above 1, and no bound to give below it.
            return 0.0;
        }
        let pieces = (rest / self.most).floor();
        let left = (rest - pieces * self.most).max(0.0);
        pieces * num::pow(self.most, power) + num::pow(left, power)
    }

    fn even(&self, rest: f64, power: f64) -> Option<f64> {
        let count = self.count.filter(|count| *count > 0.0)?;
        Some(count * num::pow(rest / count, power))
    }
}

/// As [`log_partition`], with the unlisted tokens falling off by Zipf's law: a guess, to be called one.
pub fn likely_log_partition(
    listed: &[f64],
    outside: Option<f64>,
    power: f64,
    vocabulary: u64,
) -> Option<f64> {
    let smallest = *listed.last()?;
    let known: Vec<f64> = listed.iter().copied().chain(outside).collect();
    let rest = Tail::new(&known, smallest, Some(vocabulary)).likely(power)?;
    let mut sum = Sum::default();
    sum.extend(known.iter().map(|&l| num::exp(l * power)));
    Some(num::ln(sum.value() + rest))
}

/// ln Σ p^power over the whole vocabulary, from the log-probabilities of a list and of a written token outside of it.
pub fn log_partition(
    listed: &[f64],
    outside: Option<f64>,
    power: f64,
    vocabulary: Option<u64>,
) -> Option<Figure> {
    let smallest = *listed.last()?;
    let known: Vec<f64> = listed.iter().copied().chain(outside).collect();
    let (lower, upper) = Tail::new(&known, smallest, vocabulary).weight(power);
    let mut sum = Sum::default();
    sum.extend(known.iter().map(|&l| num::exp(l * power)));
    Some(Figure::between(
        num::ln(sum.value() + lower),
        num::ln(sum.value() + upper),
    ))
}
