//! One completion as JSON.
use crate::Shape;
use crate::json::Json;
use crate::plan::{Entry, Position};
use crate::random::Random;

/// One completion.
pub(crate) struct Record {
    pub(crate) shape: Shape,
    pub(crate) number: u64,
    /// Part of its id.
    pub(crate) tag: u64,
    pub(crate) positions: Vec<Position>,
}

impl Record {
    /// Appends it to a text.
    pub(crate) fn write(&self, json: &mut Json, random: &mut Random) {
        self.object(
            json,
            random,
            ["id", "object", "created", "model", "choices", "usage"],
            |json, random, key| match key {
                "id" => json.string(&format!("chatcmpl-{:016x}{:06}", self.tag, self.number)),
                "object" => json.string("chat.completion"),
                "created" => json.plain(1_750_000_000 + self.number),
                "model" => json.string("generated"),
                "choices" => {
                    json.open('[');
                    json.next();
                    self.choice(json, random);
                    json.close(']');
                }
                _ => self.usage(json, random),
            },
        );
    }

    fn choice(&self, json: &mut Json, random: &mut Random) {
        let keys = ["index", "message", "logprobs", "finish_reason"];
        self.object(json, random, keys, |json, random, key| match key {
            "index" => json.plain(0),
            "message" => self.message(json, random),
            "logprobs" => {
                self.object(
                    json,
                    random,
                    ["content", "refusal"],
                    |json, random, key| match key {
                        "content" => self.content(json, random),
                        _ => json.plain("null"),
                    },
                );
            }
            _ => json.string(if self.tag.is_multiple_of(20) {
                "length"
            } else {
                "stop"
            }),
        });
    }

    fn message(&self, json: &mut Json, random: &mut Random) {
        let keys = ["role", "content", "refusal"];
        self.object(json, random, keys, |json, _, key| match key {
            "role" => json.string("assistant"),
            "content" => {
                let words = self.positions.iter().map(|position| position.token.word);
                let bytes: Vec<u8> = words.flat_map(|word| word.bytes).copied().collect();
                json.string(&String::from_utf8_lossy(&bytes));
            }
            _ => json.plain("null"),
        });
    }

    fn usage(&self, json: &mut Json, random: &mut Random) {
        let keys = ["prompt_tokens", "completion_tokens", "total_tokens"];
        self.object(json, random, keys, |json, _, key| match key {
            "prompt_tokens" => json.plain(20),
            "completion_tokens" => json.plain(self.positions.len()),
            _ => json.plain(self.positions.len() + 20),
        });
    }

    fn content(&self, json: &mut Json, random: &mut Random) {
        json.open('[');
        for position in &self.positions {
            json.next();
            self.token(json, random, &position.token, Some(&position.alternatives));
        }
        json.close(']');
    }

    fn token(
        &self,
        json: &mut Json,
        random: &mut Random,
        entry: &Entry,
        alternatives: Option<&[Entry]>,
    ) {
        let keys = ["token", "logprob", "bytes", "top_logprobs"];
        let wanted = |key: &str| match key {
            "bytes" => self.shape.has_bytes(),
            "top_logprobs" => alternatives.is_some(),
            _ => true,
        };
        let value = |json: &mut Json, random: &mut Random, key: &str| match key {
            "token" => json.string(entry.word.name),
            "logprob" => self.value(json, entry.logprob),
            "bytes" => {
                json.open('[');
                for byte in entry.word.bytes {
                    json.next();
                    json.plain(byte);
                }
                json.close(']');
            }
            _ => {
                json.open('[');
                for other in alternatives.unwrap_or_default() {
                    json.next();
                    self.token(json, random, other, None);
                }
                json.close(']');
            }
        };
        self.some_of(json, random, keys, wanted, value);
    }

    /// Servers print a float of 32 bits in full, or the double that it became.
    fn value(&self, json: &mut Json, value: Option<f64>) {
        match value {
            None => json.plain("null"),
            Some(value) if self.shape == Shape::Digits17 => {
                json.plain(format_args!("{value:?}"));
            }
            Some(value) => json.plain(format_args!("{:?}", value as f32)),
        }
    }

    fn object<const N: usize>(
        &self,
        json: &mut Json,
        random: &mut Random,
        keys: [&'static str; N],
        value: impl Fn(&mut Json, &mut Random, &str),
    ) {
        self.some_of(json, random, keys, |_| true, value);
    }

    /// An object with those of the keys that are wanted.
    fn some_of<const N: usize>(
        &self,
        json: &mut Json,
        random: &mut Random,
        mut keys: [&'static str; N],
        wanted: impl Fn(&str) -> bool,
        value: impl Fn(&mut Json, &mut Random, &str),
    ) {
        if self.shape == Shape::Shuffled {
            random.shuffle(&mut keys);
        }
        json.open('{');
        for key in keys.into_iter().filter(|key| wanted(key)) {
            json.key(key);
            value(json, random, key);
        }
        json.close('}');
    }
}
