//! GGUF: configuration, weights and tokenizer in one file, often quantised.
//!
//! | file | subject |
//! |---|---|
//! | `header` | what stands before the weights |
//! | `names` | names of weights and settings there, for those of transformers |
//! | `tokenizer` | the tokenizer inside |
mod header;
mod names;
mod tokenizer;

use super::config::Config;
use super::source::{Source, part};
use super::weights::Files;
use crate::chat::Template;
use crate::failure::{Failure, Result};
use crate::text::Text;
use candle_core::quantized::gguf_file::Value;
use header::{Header, Weight, shown};
use kernels::Format;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// Kinds of networks whose names in such files are known.
pub(crate) const KNOWN: [&str; 4] = ["gpt2", "llama", "qwen2", "qwen3"];

/// An open file whose header is right.
pub(crate) struct Gguf {
    path: PathBuf,
    file: Arc<dyn Source>,
    header: Header,
}

impl Gguf {
    pub(crate) fn open(path: PathBuf, file: Arc<dyn Source>) -> Result<Self> {
        let length = file.length();
        let header = header::read(&*file).map_err(|why| Failure::Broken {
            path: path.clone(),
            why: format!("its header is wrong: {why}"),
        })?;
        let gguf = Self { path, file, header };
        for (name, weight) in &gguf.header.weights {
            let format = weight.stored.format().ok_or_else(|| Failure::Format {
                name: shown(name),
                format: weight.stored.name(),
            })?;
            let end = size(weight, format).and_then(|bytes| {
                let from = gguf.header.data.checked_add(weight.offset)?;
                from.checked_add(bytes)
            });
            if end.is_none_or(|end| end > length) {
                return Err(gguf.broken(format!(
                    "the weight {} goes beyond its end; it is cut off",
                    shown(name)
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
                found: shown(kind),
                known: KNOWN.join(", "),
            });
        }
        let value = |name: &str| self.header.settings.get(name);
        let values = names::settings(kind, &value, &|name| self.weight(name).is_some());
        Ok(Config::new(&self.path, values))
    }

    /// The tokenizer, if the file has one.
    pub(crate) fn tokenizer(&self) -> Result<Option<Text>> {
        if !self.header.settings.contains_key("tokenizer.ggml.model") {
            return Ok(None);
        }
        let wrong = |why| Failure::Tokenizer {
            path: self.path.clone(),
            why,
        };
        let tokenizer = tokenizer::read(&self.header).map_err(wrong)?;
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
        let value = |name: &str| self.header.settings.get(&format!("tokenizer.ggml.{name}"));
        let id = value(name)?.to_u32().ok()?;
        match value("tokens")? {
            Value::Array(tokens) => Some(tokens.get(id as usize)?.to_string().ok()?),
            _ => None,
        }
    }

    /// A text of the metadata.
    fn text(&self, name: &str) -> Option<&str> {
        match self.header.settings.get(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn weight(&self, name: &str) -> Option<&Weight> {
        self.header.weights.get(&names::weight(name)?)
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
        Some(self.weight(name)?.shape.clone())
    }

    fn stored(&self, name: &str) -> Result<(Format, Vec<u8>)> {
        let missing = || Failure::Missing(name.to_owned());
        let weight = self.weight(name).ok_or_else(missing)?;
        let format = weight.stored.format().ok_or_else(missing)?;
        let size = size(weight, format).and_then(|size| usize::try_from(size).ok());
        let at = self.header.data + weight.offset;
        let bytes = part(&*self.file, at, size.ok_or_else(missing)?);
        let bytes = bytes.map_err(|source| Failure::Read {
            path: self.path.clone(),
            source,
        })?;
        Ok((format, bytes))
    }

    fn bytes(&self) -> u64 {
        let weights = self.header.weights.values();
        let bytes = weights.filter_map(|weight| size(weight, weight.stored.format()?));
        bytes.fold(0, u64::saturating_add)
    }

    /// GPT-2's weights are turned round when they are converted.
    fn turned(&self) -> bool {
        false
    }

    /// That of most numbers.
    fn format(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for weight in self.header.weights.values() {
            *counts.entry(weight.stored.name()).or_default() +=
                weight.shape.iter().product::<usize>();
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map_or_else(String::new, |(name, _)| name)
    }

    fn sources(&self) -> Vec<(PathBuf, Arc<dyn Source>)> {
        vec![(self.path.clone(), Arc::clone(&self.file))]
    }
}

/// Bytes in this format; `None` if no file could be so large.
fn size(weight: &Weight, format: Format) -> Option<u64> {
    let dims = weight.shape.iter();
    let numbers = dims.copied().try_fold(1_usize, usize::checked_mul)?;
    let (block, bytes) = format.block();
    u64::try_from(numbers.div_ceil(block).checked_mul(bytes)?).ok()
}

/// A whole number, however it is stored.
fn number(value: &Value) -> Option<i64> {
    Some(match *value {
        Value::U8(number) => number.into(),
        Value::I8(number) => number.into(),
        Value::U16(number) => number.into(),
        Value::I16(number) => number.into(),
        Value::U32(number) => number.into(),
        Value::I32(number) => number.into(),
        Value::U64(number) => i64::try_from(number).ok()?,
        Value::I64(number) => number,
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
