//! A request in the words of the protocol.
//!
//! Its defaults are those of OpenAI, not those of transformers: draws, from the whole vocabulary, and other ones each time
//! unless a seed is told. Parameters of transformers are understood as well, under their own names.
use crate::failure::Failure;
use api::writing::{Ask, Message};
use decoding::parameters::entry;
use serde_json::{Map, Value, json};

/// Tokens of a completion of which nobody said how long it shall be.
const TOKENS: u64 = 16;
/// Alternatives of a token, at most, as OpenAI has it.
const MOST: u64 = 20;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A completion.
    Text,
    /// A chat completion.
    Chat,
}

/// A request, understood.
#[derive(Debug, PartialEq)]
pub(super) struct Question {
    pub(super) ask: Ask,
    /// As many tokens as there is room for.
    pub(super) fills: bool,
    pub(super) streams: bool,
    /// The stream ends with the counts.
    pub(super) says_usage: bool,
    /// Log-probabilities are listed.
    pub(super) list: bool,
    pub(super) stop: Vec<String>,
}

/// Does nothing that could be noticed.
const IGNORED: [&str; 13] = [
    "metadata",
    "modalities",
    "parallel_tool_calls",
    "prompt_cache_key",
    "reasoning_effort",
    "safety_identifier",
    "service_tier",
    "store",
    "tool_choice",
    "user",
    "verbosity",
    "function_call",
    "prediction",
];

impl Question {
    pub(super) fn of(kind: Kind, object: Map<String, Value>) -> Result<Self, Failure> {
        let mut ask = Ask::default();
        let told = &mut ask.parameters;
        let defaults = [
            ("do_sample", json!(true)),
            ("top_k", json!(0)),
            ("seed", json!(seed())),
        ];
        told.extend(defaults.map(|(name, value)| (name.to_owned(), value)));
        let (mut streams, mut says_usage, mut list) = (false, false, false);
        let (mut alternatives, mut stop) = (0, Vec::new());
        for (name, value) in object {
            let wrong = |must: &str| Failure::bad_request(format!("`{name}` must be {must}."));
            let mut tell = |name: &str, value: Value| {
                told.insert(name.to_owned(), value);
            };
            match (name.as_str(), kind) {
                _ if value.is_null() => {}
                ("model", _) => ask.model = text(value).ok_or_else(|| wrong("a text"))?,
                ("prompt", Kind::Text) => prompt(value, &mut ask.prompt, &mut ask.input_ids)
                    .ok_or_else(|| wrong("one text, or one list of token ids"))?,
                ("messages", Kind::Chat) => {
                    let messages = value
                        .as_array()
                        .and_then(|all| all.iter().map(message).collect());
                    ask.messages = Some(messages.ok_or_else(|| {
                        wrong("a list of messages, each with `role` and a `content` of text")
                    })?);
                }
                ("max_tokens" | "max_completion_tokens", _) => tell("max_new_tokens", value),
                ("min_tokens", _) => tell("min_new_tokens", value),
                ("n", _) => tell("num_return_sequences", value),
                ("stop", _) => {
                    stop = strings(&value).ok_or_else(|| wrong("a text, or a list of texts"))?;
                    tell("stop_strings", json!(stop));
                }
                ("stream", _) => {
                    streams = value.as_bool().ok_or_else(|| wrong("true or false"))?;
                }
                ("stream_options", _) => says_usage = value["include_usage"] == true,
                ("logprobs", Kind::Chat) => {
                    list = value.as_bool().ok_or_else(|| wrong("true or false"))?;
                }
                ("logprobs", Kind::Text) => {
                    list = true;
                    alternatives = few(&value).ok_or_else(|| wrong("a number from 0 to 20"))?;
                }
                ("top_logprobs", _) => {
                    alternatives = few(&value).ok_or_else(|| wrong("a number from 0 to 20"))?;
                }
                ("echo", _) if value == false => {}
                ("best_of", _) if value == 1 => {}
                ("suffix", _) if value == "" => {}
                ("tools" | "functions", _) if value.as_array().is_some_and(Vec::is_empty) => {}
                ("response_format", _) if value["type"] == "text" => {}
                ("echo" | "best_of" | "suffix" | "tools" | "functions" | "response_format", _) => {
                    return Err(Failure::bad_request(format!(
                        "`{name}` is not supported here; leave it out."
                    )));
                }
                (name, _) if IGNORED.contains(&name) => {}
                (name, _) if entry(name).is_some() => tell(name, value),
                _ => {
                    return Err(Failure::bad_request(format!(
                        "There is no argument `{name}`; leave it out."
                    )));
                }
            }
        }
        if list {
            told.insert("top_logprobs".to_owned(), json!(alternatives));
        }
        let says_length = ["max_new_tokens", "max_length"]
            .iter()
            .any(|name| told.contains_key(*name));
        if kind == Kind::Text && !says_length {
            told.insert("max_new_tokens".to_owned(), json!(TOKENS));
        }
        Ok(Self {
            ask,
            fills: kind == Kind::Chat && !says_length,
            streams,
            says_usage,
            list,
            stop,
        })
    }
}

