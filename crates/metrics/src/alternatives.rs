//! Figures of one position that need its alternatives: rank, residual, entropy interval, margin.
use crate::{Reading, Status, Sum, num};

/// Values carry about eight digits: the residual is widened by this much before it bounds anything.
const NOISE: f64 = 1e-6;

/// Rank of the written token among the alternatives of its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// 1 is the best.
    pub rank: u32,
    /// The token is less likely than every listed one: its rank is at least this.
    pub is_lower_bound: bool,
}

/// What is known of the entropy of a position, nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntropyInterval {
    /// It is at least this.
    pub lower: f64,
    /// It is at most this; `None` when the size of the vocabulary is not known.
    pub upper: Option<f64>,
}

/// Some servers append the written token to a list that it is not in (vLLM style): then the list has one entry more
/// than usual in its file, and the written token comes last. That entry must be left out of the list, and the token
/// is outside of it.
pub fn is_appended(entries: usize, usual_entries: usize, written_is_last: bool) -> bool {
    written_is_last && entries == usual_entries + 1
}

/// The alternatives of one position after cleaning, best first. Every figure is `None` when the list is empty.
/// Keep one and [`fill`](Self::fill) it again and again: it allocates only while it grows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alternatives {
    /// Nats, at most 0, descending.
    logprobs: Vec<f64>,
}

impl Alternatives {
    /// Replaces the list: values that are missing, or below what the server reports, are dropped, those above 0 set
    /// to 0, the rest sorted. A written token that was [appended](is_appended) must not be among the values.
    pub fn fill(&mut self, raw: impl IntoIterator<Item = Option<f64>>) {
        self.logprobs.clear();
        self.logprobs.extend(
            raw.into_iter()
                .filter_map(|value| Reading::new(value).scored()),
        );
        self.logprobs.sort_unstable_by(|a, b| b.total_cmp(a));
    }
    /// The list, best first, nats.
    pub fn logprobs(&self) -> &[f64] {
        &self.logprobs
    }
    /// Probability that none of the listed ones has, 0 to 1. Below 1e-6 it is noise.
    pub fn residual(&self) -> Option<f64> {
        (!self.logprobs.is_empty()).then(|| (1.0 - self.mass()).max(0.0))
    }
    /// Rank of the written token; equal values share the better rank. `outside`: the file shows that the token is not
    /// in the list ([appended](is_appended)). `None` also for a token without a value; a censored one comes after the
    /// whole list.
    pub fn rank(&self, written: Reading, outside: bool) -> Option<Rank> {
        let smallest = *self.logprobs.last()?;
        let logprob = match written.status {
            Status::Missing => return None,
            Status::Censored => f64::NEG_INFINITY,
            Status::Scored | Status::Clamped | Status::Invalid => written.logprob,
        };
        let better = self
            .logprobs
            .iter()
            .take_while(|&&listed| listed > logprob)
            .count();
        Some(Rank {
            rank: u32::try_from(better + 1).ok()?,
            is_lower_bound: outside || logprob < smallest,
        })
    }
    /// p1 - p2, 0 to 1: how far the first choice is ahead of the second; `None` for fewer than two.
    pub fn margin_prob(&self) -> Option<f64> {
        let (first, second) = self.first_two()?;
        Some(num::exp(first) - num::exp(second) + 0.0)
    }
    /// The same margin as difference of the log-probabilities, nats, at least 0.
    pub fn margin_logprob(&self) -> Option<f64> {
        let (first, second) = self.first_two()?;
        Some(first - second + 0.0)
    }
    /// -Σ p ln p over the listed ones alone, nats: too low by itself, never shown alone.
    pub fn entropy_partial(&self) -> Option<f64> {
        (!self.logprobs.is_empty()).then(|| self.partial().value() + 0.0)
    }
    /// Entropy of the listed ones scaled to sum 1, nats, 0 to ln k. May lie on either side of the truth.
    pub fn entropy_renorm(&self) -> Option<f64> {
        let total = self.log_mass()?;
        let mut sum = Sum::default();
        sum.extend(
            self.logprobs
                .iter()
                .map(|&l| num::exp(l - total) * (total - l)),
        );
        Some(sum.value().max(0.0) + 0.0)
    }
    /// Variance of the surprisal under the listed ones scaled to sum 1, nats².
    pub fn varentropy_renorm(&self) -> Option<f64> {
        let (total, entropy) = (self.log_mass()?, self.entropy_renorm()?);
        let mut sum = Sum::default();
        sum.extend(self.logprobs.iter().map(|&l| {
            let distance = l - total + entropy;
            num::exp(l - total) * distance * distance
        }));
        Some(sum.value() + 0.0)
    }
    /// 1 - `entropy_renorm` / ln k, 0 to 1; `None` for fewer than two.
    pub fn confidence_negentropy(&self) -> Option<f64> {
        self.first_two()?;
        Some(1.0 - self.entropy_renorm()? / num::ln(self.logprobs.len() as f64))
    }
    /// -mean of the listed log-probabilities, nats, high for a peak; compare lists of equal length only.
    pub fn peak_confidence(&self) -> Option<f64> {
        let mut sum = Sum::default();
        sum.extend(self.logprobs.iter().copied());
        sum.mean().map(|mean| -mean + 0.0)
    }
    /// Lower bound of the entropy: the residual in one piece. Weaker than [`entropy_lower`](Self::entropy_lower).
    pub fn entropy_lower_lump(&self) -> Option<f64> {
        let residual = self.residual()?;
        Some(self.partial_with([h(residual)]))
    }
    /// Lower bound of the entropy, nats: the residual in as few tokens as possible, none above the smallest listed.
    pub fn entropy_lower(&self) -> Option<f64> {
        let smallest = *self.logprobs.last()?;
        Some(self.packed(self.residual()?, smallest))
    }
    /// Upper bound of the entropy, nats: the residual spread evenly over the rest of a vocabulary of that size.
    /// `None` also when the list is longer than the vocabulary.
    pub fn entropy_upper(&self, vocabulary: u64) -> Option<f64> {
        self.spread(self.residual()?, vocabulary)
    }
    /// Both bounds for values read from a file: the residual is widened by the noise of f32 values.
    pub fn entropy_interval(&self, vocabulary: Option<u64>) -> Option<EntropyInterval> {
        let (residual, smallest) = (self.residual()?, *self.logprobs.last()?);
        let (less, more) = ((residual - NOISE).max(0.0), residual + NOISE);
        let upper = vocabulary.and_then(|size| self.spread(more, size));
        let smallest = match self.unlisted(vocabulary) {
            // Not all of the others can be below the average of what they share.
            Some(others) if others > 0.0 => smallest.max(num::ln(more / others)),
            _ => smallest,
        };
        Some(EntropyInterval {
            lower: self.packed(less, smallest),
            upper,
        })
    }

