//! Events of a stream become one record.
use crate::failure::Failure;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// An answer that is being put together. Nothing that arrived is ever lost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    head: Map<String, Value>,
    choices: BTreeMap<u64, Choice>,
    done: bool,
    interrupted: Option<String>,
}

/// What an event adds to a choice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Number of the choice.
    pub choice: u64,
    /// The text.
    pub text: String,
    /// Its tokens, as the server lists them; null where it does not.
    pub logprobs: Value,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Choice {
    text: String,
    /// Of a chat; the others have a text only.
    is_message: bool,
    /// All lists in it grow.
    logprobs: Map<String, Value>,
    finish: Value,
}

impl Record {
    /// Adds an event; the pieces that came with it. An event that is an error ends the
    /// record, and what was there before stays.
    pub fn add(&mut self, event: &str) -> Result<Vec<Piece>, Failure> {
        if event.trim() == "[DONE]" {
            self.done = true;
            return Ok(Vec::new());
        }
        let value: Value = serde_json::from_str(event)
            .map_err(|error| Failure::Protocol(format!("{error} in {}", begin(event))))?;
        let Value::Object(event) = value else {
            return Err(Failure::Protocol(format!("{} is no object", begin(event))));
        };
        if let Some(error) = event.get("error").filter(|error| !error.is_null()) {
            self.interrupt(message(error));
            return Ok(Vec::new());
        }
        let mut pieces = Vec::new();
        for (name, value) in event {
            match (name.as_str(), value) {
                ("choices", Value::Array(choices)) => {
                    pieces.extend(choices.iter().map(|choice| self.choice(choice)));
                }
                (_, Value::Null) => {}
                ("object", Value::String(kind)) => {
                    let kind = kind.strip_suffix(".chunk").unwrap_or(&kind);
                    self.head.insert(name, json!(kind));
                }
                (_, value) => {
                    self.head.insert(name, value);
                }
            }
        }
        Ok(pieces)
    }

    fn choice(&mut self, piece: &Value) -> Piece {
        let index = piece["index"].as_u64().unwrap_or(0);
        let choice = self.choices.entry(index).or_default();
        // `message` where a server does not stream.
        let message = ["delta", "message"]
            .into_iter()
            .find(|name| piece[*name].is_object());
        choice.is_message |= message.is_some();
        let text = message.map_or(&piece["text"], |name| &piece[name]["content"]);
        let text = text.as_str().unwrap_or_default();
        choice.text.push_str(text);
        for (name, value) in piece["logprobs"].as_object().into_iter().flatten() {
            match (choice.logprobs.get_mut(name), value) {
                (Some(Value::Array(all)), Value::Array(more)) => all.extend_from_slice(more),
                (Some(_), Value::Null) => {}
                _ => {
                    choice.logprobs.insert(name.clone(), value.clone());
                }
            }
        }
        if !piece["finish_reason"].is_null() {
            choice.finish = piece["finish_reason"].clone();
        }
        Piece {
            choice: index,
            text: text.to_owned(),
            logprobs: piece["logprobs"].clone(),
        }
    }

    /// The answer ends here, before its time.
    pub fn interrupt(&mut self, why: impl Into<String>) {
        self.interrupted.get_or_insert_with(|| why.into());
    }

    /// Why it ended before its time.
    pub fn interrupted(&self) -> Option<&str> {
        self.interrupted.as_deref()
    }

    /// Every choice has its end.
    pub fn is_complete(&self) -> bool {
        let ended = !self.choices.is_empty()
            && self.choices.values().all(|choice| !choice.finish.is_null());
        self.interrupted.is_none() && (ended || self.done)
    }

    /// Answers that have begun to arrive.
    pub fn answers(&self) -> usize {
        self.choices.len()
    }

    /// Nothing has arrived.
    pub fn is_empty(&self) -> bool {
        self.choices.is_empty()
    }

    /// The record, as a server that does not stream would have sent it, with the request that it answers. What has
    /// been interrupted says so, and its choices have no `finish_reason`.
    pub fn to_json(&self, request: &Value) -> Value {
        let mut record = self.head.clone();
        let choices = self
            .choices
            .iter()
            .map(|(index, choice)| choice.to_json(*index));
        record.insert("choices".to_owned(), choices.collect());
        record.insert("request".to_owned(), request.clone());
        if let Some(why) = &self.interrupted {
            record.insert("interrupted".to_owned(), json!(why));
        }
        Value::Object(record)
    }
}

impl Choice {
    fn to_json(&self, index: u64) -> Value {
        let mut choice = json!({ "index": index, "finish_reason": self.finish });
        match self.is_message {
            true => choice["message"] = json!({ "role": "assistant", "content": self.text }),
            false => choice["text"] = json!(self.text),
        }
        choice["logprobs"] = match self.logprobs.is_empty() {
            true => Value::Null,
            false => Value::Object(self.logprobs.clone()),
        };
        choice
    }
}

/// What an error says: a text, or an object with a message.
pub(crate) fn message(error: &Value) -> String {
    let text = error.as_str().or_else(|| error["message"].as_str());
    begin(&text.map_or_else(|| error.to_string(), str::to_owned))
}

/// The beginning of what a server says: it can be a whole page.
pub(crate) fn begin(text: &str) -> String {
    const SHOWN: usize = 300;
    let mut begin: String = text.trim().chars().take(SHOWN).collect();
    if begin.len() < text.trim().len() {
        begin.push('…');
    }
    begin
}