/// Another one each time.
fn seed() -> u64 {
    // Within what every reader of JSON keeps exactly.
    (ulid::Ulid::new().random() as u64) >> 11
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// A text or ids, alone or as the only one of a list.
fn prompt(value: Value, prompt: &mut Option<String>, ids: &mut Option<Vec<u32>>) -> Option<()> {
    match value {
        Value::String(text) => *prompt = Some(text),
        Value::Array(mut list) if list.len() == 1 && !list[0].is_number() => {
            return self::prompt(list.remove(0), prompt, ids);
        }
        Value::Array(_) => *ids = Some(serde_json::from_value(value).ok()?),
        _ => return None,
    }
    Some(())
}

/// A content may come in parts, of which texts are understood.
fn message(value: &Value) -> Option<Message> {
    let role = match value["role"].as_str()? {
        "developer" => "system",
        role => role,
    };
    let content = match &value["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let part = |part: &Value| part["text"].as_str().map(str::to_owned);
            let parts: Option<Vec<String>> = parts.iter().map(part).collect();
            parts?.concat()
        }
        _ => return None,
    };
    Some(Message {
        role: role.to_owned(),
        content,
    })
}

fn strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

fn few(value: &Value) -> Option<u64> {
    match value {
        // As some clients of chats send it for completions.
        Value::Bool(_) => Some(0),
        other => other.as_u64().filter(|count| *count <= MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Question};
    use serde_json::{Value, json};

    fn question(kind: Kind, body: &Value) -> Result<Question, String> {
        let object = body.as_object().unwrap().clone();
        Question::of(kind, object).map_err(|failure| failure.0.message)
    }

    #[test]
    fn completions() {
        let body = json!({"model": "m", "prompt": ["Hi"], "max_tokens": 5, "temperature": 0.5, "n": 2, "logprobs": 3, "stop": "x",
            "seed": 7, "logit_bias": {"5": -1}, "stream": true, "stream_options": {"include_usage": true}, "user": "me", "echo": false,
            "suffix": null, "top_k": 40});
        let found = question(Kind::Text, &body).unwrap();
        assert_eq!(found.ask.prompt.as_deref(), Some("Hi"));
        let told = json!({"do_sample": true, "top_k": 40, "seed": 7, "max_new_tokens": 5, "temperature": 0.5, "num_return_sequences": 2,
            "stop_strings": ["x"], "logit_bias": {"5": -1}, "top_logprobs": 3});
        assert_eq!(Value::Object(found.ask.parameters), told);
        assert!(found.streams && found.says_usage && found.list && !found.fills);
        let short = question(Kind::Text, &json!({"prompt": [[1, 2]]})).unwrap();
        assert_eq!(short.ask.input_ids, Some(vec![1, 2]));
        assert_eq!(short.ask.parameters["max_new_tokens"], 16);
        let other = question(Kind::Text, &json!({"prompt": [1, 2]})).unwrap();
        assert_ne!(short.ask.parameters["seed"], other.ask.parameters["seed"]);
    }

    #[test]
    fn chats() {
        let parts = json!([{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}]);
        let body = json!({"messages": [{"role": "developer", "content": "Be"}, {"role": "user", "content": parts}], "logprobs": true,
            "top_logprobs": 4, "max_completion_tokens": 9});
        let found = question(Kind::Chat, &body).unwrap();
        let messages = found.ask.messages.unwrap();
        assert_eq!(
            (messages[0].role.as_str(), messages[1].content.as_str()),
            ("system", "Hi!")
        );
        assert_eq!(found.ask.parameters["top_logprobs"], 4);
        let open = question(Kind::Chat, &json!({"messages": []})).unwrap();
        assert!(open.fills && !open.list && !open.ask.parameters.contains_key("top_logprobs"));
    }

    #[test]
    fn what_is_not_understood() {
        for (kind, body, message) in [
            (
                Kind::Text,
                json!({"prompt": ["a", "b"]}),
                "`prompt` must be one text, or one list of token ids.",
            ),
            (
                Kind::Text,
                json!({"messages": []}),
                "There is no argument `messages`; leave it out.",
            ),
            (
                Kind::Text,
                json!({"best_of": 3}),
                "`best_of` is not supported here; leave it out.",
            ),
            (
                Kind::Text,
                json!({"logprobs": 21}),
                "`logprobs` must be a number from 0 to 20.",
            ),
            (
                Kind::Chat,
                json!({"messages": [{"role": "user"}]}),
                "`messages` must be a list of messages, each with `role` and a `content` of text.",
            ),
            (
                Kind::Chat,
                json!({"tools": [{}]}),
                "`tools` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"response_format": {"type": "json_object"}}),
                "`response_format` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"stop": [1]}),
                "`stop` must be a text, or a list of texts.",
            ),
            (
                Kind::Chat,
                json!({"stream": 1}),
                "`stream` must be true or false.",
            ),
        ] {
            assert_eq!(question(kind, &body), Err(message.to_owned()), "{body}");
        }
    }
}
