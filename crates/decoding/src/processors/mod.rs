//! Processors change the scores of one step before a token is chosen, in the order of transformers:
//!
//! | file | parameters | when |
//! |---|---|---|
//! | `bias` | logit_bias, then (after the next line) presence_penalty, frequency_penalty | always |
//! | `repetition` | repetition_penalty, no_repeat_ngram_size | always |
//! | `lengths` | min_length, min_new_tokens | always |
//! | `top` | temperature, top_k, top_h | only in draws |
//! | `nucleus` | top_p | only in draws |
//! | `floors` | min_p, epsilon_cutoff, eta_cutoff | only in draws |
//! | `typical` | typical_p | only in draws |
//!
//! Scores are logits in greedy search and sampling, and log-probabilities in beam search. Each processor sees the
//! scores as the one before left them: what was dropped has no probability any more.
pub mod bias;
pub mod floors;
pub mod lengths;
pub mod nucleus;
pub mod repetition;
pub mod top;
pub mod typical;

use crate::candidates::Candidates;
use crate::parameters::Settings;

/// All processors of one generation.
#[derive(Debug, Clone)]
pub struct Processors<'a> {
    settings: &'a Settings,
    prompt: usize,
    keep: usize,
}

impl<'a> Processors<'a> {
    /// For a prompt of so many tokens.
    pub fn new(settings: &'a Settings, prompt: usize) -> Self {
        Self {
            settings,
            prompt,
            // Beams must be able to go on when all EOS ids are among the best.
            keep: if settings.mode.has_beams() && settings.mode.draws() {
                settings.eos.len() + 1
            } else {
                1
            },
        }
    }

    /// Never leaves fewer tokens than this, as far as it can be helped.
    pub fn keep(self, tokens: usize) -> Self {
        Self {
            keep: tokens.max(1),
            ..self
        }
    }

    /// Penalties and masks, which act in every mode. `ids` are prompt and written tokens.
    pub fn process(&self, ids: &[u32], scores: &mut [f32]) {
        let s = self.settings;
        let written = ids.get(self.prompt..).unwrap_or_default();
        bias::logit_bias(scores, &s.logit_bias);
        repetition::repetition_penalty(scores, ids, s.repetition_penalty);
        bias::occurrence(scores, written, s.presence_penalty, s.frequency_penalty);
        repetition::no_repeat_ngram(scores, ids, s.no_repeat_ngram_size);
        if ids.len() < s.min_length(self.prompt) {
            lengths::forbid(scores, &s.eos);
        }
    }

    /// Whether [`Self::process`] can change anything.
    pub fn is_neutral(&self) -> bool {
        let s = self.settings;
        s.logit_bias.is_empty()
            && s.repetition_penalty == 1.0
            && s.presence_penalty == 0.0
            && s.frequency_penalty == 0.0
            && s.no_repeat_ngram_size == 0
            && (s.eos.is_empty() || s.min_length(self.prompt) <= self.prompt)
    }

    /// What a step behind these ids chooses from, of these logits: the tokens of a draw, or the best one alone.
    pub fn left(&self, ids: &[u32], logits: &[f32]) -> Candidates {
        let mut scores = logits.to_vec();
        self.process(ids, &mut scores);
        if self.settings.mode.draws() {
            return self.narrow(&mut scores);
        }
        let mut best = Candidates::best(&scores, 1);
        // Of equal ones the lowest id.
        best.retain(|at, _| at == 0);
        best
    }

    /// What a draw can choose from. Scores are divided by the temperature in place.
    pub fn narrow(&self, scores: &mut [f32]) -> Candidates {
        let s = self.settings;
        top::temperature(scores, s.temperature);
        let mut left = match (s.top_h, s.top_k) {
            (Some(share), _) => top::top_h(scores, share),
            (None, 0) => Candidates::all(scores),
            (None, k) => Candidates::best(scores, k.max(self.keep)),
        };
        if s.top_h.is_some() && s.top_k > 0 {
            top::top_k(&mut left, s.top_k, self.keep);
        }
        nucleus::top_p(&mut left, s.top_p, self.keep);
        floors::min_p(&mut left, s.min_p, self.keep);
        typical::typical_p(&mut left, s.typical_p, self.keep);
        floors::epsilon_cutoff(&mut left, s.epsilon_cutoff, self.keep);
        floors::eta_cutoff(&mut left, s.eta_cutoff, self.keep);
        left
    }
}

/// Distinct ids that are in the vocabulary, each with how often it occurs.
fn counted(ids: &[u32], vocabulary: usize) -> Vec<(usize, usize)> {
    let mut sorted: Vec<usize> = ids
        .iter()
        .filter_map(|&id| usize::try_from(id).ok())
        .filter(|&id| id < vocabulary)
        .collect();
    sorted.sort_unstable();
    sorted
        .chunk_by(|a, b| a == b)
        .filter_map(|run| Some((*run.first()?, run.len())))
        .collect()
}
