//! Why a model cannot be used.
use metrics::format::bytes;
use std::{io, path::PathBuf};

/// What went wrong. What is wrong with a model is found before a weight is read, but for weights of another shape.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file system says no.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
    /// Nothing is there.
    #[error(
        "there is no {}; a model is a directory with config.json and its weights as *.safetensors, as save_pretrained() writes it, or a GGUF file",
        .0.display()
    )]
    Nothing(PathBuf),
    /// Not a directory with a model in it.
    #[error(
        "{} has no {what}; a model is a directory with config.json and its weights as *.safetensors, as save_pretrained() writes it, or a GGUF file",
        path.display()
    )]
    NoModel {
        /// The directory.
        path: PathBuf,
        /// What is not there.
        what: &'static str,
    },
    /// The configuration lacks something, or has it in another form.
    #[error("{}: {name} {problem}", path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// The setting.
        name: String,
        /// What is wrong, to be read after the name.
        problem: String,
    },
    /// A network that is not built here.
    #[error("the architecture {found:?} is not known here; known are {known}")]
    Architecture {
        /// `model_type` of the configuration, `general.architecture` of a GGUF file.
        found: String,
        /// Those that are known in such files.
        known: String,
    },
    /// A file of weights that is cut off or damaged.
    #[error("{} is broken: {why}; get it again", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A tokenizer that cannot be made from a GGUF file.
    #[error("{}: {why}", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The weights would not fit.
    #[error(
        "the model needs {} of memory and {} are free; close other programs, or take a smaller or a quantised model",
        bytes(*needed), bytes(*free)
    )]
    Memory {
        /// Bytes of the weights as they are computed with, and of a cache.
        needed: u64,
        /// Bytes that can be had.
        free: u64,
    },
    /// A weight that the architecture has and the files have not.
    #[error("the files have no weight {0}; they do not belong to this config.json")]
    Missing(String),
    /// A weight of another size than the configuration says.
    #[error(
        "the weight {name} has the shape {found:?} and not {expected:?}; the files do not belong to this config.json"
    )]
    Shape {
        /// The weight.
        name: String,
        /// What the file has.
        found: Vec<usize>,
        /// What the configuration asks for.
        expected: Vec<usize>,
    },
    /// A number format that is not computed with.
    #[error(
        "the weight {name} is stored as {format}, which is not supported; take one in F32, F16 or BF16, or as GGUF in Q8_0 or Q4_K"
    )]
    Format {
        /// The weight.
        name: String,
        /// How it is stored.
        format: String,
    },
    /// No such token.
    #[error("there is no token {id}; the vocabulary has {vocabulary}, from 0 on")]
    Token {
        /// The number.
        id: u32,
        /// How many there are.
        vocabulary: usize,
    },
    /// The template of a chat is wrong, or does not like the messages.
    #[error("the chat template failed: {0}; give the prompt as a plain text")]
    Template(String),
    /// The tokenizer does not take a text.
    #[error("the tokenizer failed: {0}")]
    Encode(String),
    /// What it makes of a text depends on another one.
    #[error(
        "{0} is an encoder-decoder: it has no opinion of a text alone; take a model that goes on with texts, such as gpt2 or llama"
    )]
    NotScored(String),
    /// More than the model has positions for.
    #[error(
        "the model has {positions} positions, and token {position} is asked for; shorten the prompt or max_new_tokens"
    )]
    Long {
        /// How many it has.
        positions: usize,
        /// Which one is needed, from 1 on.
        position: usize,
    },
    /// Whoever asked has lost interest.
    #[error("stopped")]
    Stopped,
    /// The rows of a step do not follow from those of the step before.
    #[error("the rows of a step must have one length, and come from rows of the step before")]
    Rows,
    /// Threads to compute with cannot be had.
    #[error("cannot start threads to compute with: {0}")]
    Threads(rayon::ThreadPoolBuildError),
    /// The computation failed.
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
}

/// The result of everything here.
pub(crate) type Result<T> = std::result::Result<T, Failure>;
