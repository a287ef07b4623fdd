//! What a model goes on with.
use crate::cli::Generate;
use engine::Model;
use std::{fs, io::Read as _, path::Path};

/// As the person gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// A text.
    Text(String),
    /// Token ids.
    Ids(Vec<u32>),
}

impl Prompt {
    /// The one of the three arguments that is there. An error is a sentence.
    pub fn of(arguments: &Generate) -> Result<Self, String> {
        let file = match (
            &arguments.prompt,
            &arguments.input_ids,
            &arguments.prompt_file,
        ) {
            (Some(text), ..) => return Ok(Self::Text(text.clone())),
            (_, Some(ids), _) => return Ok(Self::Ids(ids.clone())),
            (.., Some(file)) => file,
            (None, None, None) => return Err("there is no prompt".to_owned()),
        };
        read(file).map(Self::Text)
    }

    /// Its text, if it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Ids(_) => None,
        }
    }

    /// Its tokens. What a tokenizer puts behind a text belongs to the input of an encoder, and would end a text that
    /// is to be gone on with.
    pub fn ids(&self, model: &Model) -> Result<Vec<u32>, String> {
        let text = match self {
            Self::Ids(ids) => return Ok(ids.clone()),
            Self::Text(text) => text,
        };
        let tokenizer = model
            .text()
            .ok_or("the model has no tokenizer.json; give --input-ids instead of a text")?;
        let mut tokens = tokenizer.encode(text).map_err(|error| error.to_string())?;
        if model.start().is_none() {
            tokens.ids.truncate(tokens.ids.len() - tokens.after);
        }
        Ok(tokens.ids)
    }
}

/// The text of a file, or of the standard input for `-`.
pub fn read(path: &Path) -> Result<String, String> {
    let name = path.display();
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{name} is not UTF-8 at byte {at}; save it as UTF-8")
    })
}

/// What a model is called: the last part of its path.
pub fn name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let last = full
        .file_stem()
        .filter(|_| full.is_file())
        .or(full.file_name());
    last.map_or_else(
        || "model".to_owned(),
        |last| last.to_string_lossy().into_owned(),
    )
}
