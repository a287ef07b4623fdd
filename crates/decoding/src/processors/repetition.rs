//! Against repetition: a penalty on what was there, a ban on n-grams that were there.
use super::counted;

/// Multiplies negative and divides positive scores of every id that occurs, once per id.
pub fn repetition_penalty(scores: &mut [f32], ids: &[u32], penalty: f32) {
    if penalty == 1.0 {
        return;
    }
    for (id, _) in counted(ids, scores.len()) {
        let score = &mut scores[id];
        *score = if *score < 0.0 {
            *score * penalty
        } else {
            (*score / penalty).min(f32::MAX)
        };
    }
}

/// Drops every token that would complete an n-gram that is there already; 0 is off.
pub fn no_repeat_ngram(scores: &mut [f32], ids: &[u32], n: usize) {
    if n == 0 || ids.len() < n {
        return;
    }
    let beginning = &ids[ids.len() - (n - 1)..];
    for gram in ids.windows(n) {
        if let Some((&last, before)) = gram.split_last()
            && before == beginning
            && let Some(score) = scores.get_mut(last as usize)
        {
            *score = f32::NEG_INFINITY;
        }
    }
}
