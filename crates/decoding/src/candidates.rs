//! The tokens that can still be chosen, with their scores.
use crate::random::Random;
use crate::ranking::kth_largest;
use crate::sequence::Alternative;
use crate::softmax::{largest, log_sum_exp, quick_exp, smallest};
use metrics::num;
use std::cmp::Ordering;

/// The likeliest tokens of a place, with their log-probabilities: so many at most, best first, of equal ones the lower id.
pub fn alternatives(logits: &[f32], wanted: usize) -> Vec<Alternative> {
    let sum = log_sum_exp(logits);
    let best = Candidates::best(logits, wanted);
    let each = best.ids().iter().zip(best.scores());
    let mut found: Vec<Alternative> = each
        .map(|(&id, &logit)| Alternative {
            id,
            logprob: (f64::from(logit) - sum) as f32,
        })
        .collect();
    // Stable, and the ids rise.
    found.sort_by(|a, b| b.logprob.total_cmp(&a.logprob));
    found.truncate(wanted);
    found
}

/// Looked at together: most parts of a vocabulary have nothing that is kept.
const PART: usize = 32;

/// Tokens in the order of their ids. What was dropped is not there, so that every step after a narrow one is quick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    ids: Vec<u32>,
    scores: Vec<f32>,
}

impl Candidates {
    /// All tokens above minus infinity.
    pub fn all(scores: &[f32]) -> Self {
        if smallest(scores) == f32::NEG_INFINITY {
            return Self::at_least(scores, f32::NEG_INFINITY);
        }
        Self {
            ids: (0..).take(scores.len()).collect(),
            scores: scores.to_vec(),
        }
    }

    /// The k best of all tokens, and those as good as the last of them.
    pub fn best(scores: &[f32], k: usize) -> Self {
        Self::at_least(scores, kth_largest(scores, k))
    }

    fn at_least(scores: &[f32], floor: f32) -> Self {
        let mut kept = Self::default();
        for (from, part) in (0..).step_by(PART).zip(scores.chunks(PART)) {
            if largest(part) < floor {
                continue;
            }
            for (id, &score) in (from..).zip(part) {
                if score >= floor && score > f32::NEG_INFINITY {
                    kept.ids.push(id);
                    kept.scores.push(score);
                }
            }
        }
        kept
    }

    /// The ids, rising.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The scores, in the order of the ids.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// No token is left.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// exp(score - largest score), in the order of the ids: proportional to the probabilities. Of very many they are
    /// those of the quick exponential, right to 3e-7: exact ones would take milliseconds per token.
    pub fn weights(&self) -> Vec<f64> {
        const MANY: usize = 4096;
        let max = largest(&self.scores);
        if self.len() > MANY {
            return quick_weights(&self.scores, max);
        }
        let max = f64::from(max);
        let weight = |&score: &f32| num::exp(f64::from(score) - max);
        self.scores.iter().map(weight).collect()
    }

    /// The probabilities, in the order of the ids.
    pub fn probabilities(&self) -> Vec<f64> {
        let mut weights = self.weights();
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        weights
    }

    /// One draw: a place in [`Self::ids`], and its log-probability. `None` if there is nothing to draw from.
    pub fn draw(&self, random: &mut Random) -> Option<(usize, f64)> {
        let weights = self.weights();
        let total: f64 = weights.iter().sum();
        let at = random.weighted_of(&weights, total)?;
        Some((at, num::ln(weights.get(at)? / total)))
    }

    /// Keeps what the predicate wants, by place and score.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize, f32) -> bool) {
        let mut kept = Self::default();
        for (at, (&id, &score)) in self.ids.iter().zip(&self.scores).enumerate() {
            if keep(at, score) {
                kept.ids.push(id);
                kept.scores.push(score);
            }
        }
        *self = kept;
    }

    /// Keeps a place and all that rank before it.
    pub(crate) fn retain_up_to(&mut self, last: usize) {
        let Some(&worst) = self.scores.get(last) else {
            return;
        };
        let mut kept = Self::default();
        for (from, part) in (0..).step_by(PART).zip(self.scores.chunks(PART)) {
            if largest(part) < worst {
                continue;
            }
            for (at, &score) in (from..).zip(part) {
                if score >= worst && self.compare(at, last).is_le() {
                    kept.ids.push(self.ids[at]);
                    kept.scores.push(score);
                }
            }
        }
        *self = kept;
    }

    /// `Less` if the first place ranks before the other: by its score, and of two equal ones by its higher id, as in a stable
    /// ascending sort.
    pub(crate) fn compare(&self, a: usize, b: usize) -> Ordering {
        self.scores[b].total_cmp(&self.scores[a]).then(b.cmp(&a))
    }

    /// The k-th largest score; minus infinity if there are fewer.
    pub(crate) fn kth_score(&self, k: usize) -> f32 {
        kth_largest(&self.scores, k)
    }
}

/// Several at once.
fn quick_weights(scores: &[f32], max: f32) -> Vec<f64> {
    let mut weights = Vec::with_capacity(scores.len());
    let (parts, rest) = scores.as_chunks::<PART>();
    for part in parts {
        weights.extend(part.map(|score| quick_exp(score - max)).map(f64::from));
    }
    weights.extend(rest.iter().map(|score| f64::from(quick_exp(score - max))));
    weights
}
