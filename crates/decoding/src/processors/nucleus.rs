//! The fewest best tokens that have a share of the probability together.
use crate::candidates::Candidates;

/// Keeps a token if the better ones have less than `share` together; of equal ones the higher id is the better.
pub fn top_p(left: &mut Candidates, share: f64, keep: usize) {
    if share >= 1.0 || left.is_empty() {
        return;
    }
    let weights = left.weights();
    let enough = share * weights.iter().sum::<f64>();
    let mut ranking = left.ranking();
    let (mut better, mut last) = (0.0, None);
    for rank in 0..left.len() {
        if rank >= keep && better >= enough {
            break;
        }
        let Some(at) = ranking.at(rank) else { break };
        better += weights[at];
        last = Some(at);
    }
    drop(ranking);
    if let Some(last) = last {
        left.retain_up_to(last);
    }
}
