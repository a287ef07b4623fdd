//! What the alternatives of a position say of it: the one definition behind queries and colours.
use completions::TokenDetail;
use metrics::alternatives::Alternatives;
use metrics::{Rank, Reading, num};

/// A residual below this is noise (see the metrics).
const EXACT: f64 = 1e-6;

/// A token among the alternatives of its position.
#[derive(Debug)]
pub struct Position<'a> {
    listed: &'a Alternatives,
    written: Reading,
    outside: bool,
}

impl<'a> Position<'a> {
    /// Of a decoded token. `listed` is scratch: it holds the alternatives from then on.
    pub fn of(token: &TokenDetail, listed: &'a mut Alternatives) -> Self {
        let alternatives = token.alternatives.iter();
        listed.fill(alternatives.map(|alternative| alternative.logprob));
        Self {
            listed,
            written: Reading {
                status: token.status,
                logprob: token.logprob,
            },
            outside: !token.chosen_is_listed,
        }
    }

    /// The rank of the token, from 1; see [`Alternatives::rank`].
    pub fn rank(&self) -> Option<Rank> {
        self.listed.rank(self.written, self.outside)
    }

    /// The entropy of the position, nats: at least the one, at most the other; `None` for the latter where the list is cut off, so
    /// that it has no limit.
    pub fn entropy(&self) -> Option<(f64, Option<f64>)> {
        let lower = self.listed.entropy_lower()?;
        let is_exact = self.listed.residual()? < EXACT;
        Some((lower, is_exact.then_some(lower)))
    }

    /// Probability of the best alternative less that of the second, 0 to 1.
    pub fn margin(&self) -> Option<f64> {
        self.listed.margin_prob()
    }

    /// Probability of the token divided by that of the best alternative, 0 to 1; `None` for one without a value.
    pub fn share(&self) -> Option<f64> {
        let best = self.listed.logprobs().first()?;
        let written = self.written.scored()?;
        Some(num::exp((written - best).min(0.0)))
    }
}
