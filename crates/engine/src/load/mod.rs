//! A model from its directory.
//!
//! | file | subject |
//! |---|---|
//! | `config` | `config.json` |
//! | `weights` | weights by name |
//! | `safe` | files of weights |
//! | `defaults` | the parameters that it brings along |
//! | `memory` | whether they fit |
pub(crate) mod config;
mod defaults;
mod memory;
mod safe;
pub(crate) mod weights;

use crate::architectures::{self, Network};
use crate::failure::{Failure, Result};
use crate::text::Text;
use config::Config;
use decoding::Parameters;
pub use memory::Memory;
use std::path::Path;
use weights::Weights;

/// A model, ready to compute. Sessions share it.
pub struct Model {
    pub(crate) network: Box<dyn Network>,
    vocabulary: usize,
    eos: Vec<u32>,
    start: Option<u32>,
    context: usize,
    defaults: Parameters,
    text: Option<Text>,
    architecture: String,
}

/// Tokens that a model without such a limit is given at once.
const CONTEXT: usize = 2048;

impl Model {
    /// Loads the model of a directory: `config.json` and `*.safetensors`; `generation_config.json` and
    /// `tokenizer.json` if they are there.
    pub fn load(directory: &Path, memory: Memory) -> Result<Self> {
        let path = directory.join("config.json");
        if !path.exists() {
            return Err(Failure::NoModel {
                path: directory.to_owned(),
                what: "config.json",
            });
        }
        let config = Config::read(&path)?;
        let architecture = architectures::of(&config)?;
        let weights = Weights::open(directory)?;
        memory.check(weights.bytes())?;
        let generation = directory.join("generation_config.json");
        let generation = generation
            .exists()
            .then(|| Config::read(&generation))
            .transpose()?;
        // What is said of generation wins over what the model was trained with.
        let ids = |name: &str| {
            let told = generation.as_ref().map(|generation| generation.ids(name));
            told.filter(|ids| !ids.is_empty())
                .unwrap_or_else(|| config.ids(name))
        };
        let defaults = generation.as_ref().map(defaults::of).transpose()?;
        let text = directory.join("tokenizer.json");
        let text = text.exists().then(|| Text::read(&text)).transpose()?;
        let network = architecture.build(&config, &weights)?;
        Ok(Self {
            vocabulary: config.size("vocab_size")?,
            eos: ids("eos_token_id"),
            context: match network.positions() {
                Some(positions) => positions,
                None => config
                    .size_if("max_position_embeddings")?
                    .unwrap_or(CONTEXT),
            },
            defaults: defaults.unwrap_or_default(),
            text,
            start: network
                .reads()
                .then(|| ids("decoder_start_token_id").first().copied().unwrap_or(0)),
            architecture: architecture.name().to_owned(),
            network,
        })
    }

    /// How many tokens there are.
    pub fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    /// The tokens that end a text.
    pub fn eos(&self) -> &[u32] {
        &self.eos
    }

    /// What an answer of an encoder-decoder begins with; `None` for the others, which go on with the prompt.
    pub fn start(&self) -> Option<u32> {
        self.start
    }

    /// Most tokens that it was made for, in one text.
    pub fn context(&self) -> usize {
        self.context
    }

    /// The parameters that the model brings along, without its EOS ids.
    pub fn defaults(&self) -> &Parameters {
        &self.defaults
    }

    /// Its tokenizer, if the directory has one.
    pub fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// The kind of network, as transformers names it.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    pub(crate) fn check(&self, ids: &[u32]) -> Result<()> {
        let unknown = |&&id: &&u32| id as usize >= self.vocabulary;
        match ids.iter().find(unknown) {
            Some(&id) => Err(Failure::Token {
                id,
                vocabulary: self.vocabulary,
            }),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("architecture", &self.architecture)
            .field("vocabulary", &self.vocabulary)
            .finish_non_exhaustive()
    }
}
