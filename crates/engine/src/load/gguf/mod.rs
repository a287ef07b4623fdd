//! GGUF: configuration, weights and tokenizer in one file, often quantised.
//!
//! | file | subject |
//! |---|---|
//! | `names` | names of weights and settings there, for those of transformers |
//! | `tokenizer` | the tokenizer inside |
mod names;
mod tokenizer;

use super::Precision;
use super::config::Config;
use super::weights::Files;
use crate::chat::Template;
use crate::failure::{Failure, Result};
use crate::text::Text;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Kinds of networks whose names in such files are known.
pub(crate) const KNOWN: [&str; 4] = ["gpt2", "llama", "qwen2", "qwen3"];

/// An open file whose header is right.
pub(crate) struct Gguf {
    path: PathBuf,
    file: File,
    content: Content,
    precision: Precision,
}

impl Gguf {
    pub(crate) fn open(path: &Path, precision: Precision) -> Result<Self> {
        let read = |source| Failure::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let content =
            Content::read(&mut BufReader::new(&mut file)).map_err(|error| Failure::Broken {
                path: path.to_owned(),
                why: format!("its header is wrong: {error}"),
            })?;
        let gguf = Self {
            path: path.to_owned(),
            file,
            content,
            precision,
        };
        for (name, info) in &gguf.content.tensor_infos {
            let end = size(info, info.ggml_dtype).and_then(|bytes| {
                let from = gguf.content.tensor_data_offset.checked_add(info.offset)?;
                from.checked_add(bytes)
            });
            if end.is_none_or(|end| end > length) {
                return Err(gguf.broken(format!(
                    "the weight {name} goes beyond its end; it is cut off"
                )));
            }
        }
        Ok(gguf)
    }

    /// What `config.json` would say.
    pub(crate) fn config(&self) -> Result<Config> {
        let kind = self.text("general.architecture").unwrap_or_default();
        if !KNOWN.contains(&kind) {
            return Err(Failure::Architecture {
                found: kind.to_owned(),
                known: KNOWN.join(", "),
            });
        }
        let value = |name: &str| self.content.metadata.get(name);
        let values = names::settings(kind, &value, &|name| self.info(name).is_some());
        Ok(Config::new(&self.path, values))
    }

    /// The tokenizer, if the file has one.
    pub(crate) fn tokenizer(&self) -> Result<Option<Text>> {
        if !self.content.metadata.contains_key("tokenizer.ggml.model") {
            return Ok(None);
        }
        let wrong = |why| Failure::Tokenizer {
            path: self.path.clone(),
            why,
        };
        let tokenizer = tokenizer::read(&self.content).map_err(wrong)?;
        Ok(Some(Text::new(tokenizer)))
    }

    /// The chat template, if the file has one.
    pub(crate) fn template(&self) -> Option<Template> {
        let source = self.text("tokenizer.chat_template")?.to_owned();
        let token = |name: &str| self.token(name).unwrap_or_default().to_owned();
        let (bos, eos) = (token("bos_token_id"), token("eos_token_id"));
        Some(Template::new(source, bos, eos))
    }

    /// The name of a token whose number stands in the metadata.
    fn token(&self, name: &str) -> Option<&str> {
        let value = |name: &str| self.content.metadata.get(&format!("tokenizer.ggml.{name}"));
        let id = value(name)?.to_u32().ok()?;
        match value("tokens")? {
            Value::Array(tokens) => Some(tokens.get(id as usize)?.to_string().ok()?),
            _ => None,
        }
    }

    /// A text of the metadata.
    fn text(&self, name: &str) -> Option<&str> {
        match self.content.metadata.get(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What a weight is multiplied as; `None` is single precision. candle has no fast way for some formats: they
    /// become the next larger one that has, which loses less than they have lost already.
    fn computed(&self, info: &TensorInfo) -> Option<GgmlDType> {
        use GgmlDType::{BF16, F16, F32, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1};
        match info.ggml_dtype {
            _ if self.precision == Precision::Single => None,
            F32 | F16 | BF16 => None,
            Q4_1 | Q5_0 | Q5_1 | Q8_1 => Some(Q8_0),
            other => Some(other),
        }
    }

    fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.content.tensor_infos.get(&names::weight(name)?)
    }

    fn read(&self, name: &str) -> Result<QTensor> {
        let missing = || Failure::Missing(name.to_owned());
        let info = self.info(name).ok_or_else(missing)?;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))
            .map_err(|source| Failure::Read {
                path: self.path.clone(),
                source,
            })?;
        Ok(info.read(&mut file, self.content.tensor_data_offset, &Device::Cpu)?)
    }

    fn broken(&self, why: String) -> Failure {
        Failure::Broken {
            path: self.path.clone(),
            why,
        }
    }
}

impl Files for Gguf {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        Some(self.info(name)?.shape.dims().to_vec())
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        Ok(self.read(name)?.dequantize(&Device::Cpu)?)
    }

    fn packed(&self, name: &str) -> Result<Option<Arc<QTensor>>> {
        let Some(format) = self.info(name).and_then(|info| self.computed(info)) else {
            return Ok(None);
        };
        let stored = self.read(name)?;
        if stored.dtype() == format {
            return Ok(Some(Arc::new(stored)));
        }
        let packed = QTensor::quantize(&stored.dequantize(&Device::Cpu)?, format)?;
        Ok(Some(Arc::new(packed)))
    }

    fn smallest(&self) -> u64 {
        let infos = self.content.tensor_infos.values();
        let stored = infos.map(|info| size(info, info.ggml_dtype).unwrap_or(u64::MAX));
        stored.fold(0, u64::saturating_add)
    }

    fn bytes(&self) -> u64 {
        let memory = |info: &TensorInfo| match self.computed(info) {
            Some(format) => size(info, format).unwrap_or(u64::MAX),
            None => size(info, GgmlDType::F32).unwrap_or(u64::MAX),
        };
        let all = self.content.tensor_infos.values().map(memory);
        all.fold(0, u64::saturating_add)
    }

    /// GPT-2's weights are turned round when they are converted.
    fn turned(&self) -> bool {
        false
    }

    /// That of most numbers: `Q4_K`, `Q4_1 as Q8_0`, `Q4_1 as F32`.
    fn format(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for info in self.content.tensor_infos.values() {
            let (stored, computed) = (info.ggml_dtype, self.computed(info));
            let computed = computed.unwrap_or(GgmlDType::F32);
            let name = match stored == computed {
                true => format!("{stored:?}"),
                false => format!("{stored:?} as {computed:?}"),
            };
            *counts.entry(name).or_default() += info.shape.elem_count();
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map_or_else(String::new, |(name, _)| name)
    }

    fn paths(&self) -> Vec<PathBuf> {
        vec![self.path.clone()]
    }
}

/// Bytes in this format; `None` if no file could be so large.
fn size(info: &TensorInfo, format: GgmlDType) -> Option<u64> {
    let numbers = info
        .shape
        .dims()
        .iter()
        .try_fold(1_usize, |all, &size| all.checked_mul(size))?;
    let blocks = numbers.div_ceil(format.block_size());
    u64::try_from(blocks.checked_mul(format.type_size())?).ok()
}

impl std::fmt::Debug for Gguf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gguf")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
