//! What a generation gives.
use std::sync::Arc;

/// A token that could have been written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternative {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its log-probability as the model has it, before all processors.
    pub logprob: f32,
}

/// A token that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// Its log-probability as the model has it, before all processors.
    pub logprob: f32,
    /// Its value after the processors: in greedy search and sampling the log-probability under the distribution that it
    /// was chosen from; in beam search, where nothing is renormalised, the term that it adds to the total of its beam.
    pub processed: f32,
    /// The likeliest tokens of its place, as many as `top_logprobs` says, best first; the beams that go on from one
    /// share them.
    pub alternatives: Arc<[Alternative]>,
}

/// Why a sequence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// At one of the EOS ids, which is the last token.
    Eos,
    /// At a stop string.
    Stop {
        /// Which one, in the order of the parameter.
        string: usize,
        /// Where it begins in the written text, bytes: hosted servers cut there.
        at: usize,
    },
    /// At `max_length` or `max_new_tokens`.
    Length,
    /// The parameters forbid every token.
    Exhausted,
    /// The caller ended it.
    Cancelled,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// What was written, without the prompt.
    pub tokens: Vec<Token>,
    /// Why it ends.
    pub finish: Finish,
    /// The penalised score of a beam.
    pub score: Option<f32>,
}

impl Sequence {
    /// The ids of what was written.
    pub fn ids(&self) -> Vec<u32> {
        self.tokens.iter().map(|token| token.id).collect()
    }
}

/// All answers to one prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Generation {
    /// Beams: best first. There may be fewer than asked for where the parameters leave too few tokens.
    pub sequences: Vec<Sequence>,
    /// Seed and generator of the draws: keep both with the answers, to have them again. `None`: nothing was drawn.
    pub drawn: Option<(u64, &'static str)>,
}
