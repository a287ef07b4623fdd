//! How many tokens lie in each step of a grid, and whether a sequence has one in a band.
use super::{Lens, Scale};
use crate::shade::{Shade, value_of};
use completions::{Columns, Sequence};
use metrics::{Status, num};
use serde::{Deserialize, Serialize};

/// How many tokens, or other units, lie in each step of a lens' grid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Those with a value, by step.
    pub steps: Vec<u64>,
    /// Those below what the server reports: they are in the low band of every scale.
    pub censored: u64,
    /// Those without a value.
    pub missing: u64,
}

impl Histogram {
    /// Nothing counted.
    pub(crate) fn new(lens: Lens) -> Self {
        Self {
            steps: vec![0; usize::from(lens.steps())],
            ..Self::default()
        }
    }

    /// Counts all tokens of a run by their probabilities; for a lens that needs more, see [`Shade`].
    pub fn of(columns: &Columns, lens: Lens) -> Self {
        let mut counted = Self::new(lens);
        for (token, &logprob) in (0_u64..).zip(&columns.logprob) {
            match columns.status(token) {
                Status::Censored => counted.censored += 1,
                Status::Missing => counted.missing += 1,
                Status::Scored | Status::Clamped | Status::Invalid => {
                    let value = lens.quantity.of(num::exp(f64::from(logprob)));
                    counted.count(lens, value);
                }
            }
        }
        counted
    }

    pub(crate) fn count(&mut self, lens: Lens, value: f64) {
        if let Some(step) = self.steps.get_mut(lens.step_of(value)) {
            *step += 1;
        }
    }

    /// Tokens with a value in the low, middle and high band.
    pub fn bands(&self, scale: Scale) -> [u64; 3] {
        let mut bands = [0; 3];
        for (step, count) in self.steps.iter().enumerate() {
            bands[scale.band_of_step(step) as usize] += count;
        }
        bands
    }
}

/// A band of a scale, as a condition: some token of the sequence is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InBand {
    /// Of which scale.
    pub scale: Scale,
    /// 0 low, 1 middle, 2 high, as [`Band`](metrics::Band) counts them.
    pub band: u8,
}

impl InBand {
    /// Whether some token of the sequence is in the band; one below what the server reports is in the low one. `shade` has the
    /// values, where probabilities are not enough; without it no token is in any band.
    pub(crate) fn holds(
        self,
        columns: &Columns,
        sequence: &Sequence,
        shade: Option<&Shade>,
    ) -> bool {
        let is_in = |given: f64| self.scale.band(given) as u8 == self.band;
        if !self.scale.lens.is_direct() {
            let shade = shade.filter(|shade| shade.lens() == self.scale.lens);
            let values = shade.map_or(&[][..], |shade| shade.of_sequence(sequence));
            return values
                .iter()
                .any(|&value| value_of(value).is_some_and(is_in));
        }
        let first = sequence.first_token;
        (first..first + u64::from(sequence.n_tokens)).any(|token| {
            probability_at(columns, token)
                .or_else(|| (columns.status(token) == Status::Censored).then_some(-1.0))
                .is_some_and(is_in)
        })
    }
}

/// Probability of the token at this index of the token columns; `None` when it has none.
pub fn probability_at(columns: &Columns, token: u64) -> Option<f64> {
    match columns.status(token) {
        Status::Censored | Status::Missing => None,
        Status::Scored | Status::Clamped | Status::Invalid => {
            let logprob = columns.logprob.get(usize::try_from(token).ok()?)?;
            Some(num::exp(f64::from(*logprob)))
        }
    }
}
