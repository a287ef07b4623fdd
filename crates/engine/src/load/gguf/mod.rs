//! GGUF: configuration, weights and tokenizer in one file, often quantised.
//!
//! | file | subject |
//! |---|---|
//! | `names` | names of weights and settings there, for those of transformers |
//! | `tokenizer` | the tokenizer inside |
mod names;
mod tokenizer;

use super::config::Config;
use super::source::{Reader, Source, part};
use super::weights::Files;
use crate::chat::Template;
use crate::failure::{Failure, Result};
use crate::text::Text;
use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};
use kernels::Format;
use std::{collections::BTreeMap, io::BufReader, path::PathBuf, sync::Arc};

/// Kinds of networks whose names in such files are known.
pub(crate) const KNOWN: [&str; 4] = ["gpt2", "llama", "qwen2", "qwen3"];

/// An open file whose header is right.
pub(crate) struct Gguf {
    path: PathBuf,
    file: Arc<dyn Source>,
    content: Content,
}

impl Gguf {
    pub(crate) fn open(path: PathBuf, file: Arc<dyn Source>) -> Result<Self> {
        let length = file.length();
        let content = Content::read(&mut BufReader::new(Reader::new(&*file))).map_err(|error| {
            Failure::Broken {
                path: path.clone(),
                why: format!("its header is wrong: {error}"),
            }
        })?;
        let gguf = Self {
            path,
            file,
            content,
        };
        for (name, info) in &gguf.content.tensor_infos {
            let format = format(info.ggml_dtype).ok_or_else(|| Failure::Format {
                name: name.clone(),
                format: format!("{:?}", info.ggml_dtype),
            })?;
            let end = size(info, format).and_then(|bytes| {
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

    fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.content.tensor_infos.get(&names::weight(name)?)
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

    fn stored(&self, name: &str) -> Result<(Format, Vec<u8>)> {
        let missing = || Failure::Missing(name.to_owned());
        let info = self.info(name).ok_or_else(missing)?;
        let format = format(info.ggml_dtype).ok_or_else(missing)?;
        let size = size(info, format).and_then(|size| usize::try_from(size).ok());
        let at = self.content.tensor_data_offset + info.offset;
        let bytes = part(&*self.file, at, size.ok_or_else(missing)?);
        let bytes = bytes.map_err(|source| Failure::Read {
            path: self.path.clone(),
            source,
        })?;
        Ok((format, bytes))
    }

    fn bytes(&self) -> u64 {
        let infos = self.content.tensor_infos.values();
        let bytes = infos.filter_map(|info| size(info, format(info.ggml_dtype)?));
        bytes.fold(0, u64::saturating_add)
    }

    /// GPT-2's weights are turned round when they are converted.
    fn turned(&self) -> bool {
        false
    }

    /// That of most numbers.
    fn format(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for info in self.content.tensor_infos.values() {
            let name = format!("{:?}", info.ggml_dtype);
            *counts.entry(name).or_default() += info.shape.elem_count();
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map_or_else(String::new, |(name, _)| name)
    }

    fn sources(&self) -> Vec<(PathBuf, Arc<dyn Source>)> {
        vec![(self.path.clone(), Arc::clone(&self.file))]
    }
}

/// Bytes in this format; `None` if no file could be so large.
fn size(info: &TensorInfo, format: Format) -> Option<u64> {
    let dims = info.shape.dims().iter();
    let numbers = dims.copied().try_fold(1_usize, usize::checked_mul)?;
    let (block, bytes) = format.block();
    u64::try_from(numbers.div_ceil(block).checked_mul(bytes)?).ok()
}

/// The formats that models are stored in.
fn format(stored: GgmlDType) -> Option<Format> {
    Some(match stored {
        GgmlDType::F32 => Format::F32,
        GgmlDType::F16 => Format::F16,
        GgmlDType::BF16 => Format::BF16,
        GgmlDType::Q4_0 => Format::Q4_0,
        GgmlDType::Q4_1 => Format::Q4_1,
        GgmlDType::Q5_0 => Format::Q5_0,
        GgmlDType::Q5_1 => Format::Q5_1,
        GgmlDType::Q8_0 => Format::Q8_0,
        GgmlDType::Q2K => Format::Q2K,
        GgmlDType::Q3K => Format::Q3K,
        GgmlDType::Q4K => Format::Q4K,
        GgmlDType::Q5K => Format::Q5K,
        GgmlDType::Q6K => Format::Q6K,
        _ => return None,
    })
}

impl std::fmt::Debug for Gguf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gguf")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
