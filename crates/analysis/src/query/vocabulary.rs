//! The distinct tokens of an answer.
use super::Found;
use completions::{Columns, SequenceDetail};
use metrics::{Sum, num};
use std::collections::HashMap;

/// A token with all its occurrences.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How often it occurs.
    pub count: u64,
    /// Mean of the probabilities of the occurrences that have one, 0 to 1.
    pub mean_probability: Option<f64>,
    /// The lowest of them.
    pub worst_probability: Option<f64>,
    /// The best alternative beside it that occurs most often, with how often; `None` where no alternatives were read.
    pub runner_up: Option<(Vec<u8>, u64)>,
}

#[derive(Default)]
struct Count {
    count: u64,
    sum: Sum,
    worst: Option<f64>,
    others: HashMap<Vec<u8>, u64>,
}

/// The distinct tokens among the hits, the commonest first. `detail` gives alternatives; without them there are no runners-up.
pub fn vocabulary(
    columns: &Columns,
    found: &Found,
    mut detail: impl FnMut(u32) -> Option<SequenceDetail>,
) -> Vec<Word> {
    let mut words: HashMap<&[u8], Count> = HashMap::new();
    for hit in &found.hits {
        let Some(sequence) = columns.sequences.get(hit.sequence as usize) else {
            continue;
        };
        let detail = detail(hit.sequence);
        for &token in &hit.tokens {
            let at = sequence.first_token + u64::from(token);
            let word = words
                .entry(columns.token_bytes(sequence, token))
                .or_default();
            word.count += 1;
            let logprob = usize::try_from(at)
                .ok()
                .and_then(|at| columns.logprob.get(at));
            if let Some(logprob) = logprob.filter(|_| columns.status(at).is_scored()) {
                let probability = num::exp(f64::from(*logprob));
                word.sum.add(probability);
                word.worst = Some(
                    word.worst
                        .map_or(probability, |worst| worst.min(probability)),
                );
            }
            let detail = detail
                .as_ref()
                .and_then(|detail| detail.tokens.get(token as usize));
            let other =
                detail.and_then(|token| token.alternatives.iter().find(|other| !other.chosen));
            if let Some(other) = other {
                *word.others.entry(other.bytes.clone()).or_default() += 1;
            }
        }
    }
    let mut all: Vec<Word> = words
        .into_iter()
        .map(|(bytes, word)| Word {
            bytes: bytes.to_vec(),
            count: word.count,
            mean_probability: word.sum.mean(),
            worst_probability: word.worst,
            // Of equally common ones the first by its bytes, so that an answer is always the same.
            runner_up: word
                .others
                .into_iter()
                .max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0))),
        })
        .collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.bytes.cmp(&b.bytes)));
    all
}
