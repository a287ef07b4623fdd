//! Choices as completions, whole or in chunks.
mod whole;

use super::choice::{Choice, Part};
use super::question::{Form, Kind};
use super::tokens;
use api::writing::{Happening, NamedToken, Read};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use writer::record::now;

/// An answer that is being written.
pub(super) struct Answer {
    form: Form,
    id: String,
    created: u64,
    model: String,
    engine: Value,
    /// Prompts that were read.
    prompts: usize,
    choices: BTreeMap<usize, Choice>,
    /// Of every choice, all that was given out.
    given: BTreeMap<usize, (Part, Value)>,
    /// Tokens of all prompts, and of the last one.
    prompt_tokens: (usize, usize),
    completion_tokens: usize,
}

impl Answer {
    pub(super) fn new(form: Form) -> Self {
        let begin = match form.kind {
            Kind::Text => "cmpl",
            Kind::Chat => "chatcmpl",
        };
        Self {
            form,
            id: format!("{begin}-{}", ulid::Ulid::new()),
            created: now(),
            model: String::new(),
            engine: Value::Null,
            prompts: 0,
            choices: BTreeMap::new(),
            given: BTreeMap::new(),
            prompt_tokens: (0, 0),
            completion_tokens: 0,
        }
    }

    /// What has happened, and the chunks that it gives. With `is_last` nothing is written behind the prompt.
    pub(super) fn push(&mut self, happening: &Happening, is_last: bool) -> Vec<Value> {
        match happening {
            Happening::Prompt(read) => self.begin(read, is_last),
            Happening::Token { sequence, token } => self.token(*sequence, token),
            Happening::Done { record, .. } => self.end(record),
            _ => Vec::new(),
        }
    }

    /// The choices of a sequence of the last prompt.
    fn numbers(&self, sequence: usize) -> impl Iterator<Item = usize> + use<> {
        let first = self.prompts.saturating_sub(1) * self.form.best_of;
        let copies = if self.form.same { self.form.best_of } else { 1 };
        (0..copies).map(move |copy| first + sequence + copy)
    }

    fn begin(&mut self, read: &Read, is_last: bool) -> Vec<Value> {
        self.model.clone_from(&read.model);
        self.engine = read.engine.clone();
        self.prompts += 1;
        self.count_prompt(read.tokens.len(), 0);
        if !self.form.echo {
            return Vec::new();
        }
        let part = tokens::echo(read);
        let first = (self.prompts - 1) * self.form.best_of;
        let numbers = first..first + self.form.best_of;
        let reason = if is_last {
            json!("length")
        } else {
            Value::Null
        };
        numbers
            .map(|number| {
                let part = part.clone();
                self.choices.entry(number).or_default().shift = part.text.chars().count();
                self.give(number, part, reason.clone())
            })
            .collect()
    }

    fn token(&mut self, sequence: usize, token: &NamedToken) -> Vec<Value> {
        let mut chunks = Vec::new();
        for number in self.numbers(sequence) {
            self.completion_tokens += 1;
            let choice = self.choices.entry(number).or_default();
            let part = choice.push(token, &self.form.stop);
            if !part.text.is_empty() || !part.tokens.is_empty() {
                chunks.push(self.give(number, part, Value::Null));
            }
        }
        chunks
    }

    /// What is left of every choice, and why it ends.
    fn end(&mut self, record: &Value) -> Vec<Value> {
        if let Some(counted) = record["usage"]["prompt_tokens"].as_u64() {
            let (_, last) = self.prompt_tokens;
            self.count_prompt(usize::try_from(counted).unwrap_or(last), last);
        }
        let mut chunks = Vec::new();
        for (at, choice) in (0..).zip(record["choices"].as_array().into_iter().flatten()) {
            let sequence = choice["index"]
                .as_u64()
                .and_then(|at| usize::try_from(at).ok());
            for number in self.numbers(sequence.unwrap_or(at)) {
                if self.choices.get(&number).is_none_or(Choice::is_empty) {
                    // Beams are decided on at the end only.
                    chunks.extend(self.beam(number, choice));
                }
                let part = self.choices.entry(number).or_default().finish();
                let reason = choice["finish_reason"].clone();
                chunks.push(self.give(number, part, reason));
            }
        }
        chunks
    }

    fn beam(&mut self, number: usize, choice: &Value) -> Vec<Value> {
        let listed = choice["logprobs"]["content"].clone();
        let tokens: Vec<NamedToken> = serde_json::from_value(listed).unwrap_or_default();
        self.completion_tokens += tokens.len();
        let mut chunks = Vec::new();
        for token in &tokens {
            let choice = self.choices.entry(number).or_default();
            let part = choice.push(token, &self.form.stop);
            chunks.push(self.give(number, part, Value::Null));
        }
        chunks
    }

    /// The last prompt has so many tokens, and not as many as were thought.
    fn count_prompt(&mut self, tokens: usize, thought: usize) {
        self.prompt_tokens = (self.prompt_tokens.0 - thought + tokens, tokens);
    }

    /// Keeps a part, and makes a chunk of it.
    fn give(&mut self, number: usize, part: Part, reason: Value) -> Value {
        let choice = self.choices.entry(number).or_default();
        let first = !std::mem::replace(&mut choice.begun, true);
        let mut chunk = json!({
            "index": number,
            "logprobs": tokens::logprobs(&self.form, &part),
            "finish_reason": reason,
        });
        match self.form.kind {
            Kind::Text => chunk["text"] = json!(part.text),
            Kind::Chat => {
                let mut delta = Map::new();
                if first {
                    delta.insert("role".to_owned(), json!("assistant"));
                }
                if first || !part.text.is_empty() {
                    delta.insert("content".to_owned(), json!(part.text));
                }
                chunk["delta"] = Value::Object(delta);
            }
        }
        let (all, last) = self.given.entry(number).or_default();
        all.text.push_str(&part.text);
        all.tokens.extend(part.tokens);
        *last = reason;
        let mut chunk = self.around(self.chunk_kind(), json!([chunk]));
        if self.form.says_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    }

    fn chunk_kind(&self) -> &'static str {
        match self.form.kind {
            Kind::Text => "text_completion",
            Kind::Chat => "chat.completion.chunk",
        }
    }
}
