//! In which order to show them.
use completions::Sequence;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SortKey {
    /// Position in the file.
    #[default]
    Position,
    /// Sequence perplexity.
    Perplexity,
    /// Sequence probability.
    Probability,
    /// Number of tokens.
    Length,
}

/// A sort order. Sequences without the value come last both ways; ties keep the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sort {
    /// What to sort by.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Sorts indices of sequences; they come in the order of the file.
    pub(crate) fn apply(self, sequences: &[Sequence], order: &mut [u32]) {
        let key = |index: &u32| {
            sequences
                .get(*index as usize)
                .and_then(|sequence| self.value(*index, sequence))
        };
        // A stable sort: ties keep the order of the file, both ways.
        order.sort_by(|a, b| match (key(a), key(b)) {
            (Some(a), Some(b)) if self.descending => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        });
    }

    fn value(self, index: u32, sequence: &Sequence) -> Option<f64> {
        match self.key {
            SortKey::Position => Some(f64::from(index)),
            // An infinite perplexity is a value, the largest one.
            SortKey::Perplexity if sequence.metrics.overflow => Some(f64::INFINITY),
            SortKey::Perplexity => sequence.metrics.perplexity,
            SortKey::Probability => sequence.metrics.mean_prob,
            SortKey::Length => Some(f64::from(sequence.n_tokens)),
        }
    }
}
