//! What a model goes on with.
use engine::{Message, Model};

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
