//! The networks that are known, under the names of transformers (`model_type`).
mod bart;
mod gpt2;
mod llama;
mod phi;
mod t5;

use crate::failure::{Failure, Result};
use crate::layers::Cache;
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::Tensor;
use kernels::Past;

/// A network with its weights. Rows, tokens and the cache are those of [`crate::layers`].
pub(crate) trait Network: Send + Sync {
    /// How many layers keep keys and values.
    fn layers(&self) -> usize;

    /// How many positions it knows, if it has learned each one.
    fn positions(&self) -> Option<usize>;

    /// Whether an encoder reads the input, and the answer begins with a token of its own.
    fn reads(&self) -> bool {
        false
    }

    /// What every layer of the decoder looks at of the input, ids as [1, tokens].
    fn read(&self, input: &Tensor) -> Result<Vec<Past>> {
        let _ = input;
        Ok(Vec::new())
    }

    /// The last hidden states of new tokens, ids as [rows, tokens], which the cache has after it.
    fn hidden(&self, ids: &Tensor, cache: &mut Cache) -> Result<Tensor>;

    /// The logits of hidden states, [states, width] -> [states, vocabulary].
    fn logits(&self, hidden: &Tensor) -> Result<Tensor>;
}

type Build = fn(&Config, &Weights) -> Result<Box<dyn Network>>;

/// A kind of network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    name: &'static str,
    build: Build,
}

const ALL: [Architecture; 10] = [
    known("bart", bart::build),
    known("gemma", llama::build),
    known("gpt2", gpt2::build),
    known("llama", llama::build),
    known("mistral", llama::build),
    known("phi", phi::build),
    known("phi3", llama::build),
    known("qwen2", llama::build),
    known("qwen3", llama::build),
    known("t5", t5::build),
];

/// Names for messages.
const KNOWN: [&str; ALL.len()] = {
    let mut names = [""; ALL.len()];
    let mut at = 0;
    while at < ALL.len() {
        names[at] = ALL[at].name;
        at += 1;
    }
    names
};

const fn known(name: &'static str, build: Build) -> Architecture {
    Architecture { name, build }
}

/// The kind that a configuration names.
pub(crate) fn of(config: &Config) -> Result<Architecture> {
    let found = config
        .text("model_type")
        .ok_or_else(|| config.wrong("model_type", "is missing"))?;
    ALL.into_iter()
        .find(|architecture| architecture.name == found)
        .ok_or_else(|| Failure::Architecture {
            found: found.to_owned(),
            known: KNOWN.join(", "),
        })
}

impl Architecture {
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    pub(crate) fn build(self, config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
        (self.build)(config, weights)
    }
}
