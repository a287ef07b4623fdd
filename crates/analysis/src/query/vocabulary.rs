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
    /// Surprisal of all of them together, bits.
    pub surprisal_bits: f64,
    /// The best alternative beside it that occurs most often, with how often; `None` where no alternatives were read.
    pub runner_up: Option<(Vec<u8>, u64)>,
}

/// The distinct tokens, counted occurrence by occurrence.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Where the token with these bytes is among the words.
    places: HashMap<Vec<u8>, usize>,
    words: Vec<Count>,
}

#[derive(Debug, Default)]
struct Count {
    count: u64,
    sum: Sum,
    /// Nats, at most 0.
    logprobs: Sum,
    worst: Option<f64>,
    others: HashMap<Vec<u8>, u64>,
}

impl Vocabulary {
    /// Counts a token of a sequence; none when there is no such one.
    pub fn count(&mut self, columns: &Columns, sequence: u32, token: u32) {
        let Some(sequence) = columns.sequences.get(sequence as usize) else {
            return;
        };
        let at = sequence.first_token + u64::from(token);
        let word = self.word(columns.token_bytes(sequence, token));
        word.count += 1;
        let logprob = usize::try_from(at)
            .ok()
            .and_then(|at| columns.logprob.get(at));
        if let Some(logprob) = logprob.filter(|_| columns.status(at).is_scored()) {
            let probability = num::exp(f64::from(*logprob));
            word.sum.add(probability);
            word.logprobs.add(f64::from(*logprob));
            word.worst = Some(
                word.worst
                    .map_or(probability, |worst| worst.min(probability)),
            );
        }
    }

    /// Takes the best alternative beside a token that was counted.
    pub fn alternatives(
        &mut self,
        columns: &Columns,
        sequence: u32,
        token: u32,
        detail: &SequenceDetail,
    ) {
        let Some(sequence) = columns.sequences.get(sequence as usize) else {
            return;
        };
        let detail = detail.tokens.get(token as usize);
        let other = detail.and_then(|token| token.alternatives.iter().find(|other| !other.chosen));
        if let Some(other) = other {
            let word = self.word(columns.token_bytes(sequence, token));
            match word.others.get_mut(&other.bytes) {
                Some(count) => *count += 1,
                None => {
                    word.others.insert(other.bytes.clone(), 1);
                }
            }
        }
    }

    fn word(&mut self, bytes: &[u8]) -> &mut Count {
        let (places, words) = (&mut self.places, &mut self.words);
        // Looked up first: most tokens are there, and need no copy of their bytes.
        let at = places.get(bytes).copied().unwrap_or_else(|| {
            places.insert(bytes.to_vec(), words.len());
            words.push(Count::default());
            words.len() - 1
        });
        &mut words[at]
    }

    /// What was counted, the commonest first; of equally common ones the first by its bytes.
    pub fn words(&self) -> Vec<Word> {
        let told = |(bytes, at): (&Vec<u8>, &usize)| Some(self.words.get(*at)?.told(bytes));
        let mut all: Vec<Word> = self.places.iter().filter_map(told).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.bytes.cmp(&b.bytes)));
        all
    }
}

impl Count {
    fn told(&self, bytes: &[u8]) -> Word {
        // Of equally common ones the first by its bytes, so that an answer is always the same.
        let others = self.others.iter();
        let runner_up = others.max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0)));
        Word {
            bytes: bytes.to_vec(),
            count: self.count,
            mean_probability: self.sum.mean(),
            worst_probability: self.worst,
            surprisal_bits: -self.logprobs.value() / num::LN_2 + 0.0,
            runner_up: runner_up.map(|(bytes, count)| (bytes.clone(), *count)),
        }
    }
}

/// The distinct tokens among the hits, the commonest first. `detail` gives alternatives; without them there are no runners-up.
pub fn vocabulary(
    columns: &Columns,
    found: &Found,
    mut detail: impl FnMut(u32) -> Option<SequenceDetail>,
) -> Vec<Word> {
    let mut words = Vocabulary::default();
    for hit in &found.hits {
        let detail = detail(hit.sequence);
        for &token in &hit.tokens {
            words.count(columns, hit.sequence, token);
            if let Some(detail) = &detail {
                words.alternatives(columns, hit.sequence, token, detail);
            }
        }
    }
    words.words()
}