    fn first_two(&self) -> Option<(f64, f64)> {
        match self.logprobs[..] {
            [first, second, ..] => Some((first, second)),
            _ => None,
        }
    }
    fn mass(&self) -> f64 {
        let mut sum = Sum::default();
        sum.extend(self.logprobs.iter().map(|&l| num::exp(l)));
        sum.value()
    }
    /// ln Z; finite whenever the list is not empty, even where every probability underflows.
    fn log_mass(&self) -> Option<f64> {
        num::finite(num::log_sum_exp(&self.logprobs))
    }
    fn partial(&self) -> Sum {
        let mut sum = Sum::default();
        sum.extend(self.logprobs.iter().map(|&l| -num::exp(l) * l));
        sum
    }
    fn partial_with(&self, tail: impl IntoIterator<Item = f64>) -> f64 {
        let mut sum = self.partial();
        sum.extend(tail);
        sum.value() + 0.0
    }
    fn packed(&self, residual: f64, largest: f64) -> f64 {
        let each = num::exp(largest);
        if residual == 0.0 || each == 0.0 {
            // The limit of the general case for ever smaller pieces.
            return self.partial_with([-residual * largest]);
        }
        let pieces = (residual / each).floor();
        self.partial_with([
            -pieces * each * largest,
            h((residual - pieces * each).max(0.0)),
        ])
    }
    fn spread(&self, residual: f64, vocabulary: u64) -> Option<f64> {
        let others = self.unlisted(Some(vocabulary))?;
        let tail = if residual > 0.0 && others > 0.0 {
            residual * num::ln(others / residual)
        } else {
            0.0
        };
        Some(self.partial_with([tail]))
    }
    /// Tokens of the vocabulary that are not listed.
    fn unlisted(&self, vocabulary: Option<u64>) -> Option<f64> {
        vocabulary?
            .checked_sub(self.logprobs.len() as u64)
            .map(|others| others as f64)
    }
}

/// -x ln x, 0 for 0.
fn h(x: f64) -> f64 {
    if x > 0.0 { -x * num::ln(x) } else { 0.0 }
}
