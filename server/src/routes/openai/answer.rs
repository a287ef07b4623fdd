//! Choices as completions, whole or in chunks.
use super::choice::{Choice, Part};
use super::question::Kind;
use api::writing::{Happening, NamedToken};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use writer::record::now;

/// An answer that is being written.
pub(super) struct Answer {
    kind: Kind,
    /// Log-probabilities are listed.
    list: bool,
    stop: Vec<String>,
    id: String,
    created: u64,
    model: String,
    engine: Value,
    choices: BTreeMap<usize, Choice>,
    /// Of every choice, all that was given out.
    given: BTreeMap<usize, (Part, Value)>,
    prompt_tokens: usize,
    completion_tokens: usize,
}

impl Answer {
    pub(super) fn new(kind: Kind, list: bool, stop: Vec<String>) -> Self {
        let begin = match kind {
            Kind::Text => "cmpl",
            Kind::Chat => "chatcmpl",
        };
        Self {
            kind,
            list,
            stop,
            id: format!("{begin}-{}", ulid::Ulid::new()),
            created: now(),
            model: String::new(),
            engine: Value::Null,
            choices: BTreeMap::new(),
            given: BTreeMap::new(),
            prompt_tokens: 0,
            completion_tokens: 0,
        }
    }

    /// What has happened, and the chunks that it gives.
    pub(super) fn push(&mut self, happening: &Happening) -> Vec<Value> {
        match happening {
            Happening::Prompt(read) => {
                self.model.clone_from(&read.model);
                self.engine = read.engine.clone();
                self.prompt_tokens = read.tokens.len();
                Vec::new()
            }
            Happening::Token { sequence, token } => {
                self.completion_tokens += 1;
                let choice = self.choices.entry(*sequence).or_default();
                let part = choice.push(token, &self.stop);
                let says = !part.text.is_empty() || !part.tokens.is_empty();
                let chunk = says.then(|| self.give(*sequence, part, Value::Null));
                chunk.into_iter().collect()
            }
            Happening::Done { record, .. } => self.end(record),
            _ => Vec::new(),
        }
    }

    /// What is left of every choice, and why it ends.
    fn end(&mut self, record: &Value) -> Vec<Value> {
        if let Some(counted) = record["usage"]["prompt_tokens"].as_u64() {
            self.prompt_tokens = usize::try_from(counted).unwrap_or(self.prompt_tokens);
        }
        let mut chunks = Vec::new();
        for (at, choice) in (0..).zip(record["choices"].as_array().into_iter().flatten()) {
            let number = choice["index"]
                .as_u64()
                .and_then(|at| usize::try_from(at).ok());
            let number = number.unwrap_or(at);
            if !self.choices.contains_key(&number) {
                // Beams are decided on at the end only.
                self.beam(number, choice);
            }
            let part = self.choices.entry(number).or_default().finish();
            let reason = choice["finish_reason"].clone();
            chunks.push(self.give(number, part, reason));
        }
        chunks
    }

    fn beam(&mut self, number: usize, choice: &Value) {
        let listed = choice["logprobs"]["content"].clone();
        let tokens: Vec<NamedToken> = serde_json::from_value(listed).unwrap_or_default();
        self.completion_tokens += tokens.len();
        for token in &tokens {
            let part = self
                .choices
                .entry(number)
                .or_default()
                .push(token, &self.stop);
            self.give(number, part, Value::Null);
        }
    }

    /// Keeps a part, and makes a chunk of it.
    fn give(&mut self, number: usize, part: Part, reason: Value) -> Value {
        let choice = self.choices.entry(number).or_default();
        let first = !std::mem::replace(&mut choice.begun, true);
        let mut chunk = json!({
            "index": number,
            "logprobs": self.logprobs(&part),
            "finish_reason": reason,
        });
        match self.kind {
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
        self.around(
            match self.kind {
                Kind::Text => "text_completion",
                Kind::Chat => "chat.completion.chunk",
            },
            json!([chunk]),
        )
    }

    /// The whole completion.
    pub(super) fn whole(&self) -> Value {
        let choices = self.given.iter().map(|(number, (part, reason))| {
            let mut choice = json!({
                "index": number,
                "logprobs": self.logprobs(part),
                "finish_reason": reason,
            });
            match self.kind {
                Kind::Text => choice["text"] = json!(part.text),
                Kind::Chat => {
                    choice["message"] =
                        json!({ "role": "assistant", "content": part.text, "refusal": null });
                }
            }
            choice
        });
        let kind = match self.kind {
            Kind::Text => "text_completion",
            Kind::Chat => "chat.completion",
        };
        let mut whole = self.around(kind, choices.collect());
        whole["usage"] = self.usage();
        whole
    }

    /// The chunk at the end that has the counts.
    pub(super) fn usage_chunk(&self) -> Value {
        let kind = match self.kind {
            Kind::Text => "text_completion",
            Kind::Chat => "chat.completion.chunk",
        };
        let mut chunk = self.around(kind, json!([]));
        chunk["usage"] = self.usage();
        chunk
    }

    fn usage(&self) -> Value {
        json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.prompt_tokens + self.completion_tokens,
        })
    }

    fn around(&self, kind: &str, choices: Value) -> Value {
        json!({
            "id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices,
            // Probabilities depend on the weights.
            "system_fingerprint": self.engine["sha256"].as_str().and_then(|hash| hash.get(..12)),
        })
    }

    fn logprobs(&self, part: &Part) -> Value {
        if !self.list {
            return Value::Null;
        }
        match self.kind {
            Kind::Chat => {
                let tokens = part.tokens.iter();
                let content: Vec<Value> = tokens.map(listed).collect();
                json!({ "content": content, "refusal": null })
            }
            Kind::Text => beside_each_other(part),
        }
    }
}

fn listed(token: &NamedToken) -> Value {
    let one = |token: &NamedToken| json!({ "token": token.token, "bytes": token.bytes, "logprob": token.logprob });
    let mut listed = one(token);
    listed["top_logprobs"] = token.top_logprobs.iter().flatten().map(one).collect();
    listed
}

/// The lists of the older kind.
fn beside_each_other(part: &Part) -> Value {
    let mut offset = part.offset;
    let offsets: Vec<usize> = part
        .tokens
        .iter()
        .map(|token| {
            let begin = offset;
            offset += token.token.chars().count();
            begin
        })
        .collect();
    let tops = part.tokens.iter().map(|token| {
        let all = token.top_logprobs.iter().flatten();
        let pairs = all.map(|one| (one.token.clone(), json!(one.logprob)));
        Value::Object(pairs.collect())
    });
    let texts = part.tokens.iter().map(|token| json!(token.token));
    let values = part.tokens.iter().map(|token| json!(token.logprob));
    json!({
        "tokens": texts.collect::<Value>(),
        "token_logprobs": values.collect::<Value>(),
        "top_logprobs": tops.collect::<Value>(),
        "text_offset": offsets,
    })
}
