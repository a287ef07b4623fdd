//! What hosted APIs add to logits.
use super::counted;

/// Adds to the scores of single tokens.
pub fn logit_bias(scores: &mut [f32], biases: &[(u32, f32)]) {
    for &(id, bias) in biases {
        if let Some(score) = scores.get_mut(id as usize) {
            *score += bias;
        }
    }
}

/// Takes `presence` from every token that was written, and `frequency` for each time that it was.
pub fn occurrence(scores: &mut [f32], written: &[u32], presence: f32, frequency: f32) {
    if presence == 0.0 && frequency == 0.0 {
        return;
    }
    for (id, count) in counted(written, scores.len()) {
        scores[id] -= presence + frequency * count as f32;
    }
}
