//! A model from its directory, or from one file.
//!
//! | file | subject |
//! |---|---|
//! | `config` | `config.json` |
//! | `weights` | weights by name |
//! | `source` | files, wherever they lie |
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
mod source;
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
use source::{Directory, OnDisk, whole};
pub use source::{Folder, Source};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
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
    pub fn load(path: &Path, memory: Memory) -> Result<Self> {
        if !path.exists() {
            return Err(Failure::Nothing(path.to_owned()));
        }
        let parts = match path.is_file() {
            true => {
                let file = OnDisk::open(path).map_err(|source| Failure::Read {
                    path: path.to_owned(),
                    source,
                })?;
                Parts::of_file(path.to_owned(), Arc::new(file))?
            }
            false => Parts::of_folder(&Directory(path.to_owned()))?,
        };
        Self::of(parts, memory)
    }

    /// The same from files that lie somewhere else: one GGUF file, or those of a directory.
    pub fn open(folder: &dyn Folder, memory: Memory) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.path(name);
            move |source| Failure::Read { path, source }
        };
        let names = folder.names().map_err(read(""))?;
        let whole = |name: &&String| Path::new(name).extension() == Some("gguf".as_ref());
        let parts = match names.iter().find(whole) {
            Some(name) => {
                let file = folder.open(name).map_err(read(name))?;
                Parts::of_file(folder.path(name), file)?
            }
            None => Parts::of_folder(folder)?,
        };
        Self::of(parts, memory)
    }

    fn of(parts: Parts, memory: Memory) -> Result<Self> {
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
            hash: Hash::of(weights.sources()),
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

    /// How most of its weights are stored, such as `F16` or `Q4_1`. They are computed with as the numbers that they stand for,
    /// in single precision.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// SHA-256 of its weights in lower-case hex, by which it is known whatever its folder is called: that of the one file, or
    /// that of the list which `sha256sum` prints for several. `None` if they cannot be read any more. Reads all of them when
    /// it is called for the first time.
    pub fn hash(&self) -> Option<&str> {
        self.hash.get()
    }

    /// The same if it has been read by now.
    pub fn known_hash(&self) -> Option<&str> {
        self.hash.known()
    }

    /// Reads a MiB for `hash`, and says whether that was all: for whoever has one thread, and is asked other things meanwhile.
    pub fn read_for_hash(&self) -> bool {
        self.hash.read_on()
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
    fn of_folder(folder: &dyn Folder) -> Result<Self> {
        let missing = || Failure::NoModel {
            path: folder.path(""),
            what: "config.json",
        };
        let config = Config::read(folder, "config.json")?.ok_or_else(missing)?;
        architectures::of(&config)?;
        const TOKENIZER: &str = "tokenizer.json";
        let text = whole(folder, TOKENIZER)?;
        let text = text.map(|bytes| Text::read(&folder.path(TOKENIZER), &bytes));
        Ok(Self {
            config,
            generation: Config::read(folder, "generation_config.json")?,
            weights: Weights::new(SafeFiles::open(folder)?),
            text: text.transpose()?,
            template: Template::of_folder(folder)?,
        })
    }

    fn of_file(path: PathBuf, file: Arc<dyn Source>) -> Result<Self> {
        let gguf = Gguf::open(path, file)?;
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
