//! Where the chat template of a directory stands.
use super::config::Config;
use crate::chat::Template;
use crate::failure::{Failure, Result};
use serde_json::Value;
use std::path::Path;

impl Template {
    /// `chat_template.jinja`, or `chat_template` in `tokenizer_config.json`; of several the one called `default`.
    pub(crate) fn of_directory(directory: &Path) -> Result<Option<Self>> {
        let path = directory.join("tokenizer_config.json");
        let config = path.exists().then(|| Config::read(&path)).transpose()?;
        let file = directory.join("chat_template.jinja");
        let source = if file.exists() {
            let text = std::fs::read_to_string(&file);
            Some(text.map_err(|source| Failure::Read { path: file, source })?)
        } else {
            config.as_ref().and_then(listed)
        };
        // A token is a text, or an object with one.
        let token = |name: &str| {
            let value = config.as_ref()?.get(name)?;
            let text = value.as_str().or_else(|| value.get("content")?.as_str());
            text.map(str::to_owned)
        };
        Ok(source.map(|source| {
            let (bos, eos) = (token("bos_token"), token("eos_token"));
            Self::new(source, bos.unwrap_or_default(), eos.unwrap_or_default())
        }))
    }
}

fn listed(config: &Config) -> Option<String> {
    let source = match config.get("chat_template")? {
        Value::String(source) => source,
        Value::Array(list) => {
            let default = list.iter().find(|entry| entry["name"] == "default");
            default.or_else(|| list.first())?["template"].as_str()?
        }
        _ => return None,
    };
    Some(source.to_owned())
}
