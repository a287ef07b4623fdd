//! Tokens about as surprising as the distribution lets one expect.
use super::floors::entropy;
use crate::candidates::Candidates;
use crate::ranking::{Ranked, first};
use crate::softmax::{largest, smallest};
use metrics::num;

/// Keeps the tokens whose surprisal is nearest to the entropy, until they have `mass` together.
pub fn typical_p(left: &mut Candidates, mass: f64, keep: usize) {
    if mass >= 1.0 || left.is_empty() {
        return;
    }
    let weights = left.weights();
    let expected = entropy(left, &weights);
    let total: f64 = weights.iter().sum();
    let log_total = num::ln(total);
    let scores = left.scores();
    let (max, min) = (f64::from(largest(scores)), f64::from(smallest(scores)));
    let far = |score: f64| (log_total + max - score - expected).abs();
    let distance: Vec<f64> = scores.iter().map(|&score| far(f64::from(score))).collect();
    let compare = |a: usize, b: usize| distance[a].total_cmp(&distance[b]).then(a.cmp(&b));
    let distances = distance.iter().map(|&distance| distance as f32);
    let span = far(max).max(far(min)) as f32;
    let ranked = Ranked::new(&weights, distances, span, compare);
    let farthest = ranked
        .crossing(mass * total)
        .map_or(f64::INFINITY, |at| distance[at]);
    if keep <= 1 {
        return left.retain(|at, _| distance[at] <= farthest);
    }
    // The mass may be reached before the number of tokens to keep is.
    let kept = first(distance.len(), keep, compare);
    left.retain(|at, _| distance[at] <= farthest || kept.contains(&at));
}
