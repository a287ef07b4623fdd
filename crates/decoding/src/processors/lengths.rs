//! Shortest lengths: until then the end is forbidden.

/// Drops the tokens.
pub fn forbid(scores: &mut [f32], tokens: &[u32]) {
    for &token in tokens {
        if let Some(score) = scores.get_mut(token as usize) {
            *score = f32::NEG_INFINITY;
        }
    }
}
