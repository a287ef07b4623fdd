//! The tokens that can still be chosen, with their scores.
use crate::random::Random;
use crate::ranking::{Ranking, kth_largest};
use crate::sequence::Alternative;
use crate::softmax::{largest, log_sum_exp, quick_exp};
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

/// Tokens in the order of their ids. What was dropped is not there, so that every step after a narrow one is quick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    ids: Vec<u32>,
    scores: Vec<f32>,
}

impl Candidates {
    /// All tokens above minus infinity.
    pub fn all(scores: &[f32]) -> Self {
        Self::at_least(scores, f32::NEG_INFINITY)
    }

    /// The k best of all tokens, and those as good as the last of them.
    pub fn best(scores: &[f32], k: usize) -> Self {
        Self::at_least(scores, kth_largest(scores, k))
    }

    fn at_least(scores: &[f32], floor: f32) -> Self {
        const PART: usize = 32;
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
            let scores = self.scores.iter();
            return scores
                .map(|&score| f64::from(quick_exp(score - max)))
                .collect();
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
        let at = random.weighted(&weights)?;
        Some((at, num::ln(weights.get(at)? / weights.iter().sum::<f64>())))
    }

    /// Keeps what the predicate wants, by place and score.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize, f32) -> bool) {
        let mut kept = 0;
        for at in 0..self.ids.len() {
            if keep(at, self.scores[at]) {
                self.ids[kept] = self.ids[at];
                self.scores[kept] = self.scores[at];
                kept += 1;
            }
        }
        self.ids.truncate(kept);
        self.scores.truncate(kept);
    }

    /// Keeps a place and all that rank before it.
    pub(crate) fn retain_up_to(&mut self, last: usize) {
        if let Some(&worst) = self.scores.get(last) {
            self.retain(|at, score| worst.total_cmp(&score).then(last.cmp(&at)).is_le());
        }
    }

    /// Places from the best score to the worst; of two equal ones the higher id is the better, as in a stable
    /// ascending sort.
    pub(crate) fn ranking(&self) -> Ranking<impl Fn(usize, usize) -> Ordering> {
        Ranking::new(self.len(), |a, b| {
            self.scores[b].total_cmp(&self.scores[a]).then(b.cmp(&a))
        })
    }

    /// The k-th largest score; minus infinity if there are fewer.
    pub(crate) fn kth_score(&self, k: usize) -> f32 {
        kth_largest(&self.scores, k)
    }
}
