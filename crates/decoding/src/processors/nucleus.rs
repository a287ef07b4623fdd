//! The fewest best tokens that have a share of the probability together.
use crate::candidates::Candidates;
use crate::ranking::{Ranked, first};
use crate::softmax::{largest, smallest};

/// Keeps a token if the better ones have less than `share` together; of equal ones the higher id is the better.
pub fn top_p(left: &mut Candidates, share: f64, keep: usize) {
    if share >= 1.0 || left.is_empty() {
        return;
    }
    let weights = left.weights();
    let enough = share * weights.iter().sum::<f64>();
    let scores = left.scores();
    let best = largest(scores);
    let distances = scores.iter().map(|score| best - score);
    let compare = |a: usize, b: usize| left.compare(a, b);
    let ranked = Ranked::new(&weights, distances, best - smallest(scores), compare);
    let Some(mut last) = ranked.crossing(enough) else {
        return;
    };
    if keep > 1 {
        let kept = first(left.len(), keep, compare).into_iter();
        last = kept
            .chain([last])
            .max_by(|&a, &b| compare(a, b))
            .unwrap_or(last);
    }
    left.retain_up_to(last);
}
