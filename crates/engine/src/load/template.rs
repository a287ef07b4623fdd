//! Where the chat template of a directory stands.
use super::config::Config;
use super::source::{Folder, whole};
use crate::chat::Template;
use crate::failure::{Failure, Result};
use serde_json::Value;

impl Template {
    /// `chat_template.jinja`, or `chat_template` in `tokenizer_config.json`; of several the one called `default`.
    pub(crate) fn of_folder(folder: &dyn Folder) -> Result<Option<Self>> {
        const FILE: &str = "chat_template.jinja";
        let config = Config::read(folder, "tokenizer_config.json")?;
        let source = match whole(folder, FILE)? {
            Some(bytes) => Some(String::from_utf8(bytes).map_err(|error| Failure::Broken {
                path: folder.path(FILE),
                why: error.to_string(),
            })?),
            None => config.as_ref().and_then(listed),
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
