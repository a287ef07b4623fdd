//! What narrows a draw decides without sorting the vocabulary. Here it is done plainly, with a sort of everything and a sum from
//! the first to the last one, and the two must leave the same tokens.
use decoding::processors::{nucleus::top_p, typical::typical_p};
use decoding::random::Random;
use decoding::{Candidates, softmax};
use metrics::num;
use proptest::prelude::*;

/// Logits of a kind: spread as those of models are, close together, with many ties, with a few far above all others.
fn logits(kind: u8, n: usize, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed, 0);
    let mut normal = move || ((0..12).map(|_| random.unit()).sum::<f64>() - 6.0) as f32;
    (0..n)
        .map(|at| match kind {
            0 => normal() * 3.0,
            1 => 5.0 + normal() * 1e-6,
            2 => normal().round() * 0.0 + (normal() * 2.0).round(),
            3 => 0.0,
            4 if at % 97 == 0 => 30.0 + normal(),
            5 if at % 5 == 0 => f32::NEG_INFINITY,
            _ => normal() * 40.0,
        })
        .collect()
}

/// Places, best first.
fn sorted(n: usize, mut compare: impl FnMut(usize, usize) -> std::cmp::Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

fn ids(all: &Candidates, mut kept: Vec<usize>) -> Vec<u32> {
    kept.sort_unstable();
    kept.into_iter().map(|at| all.ids()[at]).collect()
}

fn plain_top_p(all: &Candidates, share: f64, keep: usize) -> Vec<u32> {
    let (scores, weights) = (all.scores(), all.weights());
    let enough = share * weights.iter().sum::<f64>();
    let order = sorted(all.len(), |a, b| {
        scores[b].total_cmp(&scores[a]).then(b.cmp(&a))
    });
    let mut better = 0.0;
    let kept = (0..).zip(order).take_while(|&(rank, at)| {
        let stays = rank < keep || better < enough;
        better += weights[at];
        stays
    });
    ids(all, kept.map(|(_, at)| at).collect())
}

fn plain_typical_p(all: &Candidates, mass: f64, keep: usize) -> Vec<u32> {
    let (scores, weights) = (all.scores(), all.weights());
    let max = f64::from(softmax::largest(scores));
    let total: f64 = weights.iter().sum();
    let terms = weights
        .iter()
        .zip(scores)
        .filter(|(weight, _)| **weight > 0.0);
    let terms: f64 = terms
        .map(|(weight, &score)| weight * (f64::from(score) - max))
        .sum();
    let entropy = num::ln(total) - terms / total;
    let distance: Vec<f64> = scores
        .iter()
        .map(|&score| (num::ln(total) + max - f64::from(score) - entropy).abs())
        .collect();
    let order = sorted(all.len(), |a, b| {
        distance[a].total_cmp(&distance[b]).then(a.cmp(&b))
    });
    let mut sum = 0.0;
    let farthest = order.iter().find(|&&at| {
        sum += weights[at];
        sum >= mass * total
    });
    let farthest = farthest.map_or(f64::INFINITY, |&at| distance[at]);
    let kept = (0..)
        .zip(order)
        .filter(|&(rank, at)| rank < keep || distance[at] <= farthest);
    ids(all, kept.map(|(_, at)| at).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_same_tokens_are_left(kind in 0_u8..7, n in prop_oneof![1_usize..40, 1_usize..6000], seed: u64,
        share in prop_oneof![0.0..1.0, Just(0.5), Just(0.0), Just(1.0 - f64::EPSILON), Just(0.25)], keep in 1_usize..4) {
        let all = Candidates::all(&logits(kind, n, seed));
        let mut left = all.clone();
        top_p(&mut left, share, keep);
        prop_assert_eq!(left.ids(), plain_top_p(&all, share, keep), "top_p of {} {}", kind, n);
        let mut left = all.clone();
        typical_p(&mut left, share.max(0.01), keep);
        prop_assert_eq!(left.ids(), plain_typical_p(&all, share.max(0.01), keep), "typical_p of {} {}", kind, n);
    }
}
