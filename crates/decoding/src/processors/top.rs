//! Temperature, and the best tokens by number and by entropy.
use crate::candidates::Candidates;
use crate::softmax::largest;
use metrics::num;

/// How many of the best top_h looks at.
const TOP_H_LOOKS_AT: usize = 100;

/// Divides by the temperature.
pub fn temperature(scores: &mut [f32], temperature: f32) {
    let max = largest(scores);
    // Where quotients leave the range of numbers, differences to the best do as well.
    if max.is_finite() && !(max / temperature).is_finite() {
        scores.iter_mut().for_each(|score| *score -= max);
    }
    if temperature != 1.0 {
        scores.iter_mut().for_each(|score| *score /= temperature);
    }
}

/// Keeps the k best, and all that are as good as the last of them.
pub fn top_k(left: &mut Candidates, k: usize, keep: usize) {
    let floor = left.kth_score(k.max(keep));
    left.retain(|_, score| score >= floor);
}

/// Of the 100 best, keeps the longest beginning whose terms of the entropy add up to at most this share of it.
pub fn top_h(scores: &[f32], share: f64) -> Candidates {
    let mut left = Candidates::best(scores, TOP_H_LOOKS_AT);
    // More than that only if several are as good as the last one.
    let mut best: Vec<usize> = (0..left.len()).collect();
    best.sort_unstable_by(|&a, &b| left.compare(a, b));
    best.truncate(TOP_H_LOOKS_AT);
    let weights = left.weights();
    let total: f64 = best.iter().map(|&at| weights[at]).sum();
    // Summed up in one order, so that a share of 1 keeps everything.
    let mut sums = Vec::with_capacity(best.len());
    let mut sum = 0.0;
    for &at in &best {
        let p = weights[at] / total;
        sum -= if p > 0.0 { p * num::ln(p) } else { 0.0 };
        sums.push(sum);
    }
    let kept = sums
        .iter()
        .take_while(|&&so_far| so_far <= share * sum)
        .count()
        .max(1);
    if let Some(&last) = best.get(kept.min(best.len()).saturating_sub(1)) {
        left.retain_up_to(last);
    }
    left
}
