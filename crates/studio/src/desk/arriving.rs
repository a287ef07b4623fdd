//! What the address brings along from a run: a text to go on with, or one to judge. It stands behind the `#`, which is never sent.
use super::{Desk, Phase};
use api::writing::Message;
use js_sys::decode_uri_component;
use leptos::prelude::*;
use serde_json::Value;

/// Said where the chosen model judges no texts.
const NO_JUDGE: &str = "The text is below “Score my text”. Choose a model of this machine that goes on with texts, and press Score there.";

impl Desk {
    /// Does what the address asks for, if it asks for something. The models are known then.
    pub(super) fn arrive(self) {
        let fragment = window().location().hash().unwrap_or_default();
        let part = |name: &str| {
            let parts = fragment.trim_start_matches('#').split('&');
            let found = parts
                .filter_map(|part| part.split_once('='))
                .find(|(key, _)| *key == name);
            let text = decode_uri_component(found?.1).ok()?;
            Some(String::from(text))
        };
        if let Some(name) = part("model").filter(|name| self.has(name)) {
            self.model.set(name);
        }
        if let Some(text) = part("score") {
            self.text.set(text);
            for name in ["do_sample", "temperature", "top_k", "top_p", "min_p"] {
                if let Some(value) = part(name) {
                    self.told.update(|told| drop(told.insert(name, value)));
                }
            }
            match untrack(|| self.can_judge()) {
                true => self.judge(),
                false => self.phase.set(Phase::Failed(NO_JUDGE.to_owned())),
            }
        } else if let Some(text) = part("text") {
            let chat = part("messages").and_then(|json| serde_json::from_str(&json).ok());
            self.chat.set(chat.is_some());
            match chat {
                Some(messages) => self.take_up(messages),
                // A chat whose template is known is a plain text, too.
                None => self.prompt.set(part("prompt").unwrap_or_default()),
            }
            self.asked.set(Some(self.question()));
            if !self.model.with_untracked(String::is_empty) {
                self.type_behind(None, text);
            }
        }
    }

    /// Puts a chat into the form, up to what was said last.
    fn take_up(self, messages: Vec<Value>) {
        let mut turns: Vec<Message> = messages.iter().map(message).collect();
        let last = turns.pop().map(|last| last.content);
        self.prompt.set(last.unwrap_or_default());
        let system = match turns.first() {
            Some(first) if first.role == "system" => turns.remove(0).content,
            _ => String::new(),
        };
        self.system.set(system);
        self.turns.set(turns);
    }

    fn has(self, name: &str) -> bool {
        self.models.with_untracked(|models| {
            let models = models.as_ref().and_then(|models| models.as_ref().ok());
            let mut all = models.into_iter().flatten();
            all.any(|model| model.id == name && model.error.is_none())
        })
    }
}

/// A message with its text; of one in parts, all texts.
fn message(message: &Value) -> Message {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parts = message["content"].as_array().into_iter().flatten();
    let parts = parts.map(|part| text(&part["text"]));
    Message {
        role: text(&message["role"]),
        content: text(&message["content"]) + &parts.collect::<String>(),
    }
}
