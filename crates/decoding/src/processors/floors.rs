//! Probabilities below a floor are dropped: a part of the best one, a fixed one, one that follows the entropy.
use crate::candidates::Candidates;
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
        let total: f64 = left.weights().iter().sum();
        let floor = least.min(num::sqrt(least) * num::exp(-entropy(left)));
        drop_below(left, floor * total, keep);
    }
}

/// Entropy in nats.
pub(super) fn entropy(left: &Candidates) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * num::ln(p) } else { 0.0 };
    left.probabilities().into_iter().map(term).sum()
}

/// `floor` counts in weights. Scores from the `keep`-th best on stay.
fn drop_below(left: &mut Candidates, floor: f64, keep: usize) {
    let weights = left.weights();
    let kept = left.kth_score(keep);
    left.retain(|at, score| weights[at] >= floor || score >= kept);
}
