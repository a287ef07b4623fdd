//! What a model goes on with.
use crate::cli::Generate;
use engine::{Message, Model};
use std::{fs, io::Read as _, path::Path};

/// As the person gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// A text.
    Text(String),
    /// The text of a chat, with its special tokens written out.
    Chat(String),
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

    /// The same as what a person says in a chat, if that is asked for.
    pub fn in_chat(self, arguments: &Generate, model: &Model) -> Result<Self, String> {
        let text = match self {
            Self::Text(text) if arguments.chat => text,
            other => return Ok(other),
        };
        if model.template().is_none() {
            return Err("the model has no chat template; leave --chat out".to_owned());
        }
        let system = arguments
            .system
            .iter()
            .map(|text| Message::new("system", text));
        let messages: Vec<Message> = system.chain([Message::new("user", &text)]).collect();
        Self::of_chat(model, &messages)
    }

    /// The text that the model's template makes of messages.
    pub fn of_chat(model: &Model, messages: &[Message]) -> Result<Self, String> {
        let template = model
            .template()
            .ok_or("the model has no chat template; give the prompt as a plain text")?;
        let rendered = template.render(messages);
        rendered.map(Self::Chat).map_err(|error| error.to_string())
    }

    /// Its text, if it has one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Chat(text) => Some(text),
            Self::Ids(_) => None,
        }
    }

    /// Its tokens. What a tokenizer puts behind a text belongs to the input of an encoder, and would end a text that
    /// is to be gone on with.
    pub fn ids(&self, model: &Model) -> Result<Vec<u32>, String> {
        let (text, as_is) = match self {
            Self::Ids(ids) => return Ok(ids.clone()),
            Self::Text(text) => (text, false),
            Self::Chat(text) => (text, true),
        };
        let tokenizer = model
            .text()
            .ok_or("the model has no tokenizer.json; give --input-ids instead of a text")?;
        let tokens = match as_is {
            true => tokenizer.encode_as_is(text),
            false => tokenizer.encode(text),
        };
        let mut tokens = tokens.map_err(|error| error.to_string())?;
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
