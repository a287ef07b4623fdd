//! What is in force: every parameter with a value, and the mode that follows from them.
use super::range::Invalid;
use super::{EarlyStopping, Parameters};

/// New tokens when no limit was told.
const NEW_TOKENS: usize = 20;
/// In force even if nobody mentions it, as in transformers.
const TOP_K: usize = 50;

/// How tokens are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The best token.
    Greedy,
    /// A drawn token.
    Sampling,
    /// The best beams.
    BeamSearch,
    /// Drawn beams.
    BeamSampling,
}

impl Mode {
    /// Whether something is drawn.
    pub fn draws(self) -> bool {
        matches!(self, Self::Sampling | Self::BeamSampling)
    }

    /// Whether there are beams.
    pub fn has_beams(self) -> bool {
        matches!(self, Self::BeamSearch | Self::BeamSampling)
    }
}

/// Parameters in force; see [`Parameters`] for their meanings. Comes from [`Parameters::settings`], checked.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are those of Parameters")]
#[non_exhaustive]
pub struct Settings {
    pub mode: Mode,
    pub num_beams: usize,
    pub num_return_sequences: usize,
    pub temperature: f32,
    pub top_k: usize,
    pub top_p: f64,
    pub min_p: f64,
    pub typical_p: f64,
    pub epsilon_cutoff: f64,
    pub eta_cutoff: f64,
    pub top_h: Option<f64>,
    pub repetition_penalty: f32,
    pub no_repeat_ngram_size: usize,
    pub presence_penalty: f32,
    pub frequency_penalty: f32,
    pub logit_bias: Vec<(u32, f32)>,
    pub length_penalty: f64,
    pub early_stopping: EarlyStopping,
    pub eos: Vec<u32>,
    pub stop_strings: Vec<String>,
    pub seed: u64,
    pub top_logprobs: usize,
    max_length: Option<usize>,
    max_new_tokens: Option<usize>,
    min_length: usize,
    min_new_tokens: Option<usize>,
}

impl Settings {
    /// Most tokens in all, for a prompt of so many.
    pub fn max_length(&self, prompt: usize) -> usize {
        match (self.max_new_tokens, self.max_length) {
            (Some(new), _) => prompt.saturating_add(new),
            (None, Some(all)) => all,
            (None, None) => prompt.saturating_add(NEW_TOKENS),
        }
    }

    /// Fewest tokens in all before an EOS id, for a prompt of so many.
    pub fn min_length(&self, prompt: usize) -> usize {
        self.min_new_tokens
            .map_or(self.min_length, |new| prompt.saturating_add(new))
    }
}

impl Parameters {
    /// How tokens are chosen. A temperature of 0 means the best token, as many servers have it.
    pub fn mode(&self) -> Mode {
        let draws = self.do_sample.unwrap_or(false) && self.temperature != Some(0.0);
        match (draws, self.num_beams.unwrap_or(1) > 1) {
            (false, false) => Mode::Greedy,
            (true, false) => Mode::Sampling,
            (false, true) => Mode::BeamSearch,
            (true, true) => Mode::BeamSampling,
        }
    }

    /// Checks everything, and fills in the defaults.
    pub fn settings(&self) -> Result<Settings, Invalid> {
        if let Some(invalid) = self.out_of_range() {
            return Err(invalid);
        }
        let (mode, beams) = (self.mode(), self.num_beams.unwrap_or(1));
        let answers = self.num_return_sequences.unwrap_or(1);
        let rule = match mode {
            Mode::Greedy if answers > 1 => {
                Some("without do_sample and num_beams there is only 1 answer")
            }
            Mode::BeamSearch | Mode::BeamSampling if answers > beams => {
                Some("there cannot be more answers than num_beams")
            }
            _ => None,
        };
        if let Some(rule) = rule {
            return Err(Invalid::Together {
                name: "num_return_sequences",
                value: answers.to_string(),
                rule,
            });
        }
        // So small or large that a float of half the width cannot hold it.
        let positive = |x: f64| (x as f32).clamp(f32::MIN_POSITIVE, f32::MAX);
        let mut eos = self.eos_token_id.clone();
        eos.sort_unstable();
        eos.dedup();
        Ok(Settings {
            mode,
            num_beams: beams,
            num_return_sequences: answers,
            temperature: self.temperature.map_or(1.0, positive),
            top_k: self.top_k.unwrap_or(TOP_K),
            top_p: self.top_p.unwrap_or(1.0),
            min_p: self.min_p.unwrap_or(0.0),
            typical_p: self.typical_p.unwrap_or(1.0),
            epsilon_cutoff: self.epsilon_cutoff.unwrap_or(0.0),
            eta_cutoff: self.eta_cutoff.unwrap_or(0.0),
            top_h: self.top_h,
            repetition_penalty: self.repetition_penalty.map_or(1.0, positive),
            no_repeat_ngram_size: self.no_repeat_ngram_size.unwrap_or(0),
            presence_penalty: self.presence_penalty.unwrap_or(0.0) as f32,
            frequency_penalty: self.frequency_penalty.unwrap_or(0.0) as f32,
            logit_bias: self
                .logit_bias
                .iter()
                .map(|&(id, bias)| (id, bias as f32))
                .collect(),
            length_penalty: self.length_penalty.unwrap_or(1.0),
            early_stopping: self.early_stopping.unwrap_or_default(),
            eos,
            stop_strings: self.stop_strings.clone(),
            seed: self.seed.unwrap_or(0),
            top_logprobs: self.top_logprobs.unwrap_or(0),
            max_length: self.max_length,
            max_new_tokens: self.max_new_tokens,
            min_length: self.min_length.unwrap_or(0),
            min_new_tokens: self.min_new_tokens,
        })
    }
}
