//! Tokens about as surprising as the distribution lets one expect.
use super::floors::entropy;
use crate::candidates::Candidates;
use crate::ranking::Ranking;
use metrics::num;

/// Keeps the tokens whose surprisal is nearest to the entropy, until they have `mass` together.
pub fn typical_p(left: &mut Candidates, mass: f64, keep: usize) {
    if mass >= 1.0 || left.is_empty() {
        return;
    }
    let expected = entropy(left);
    let weights = left.weights();
    let total: f64 = weights.iter().sum();
    let log_total = num::ln(total);
    let max = f64::from(crate::softmax::largest(left.scores()));
    let distance: Vec<f64> = left
        .scores()
        .iter()
        .map(|&score| (log_total + max - f64::from(score) - expected).abs())
        .collect();
    let mut ranking = Ranking::new(left.len(), |a, b| {
        distance[a].total_cmp(&distance[b]).then(a.cmp(&b))
    });
    // The mass may be reached before the number of tokens to keep is.
    let first: Vec<usize> = (0..keep).map_while(|rank| ranking.at(rank)).collect();
    let (mut sum, mut farthest) = (0.0, f64::INFINITY);
    for rank in 0..left.len() {
        let Some(at) = ranking.at(rank) else { break };
        sum += weights[at];
        if sum >= mass * total {
            farthest = distance[at];
            break;
        }
    }
    drop(ranking);
    left.retain(|at, _| distance[at] <= farthest || first.contains(&at));
}
