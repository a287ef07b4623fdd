//! What a person can set. [`TABLE`] describes every parameter; [`Parameters`] holds what was told, and
//! [`Settings`] what is in force.
mod idle;
mod presets;
mod range;
mod settings;
mod table;
mod text;

pub use idle::{Idle, UNSERVED};
pub use presets::{PRESETS, Preset};
pub use range::{Invalid, Range};
pub use settings::{Mode, Settings};
pub use table::{Entry, Field, TABLE, entry};

/// What was told; `None` and empty lists were not, and the default of the [`TABLE`] is in force.
///
/// Names and meanings are those of transformers. Set fields, or use [`Parameters::set`] with names and texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    /// Draw tokens instead of taking the best one.
    pub do_sample: Option<bool>,
    /// Beams of beam search and beam sampling.
    pub num_beams: Option<usize>,
    /// Answers to return.
    pub num_return_sequences: Option<usize>,
    /// Most tokens, prompt and answer together.
    pub max_length: Option<usize>,
    /// Most tokens of the answer.
    pub max_new_tokens: Option<usize>,
    /// Fewest tokens, prompt and answer together.
    pub min_length: Option<usize>,
    /// Fewest tokens of the answer.
    pub min_new_tokens: Option<usize>,
    /// Divisor of the scores.
    pub temperature: Option<f64>,
    /// The best k tokens.
    pub top_k: Option<usize>,
    /// The fewest best tokens with this probability together.
    pub top_p: Option<f64>,
    /// Least probability, as a part of the best one's.
    pub min_p: Option<f64>,
    /// The most typical tokens with this probability together.
    pub typical_p: Option<f64>,
    /// Least probability.
    pub epsilon_cutoff: Option<f64>,
    /// Least probability, less where the choice is wide.
    pub eta_cutoff: Option<f64>,
    /// Share of the entropy of the 100 best tokens.
    pub top_h: Option<f64>,
    /// Weakens tokens that are there already.
    pub repetition_penalty: Option<f64>,
    /// No run of so many tokens twice.
    pub no_repeat_ngram_size: Option<usize>,
    /// Taken from tokens that were written.
    pub presence_penalty: Option<f64>,
    /// Taken from tokens for each time that they were written.
    pub frequency_penalty: Option<f64>,
    /// Added to the scores of single tokens.
    pub logit_bias: Vec<(u32, f64)>,
    /// Exponent of the length by which totals of beams are divided.
    pub length_penalty: Option<f64>,
    /// When beam search ends.
    pub early_stopping: Option<EarlyStopping>,
    /// Tokens that end an answer; a property of the model, usually.
    pub eos_token_id: Vec<u32>,
    /// Texts that end an answer.
    pub stop_strings: Vec<String>,
    /// Seed of the draws.
    pub seed: Option<u64>,
    /// Alternatives to keep of every token.
    pub top_logprobs: Option<usize>,
}

/// When beam search ends, once there are as many finished answers as beams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EarlyStopping {
    /// `false`: when the best running beam, at its present length, is not better than the worst finished one.
    #[default]
    Heuristic,
    /// `true`: at once.
    Always,
    /// `"never"`: when no running beam can become better, whatever its length.
    Never,
}
