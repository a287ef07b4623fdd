//! A model from its directory, or from one file.
//!
//! | file | subject |
//! |---|---|
//! | `config` | `config.json` |
//! | `weights` | weights by name |
//! | `safe` | weights in safetensors files |
//! | `gguf` | all of it in one file |
//! | `template` | the chat template |
//! | `defaults` | the parameters that it brings along |
//! | `memory` | whether they fit |
//! | `hash` | by what it is known |
pub(crate) mod config;
mod defaults;
mod gguf;
mod hash;
mod memory;
mod safe;
mod template;
pub(crate) mod weights;

use crate::architectures::{self, Network};
use crate::chat::Template;
use crate::failure::{Failure, Result};
use crate::text::Text;
use config::Config;
use decoding::Parameters;
use gguf::Gguf;
use hash::Hash;
pub use memory::Memory;
use safe::SafeFiles;
use std::path::{Path, PathBuf};
use weights::Weights;

/// What quantised weights are computed with. Others are always computed with in single precision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// The numbers that they stand for, four bytes each: the probabilities are those of the weights.
    #[default]
    Single,
    /// The blocks as they are stored, multiplied with quantised numbers: a part of the memory, and rougher
    /// probabilities, because the errors of that are larger than those of the weights.
    Stored,
}

/// A model, ready to compute. Sessions share it.
pub struct Model {
    pub(crate) network: Box<dyn Network>,
    vocabulary: usize,
    eos: Vec<u32>,
    start: Option<u32>,
    context: usize,
    defaults: Parameters,
    text: Option<Text>,
    template: Option<Template>,
    architecture: String,
    format: String,
    hash: Hash,
}

/// Tokens that a model without such a limit is given at once.
const CONTEXT: usize = 2048;

/// What lies in a directory or a file, all checked.
struct Parts {
    config: Config,
    generation: Option<Config>,
    weights: Weights,
    text: Option<Text>,
    template: Option<Template>,
}

impl Model {
    /// Loads a model: a directory with `config.json` and `*.safetensors`, and `generation_config.json`,
    /// `tokenizer.json` and a chat template if they are there; or a GGUF file.
    pub fn load(path: &Path, memory: Memory, precision: Precision) -> Result<Self> {
        let parts = match path.is_file() {
            true => Parts::of_file(path, precision)?,
            false => Parts::of_directory(path)?,
        };
        let Parts {
            config, weights, ..
        } = &parts;
        let architecture = architectures::of(config)?;
        memory.check(weights)?;
        let generation = parts.generation.as_ref();
        // What is said of generation wins over what the model was trained with.
        let ids = |name: &str| {
            let told = generation.map(|generation| generation.ids(name));
            told.filter(|ids| !ids.is_empty())
                .unwrap_or_else(|| config.ids(name))
        };
        let defaults = generation.map(defaults::of).transpose()?;
        let network = architecture.build(config, weights)?;
        Ok(Self {
            vocabulary: config.size("vocab_size")?,
            eos: ids("eos_token_id"),
            start: network
                .reads()
                .then(|| ids("decoder_start_token_id").first().copied().unwrap_or(0)),
            context: match network.positions() {
                Some(positions) => positions,
                None => config
                    .size_if("max_position_embeddings")?
                    .unwrap_or(CONTEXT),
            },
            defaults: defaults.unwrap_or_default(),
            architecture: architecture.name().to_owned(),
            format: weights.format(),
            hash: Hash::of(weights.paths()),
            text: parts.text,
            template: parts.template,
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

    /// Its chat template, if it is an instruction model.
    pub fn template(&self) -> Option<&Template> {
        self.template.as_ref()
    }

    /// What its weights are computed with: F32, or the name of a quantisation, which has other probabilities.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// SHA-256 of its weights in lower-case hex, by which it is known whatever its folder is called: that of the one file, or
    /// that of the list which `sha256sum` prints for several. `None` if they cannot be read any more. Reads all of them when
    /// it is called for the first time.
    pub fn hash(&self) -> Option<&str> {
        self.hash.get()
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

impl Parts {
    fn of_directory(directory: &Path) -> Result<Self> {
        let existing = |name: &str| Some(directory.join(name)).filter(|path| path.exists());
        let config = existing("config.json").ok_or_else(|| Failure::NoModel {
            path: directory.to_owned(),
            what: "config.json",
        })?;
        let config = Config::read(&config)?;
        architectures::of(&config)?;
        let read = |path: PathBuf| Config::read(&path);
        let text = existing("tokenizer.json");
        Ok(Self {
            config,
            generation: existing("generation_config.json").map(read).transpose()?,
            weights: Weights::new(SafeFiles::open(directory)?),
            text: text.map(|path| Text::read(&path)).transpose()?,
            template: Template::of_directory(directory)?,
        })
    }

    fn of_file(path: &Path, precision: Precision) -> Result<Self> {
        let gguf = Gguf::open(path, precision)?;
        Ok(Self {
            config: gguf.config()?,
            generation: None,
            text: gguf.tokenizer()?,
            template: gguf.template(),
            weights: Weights::new(gguf),
        })
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
