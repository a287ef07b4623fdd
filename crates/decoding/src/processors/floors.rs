//! Probabilities below a floor are dropped: a part of the best one, a fixed one, one that follows the entropy.
use crate::candidates::Candidates;
use crate::softmax::largest;
use metrics::num;

/// Drops what is less likely than `part` times the best.
pub fn min_p(left: &mut Candidates, part: f64, keep: usize) {
    if part > 0.0 {
        // The weight of the best is 1.
        drop_below(left, part, keep);
    }
}

/// Drops what is less likely than `least`.
pub fn epsilon_cutoff(left: &mut Candidates, least: f64, keep: usize) {
    if least > 0.0 {
        let total: f64 = left.weights().iter().sum();
        drop_below(left, least * total, keep);
    }
}

/// Drops what is less likely than `least` and than √least · exp(-entropy).
pub fn eta_cutoff(left: &mut Candidates, least: f64, keep: usize) {
    if least > 0.0 {
        let weights = left.weights();
        let total: f64 = weights.iter().sum();
        let floor = least.min(num::sqrt(least) * num::exp(-entropy(left, &weights)));
        drop_below(left, floor * total, keep);
    }
}

/// Entropy in nats: ln Σ w - Σ w ln w / Σ w, where ln w is the distance to the best score.
pub(super) fn entropy(left: &Candidates, weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let max = f64::from(largest(left.scores()));
    let terms = weights.iter().zip(left.scores());
    // What is impossible adds nothing; its logarithm would.
    let sum: f64 = terms
        .filter(|(weight, _)| **weight > 0.0)
        .map(|(weight, &score)| weight * (f64::from(score) - max))
        .sum();
    num::ln(total) - sum / total
}

/// `floor` counts in weights. Scores from the `keep`-th best on stay.
fn drop_below(left: &mut Candidates, floor: f64, keep: usize) {
    let weights = left.weights();
    let kept = left.kth_score(keep);
    left.retain(|at, score| weights[at] >= floor || score >= kept);
}
