//! A request in the words of the protocol.
//!
//! Its defaults are those of OpenAI, not those of transformers: draws, from the whole vocabulary, and other ones each time
//! unless a seed is told. Parameters of transformers are understood as well, under their own names.
use super::wrong::Wrong;
use api::writing::{Ask, Message};
use decoding::parameters::entry;
use serde_json::{Map, Value, json};

/// Tokens of a completion of which nobody said how long it shall be.
const TOKENS: u64 = 16;
/// Alternatives of a token, at most, as OpenAI has it.
const MOST: u64 = 20;
/// Answers to a prompt, at most, as OpenAI has it.
const ANSWERS: u64 = 128;
/// Prompts of one request, at most. They are answered one after the other.
const PROMPTS: usize = 128;

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
    /// One for each prompt.
    pub(super) asks: Vec<Ask>,
    /// As many tokens as there is room for.
    pub(super) fills: bool,
    pub(super) streams: bool,
    pub(super) form: Form,
}

/// How the answers are given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Form {
    pub(super) kind: Kind,
    /// The stream ends with the counts.
    pub(super) says_usage: bool,
    /// Log-probabilities are listed.
    pub(super) list: bool,
    pub(super) stop: Vec<String>,
    /// The prompt stands before the answer.
    pub(super) echo: bool,
    /// Answers to a prompt.
    pub(super) n: usize,
    /// Answers that are written, of which the `n` best are given.
    pub(super) best_of: usize,
    /// Nothing is drawn: all answers are the same, and only one of them is written.
    pub(super) same: bool,
}

/// Names and hints that say nothing about the answer.
const HINTS: [&str; 5] = [
    "metadata",
    "prediction",
    "prompt_cache_key",
    "safety_identifier",
    "user",
];

impl Question {
    pub(super) fn of(kind: Kind, object: Map<String, Value>) -> Result<Self, Wrong> {
        let mut ask = Ask::default();
        let mut prompts = Vec::new();
        let told = &mut ask.parameters;
        let defaults = [
            ("do_sample", json!(true)),
            ("top_k", json!(0)),
            ("seed", json!(seed())),
        ];
        told.extend(defaults.map(|(name, value)| (name.to_owned(), value)));
        let mut form = Form {
            kind,
            says_usage: false,
            list: false,
            stop: Vec::new(),
            echo: false,
            n: 1,
            best_of: 1,
            same: false,
        };
        let (mut streams, mut alternatives, mut best_of, mut writes) = (false, None, None, true);
        for (name, value) in object {
            let wrong = |must: &str| Wrong::must(&name, must);
            let flag = || value.as_bool().ok_or_else(|| wrong("true or false"));
            let number = |most: u64| {
                let number = value.as_u64().filter(|number| (1..=most).contains(number));
                let number = number.and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| wrong(&format!("a whole number from 1 to {most}")))
            };
            match (name.as_str(), kind) {
                _ if value.is_null() => {}
                ("model", _) => {
                    let model = value.as_str().ok_or_else(|| wrong("a text"))?;
                    model.clone_into(&mut ask.model);
                }
                ("prompt", Kind::Text) => {
                    prompts = prompts_of(value).ok_or_else(|| {
                        wrong(&format!(
                            "a text, a list of token ids, or a list of at most {PROMPTS} of either"
                        ))
                    })?;
                }
                ("messages", Kind::Chat) => {
                    let messages = value
                        .as_array()
                        .and_then(|all| all.iter().map(message).collect());
                    ask.messages = Some(messages.ok_or_else(|| {
                        wrong("a list of messages, each with `role` and a `content` of text")
                    })?);
                }
                ("max_tokens", Kind::Text) if value == 0 => writes = false,
                ("max_tokens" | "max_completion_tokens", _) => {
                    let before = told.insert("max_new_tokens".to_owned(), value.clone());
                    if before.is_some_and(|before| before != value) {
                        return Err(Wrong::new(
                            &name,
                            "`max_tokens` and `max_completion_tokens` differ; leave one of them out.",
                        ));
                    }
                }
                ("min_tokens", _) => drop(told.insert("min_new_tokens".to_owned(), value)),
                ("n", _) => form.n = number(ANSWERS)?,
                ("best_of", Kind::Text) => best_of = Some(number(ANSWERS)?),
                ("echo", Kind::Text) => form.echo = flag()?,
                ("stop", _) => {
                    form.stop = strings(&value)
                        .ok_or_else(|| wrong("a text, or a list of texts, none of them empty"))?;
                    told.insert("stop_strings".to_owned(), json!(form.stop));
                }
                ("stream", _) => streams = flag()?,
                ("stream_options", _) => {
                    form.says_usage = stream_options(&value)
                        .ok_or_else(|| wrong("an object with `include_usage`, true or false"))?;
                }
                ("logprobs", Kind::Chat) => form.list = flag()?,
                ("logprobs", Kind::Text) if value == false => {}
                ("logprobs", Kind::Text) => {
                    form.list = true;
                    let count = few(&value);
                    alternatives = Some(count.ok_or_else(|| wrong("a number from 0 to 20"))?);
                }
                ("top_logprobs", Kind::Chat) => {
                    let count = few(&value);
                    alternatives = Some(count.ok_or_else(|| wrong("a number from 0 to 20"))?);
                }
                (name, _) if HINTS.contains(&name) || is_neutral(name, &value) => {}
                (name, _) if entry(name).is_some() => drop(told.insert(name.to_owned(), value)),
                (name, _) if is_known(name) => return Err(Wrong::unsupported(name)),
                _ => return Err(Wrong::unknown(&name)),
            }
        }
        if kind == Kind::Chat && alternatives.is_some_and(|count| count > 0) && !form.list {
            return Err(Wrong::new(
                "top_logprobs",
                "`top_logprobs` needs `logprobs`: true.",
            ));
        }
        if form.says_usage && !streams {
            return Err(Wrong::new(
                "stream_options",
                "`stream_options` needs `stream`: true.",
            ));
        }
        if form.list {
            told.insert("top_logprobs".to_owned(), json!(alternatives.unwrap_or(0)));
        }
        form.best_of = best_of.unwrap_or(form.n);
        if form.best_of < form.n {
            return Err(Wrong::must("best_of", "at least as large as `n`"));
        }
        if form.best_of > form.n && streams {
            return Err(Wrong::new(
                "best_of",
                "Which answers are the best is known at the end only: leave `stream` or `best_of` out.",
            ));
        }
        if !writes && !form.echo {
            return Err(Wrong::must("max_tokens", "1 at least, or come with `echo`"));
        }
        let is = |name: &str, value: &Value| told.get(name).is_some_and(|told| told == value);
        let draws = !is("do_sample", &json!(false))
            && told
                .get("temperature")
                .is_none_or(|told| told.as_f64() != Some(0.0));
        let has_beams = told.get("num_beams").is_some_and(|beams| *beams != 1);
        form.same = form.best_of > 1 && !draws && !has_beams;
        if form.best_of > 1 && !form.same {
            told.insert("num_return_sequences".to_owned(), json!(form.best_of));
        }
        let says_length = ["max_new_tokens", "max_length"]
            .iter()
            .any(|name| told.contains_key(*name));
        if kind == Kind::Text && !says_length {
            told.insert("max_new_tokens".to_owned(), json!(TOKENS));
        }
        ask.dry_run = !writes;
        if form.echo && form.list {
            ask.prompt_logprobs = Some(usize::try_from(alternatives.unwrap_or(0)).unwrap_or(0));
        }
        let asks = match prompts.is_empty() {
            true => vec![ask],
            false => prompts
                .into_iter()
                .map(|prompt| prompt.of(ask.clone()))
                .collect(),
        };
        Ok(Self {
            asks,
            fills: kind == Kind::Chat && !says_length,
            streams,
            form,
        })
    }
}

/// What a model goes on with.
enum Prompt {
    Text(String),
    Ids(Vec<u32>),
}

impl Prompt {
    fn of(self, ask: Ask) -> Ask {
        match self {
            Self::Text(text) => Ask {
                prompt: Some(text),
                ..ask
            },
            Self::Ids(ids) => Ask {
                input_ids: Some(ids),
                ..ask
            },
        }
    }
}

/// A value that asks for nothing else than what is done anyway.
fn is_neutral(name: &str, value: &Value) -> bool {
    let is = |all: &[Value]| all.contains(value);
    match name {
        "suffix" => is(&[json!("")]),
        "tools" | "functions" => is(&[json!([])]),
        "tool_choice" | "function_call" => is(&[json!("none"), json!("auto")]),
        "parallel_tool_calls" => value.is_boolean(),
        "response_format" => value["type"] == "text",
        "store" => is(&[json!(false)]),
        "service_tier" => is(&[json!("auto"), json!("default")]),
        "modalities" => is(&[json!(["text"])]),
        "reasoning_effort" => is(&[json!("none")]),
        "verbosity" => is(&[json!("medium")]),
        _ => false,
    }
}

/// An argument of the protocol.
fn is_known(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "audio",
        "best_of",
        "echo",
        "function_call",
        "functions",
        "modalities",
        "parallel_tool_calls",
        "reasoning_effort",
        "response_format",
        "service_tier",
        "store",
        "suffix",
        "tool_choice",
        "tools",
        "verbosity",
        "web_search_options",
    ];
    NAMES.contains(&name)
}

/// Whether a stream says its counts.
fn stream_options(value: &Value) -> Option<bool> {
    let mut says = false;
    for (name, value) in value.as_object()? {
        match name.as_str() {
            "include_usage" => says = value.as_bool()?,
            // Bytes against listeners, of which there are none here.
            "include_obfuscation" if *value == false => {}
            _ => return None,
        }
    }
    Some(says)
}

/// Another one each time.
fn seed() -> u64 {
    // Within what every reader of JSON keeps exactly.
    (ulid::Ulid::new().random() as u64) >> 11
}

/// A text or ids, alone or in a list.
fn prompts_of(value: Value) -> Option<Vec<Prompt>> {
    let one = |value: Value| match value {
        Value::String(text) => Some(Prompt::Text(text)),
        Value::Array(_) => Some(Prompt::Ids(serde_json::from_value(value).ok()?)),
        _ => None,
    };
    match value {
        Value::Array(list) if list.first().is_some_and(|first| !first.is_number()) => {
            let all = Some(list).filter(|list| list.len() <= PROMPTS)?;
            all.into_iter().map(one).collect()
        }
        other => Some(vec![one(other)?]),
    }
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
    let one = |value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(text.to_owned())
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        text => Some(vec![one(text)?]),
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
    use super::{Kind, PROMPTS, Question};
    use serde_json::{Value, json};

    fn question(kind: Kind, body: &Value) -> Result<Question, (String, String)> {
        let object = body.as_object().unwrap().clone();
        Question::of(kind, object).map_err(|wrong| (wrong.param, wrong.message))
    }

    #[test]
    fn completions() {
        let body = json!({"model": "m", "prompt": ["Hi"], "max_tokens": 5, "temperature": 0.5, "n": 2, "logprobs": 3, "stop": "x",
            "seed": 7, "logit_bias": {"5": -1}, "stream": true, "stream_options": {"include_usage": true}, "user": "me", "echo": false,
            "suffix": null, "top_k": 40});
        let mut found = question(Kind::Text, &body).unwrap();
        let ask = found.asks.remove(0);
        assert_eq!((ask.prompt.as_deref(), found.asks.len()), (Some("Hi"), 0));
        let told = json!({"do_sample": true, "top_k": 40, "seed": 7, "max_new_tokens": 5, "temperature": 0.5, "num_return_sequences": 2,
            "stop_strings": ["x"], "logit_bias": {"5": -1}, "top_logprobs": 3});
        assert_eq!(Value::Object(ask.parameters), told);
        let form = &found.form;
        assert!(found.streams && form.says_usage && form.list && !found.fills && !form.same);
        assert_eq!((form.n, form.best_of, form.echo), (2, 2, false));
        let short = question(Kind::Text, &json!({"prompt": [[1, 2]]})).unwrap();
        assert_eq!(short.asks[0].input_ids, Some(vec![1, 2]));
        assert_eq!(short.asks[0].parameters["max_new_tokens"], 16);
        let other = question(Kind::Text, &json!({"prompt": [1, 2]})).unwrap();
        assert_ne!(
            short.asks[0].parameters["seed"],
            other.asks[0].parameters["seed"]
        );
    }

    /// As those do who let a model judge texts.
    #[test]
    fn prompts_are_judged() {
        let body = json!({"prompt": [[1, 2], [3]], "max_tokens": 0, "echo": true, "logprobs": 1, "temperature": 0});
        let found = question(Kind::Text, &body).unwrap();
        let asks = found.asks.iter();
        let asks: Vec<_> = asks
            .map(|ask| (ask.input_ids.clone(), ask.prompt_logprobs, ask.dry_run))
            .collect();
        assert_eq!(
            asks,
            [
                (Some(vec![1, 2]), Some(1), true),
                (Some(vec![3]), Some(1), true)
            ]
        );
        let silent = question(Kind::Text, &json!({"prompt": ["a", "b"], "echo": true})).unwrap();
        assert_eq!(
            (silent.asks.len(), silent.asks[1].prompt_logprobs),
            (2, None)
        );
    }

    #[test]
    fn several_answers() {
        for (body, n, best_of, same, written) in [
            (json!({"n": 3}), 3, 3, false, json!(3)),
            (json!({"n": 2, "best_of": 5}), 2, 5, false, json!(5)),
            (json!({"n": 3, "temperature": 0}), 3, 3, true, Value::Null),
            (json!({"n": 3, "do_sample": false}), 3, 3, true, Value::Null),
            (
                json!({"n": 2, "do_sample": false, "num_beams": 4}),
                2,
                2,
                false,
                json!(2),
            ),
            (json!({}), 1, 1, false, Value::Null),
        ] {
            let found = question(Kind::Text, &body).unwrap();
            let form = &found.form;
            assert_eq!(
                (form.n, form.best_of, form.same),
                (n, best_of, same),
                "{body}"
            );
            let told = found.asks[0].parameters.get("num_return_sequences");
            assert_eq!(told.unwrap_or(&Value::Null), &written, "{body}");
        }
    }

    #[test]
    fn chats() {
        let parts = json!([{"type": "text", "text": "Hi"}, {"type": "text", "text": "!"}]);
        let body = json!({"messages": [{"role": "developer", "content": "Be"}, {"role": "user", "content": parts}], "logprobs": true,
            "top_logprobs": 4, "max_completion_tokens": 9, "tools": [], "tool_choice": "auto", "response_format": {"type": "text"},
            "store": false, "service_tier": "auto", "modalities": ["text"], "metadata": {"a": "b"}});
        let mut found = question(Kind::Chat, &body).unwrap();
        let ask = found.asks.remove(0);
        let messages = ask.messages.unwrap();
        assert_eq!(
            (messages[0].role.as_str(), messages[1].content.as_str()),
            ("system", "Hi!")
        );
        assert_eq!(ask.parameters["top_logprobs"], 4);
        let open = question(Kind::Chat, &json!({"messages": []})).unwrap();
        assert!(
            open.fills && !open.form.list && !open.asks[0].parameters.contains_key("top_logprobs")
        );
    }

    #[test]
    fn what_is_not_understood() {
        let many = vec!["a"; PROMPTS + 1];
        for (kind, body, param, message) in [
            (
                Kind::Text,
                json!({"prompt": many}),
                "prompt",
                "`prompt` must be a text, a list of token ids, or a list of at most 128 of either.",
            ),
            (
                Kind::Text,
                json!({"prompt": ["a", 1]}),
                "prompt",
                "`prompt` must be a text, a list of token ids, or a list of at most 128 of either.",
            ),
            (
                Kind::Text,
                json!({"messages": []}),
                "messages",
                "There is no argument `messages`; leave it out.",
            ),
            (
                Kind::Text,
                json!({"best_of": 3, "stream": true}),
                "best_of",
                "Which answers are the best is known at the end only: leave `stream` or `best_of` out.",
            ),
            (
                Kind::Text,
                json!({"best_of": 2, "n": 3}),
                "best_of",
                "`best_of` must be at least as large as `n`.",
            ),
            (
                Kind::Text,
                json!({"n": 0}),
                "n",
                "`n` must be a whole number from 1 to 128.",
            ),
            (
                Kind::Text,
                json!({"suffix": "b"}),
                "suffix",
                "`suffix` is not supported here; leave it out.",
            ),
            (
                Kind::Text,
                json!({"max_tokens": 0}),
                "max_tokens",
                "`max_tokens` must be 1 at least, or come with `echo`.",
            ),
            (
                Kind::Text,
                json!({"logprobs": 21}),
                "logprobs",
                "`logprobs` must be a number from 0 to 20.",
            ),
            (
                Kind::Chat,
                json!({"messages": [{"role": "user"}]}),
                "messages",
                "`messages` must be a list of messages, each with `role` and a `content` of text.",
            ),
            (
                Kind::Chat,
                json!({"tools": [{}]}),
                "tools",
                "`tools` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"tool_choice": "required"}),
                "tool_choice",
                "`tool_choice` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"response_format": {"type": "json_object"}}),
                "response_format",
                "`response_format` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"echo": true}),
                "echo",
                "`echo` is not supported here; leave it out.",
            ),
            (
                Kind::Chat,
                json!({"stop": ["a", ""]}),
                "stop",
                "`stop` must be a text, or a list of texts, none of them empty.",
            ),
            (
                Kind::Chat,
                json!({"stream": 1}),
                "stream",
                "`stream` must be true or false.",
            ),
            (
                Kind::Chat,
                json!({"stream_options": {"include_usage": true}}),
                "stream_options",
                "`stream_options` needs `stream`: true.",
            ),
            (
                Kind::Chat,
                json!({"top_logprobs": 2}),
                "top_logprobs",
                "`top_logprobs` needs `logprobs`: true.",
            ),
            (
                Kind::Chat,
                json!({"max_tokens": 3, "max_completion_tokens": 4}),
                "max_tokens",
                "`max_tokens` and `max_completion_tokens` differ; leave one of them out.",
            ),
        ] {
            let expected = Err((param.to_owned(), message.to_owned()));
            assert_eq!(question(kind, &body), expected, "{body}");
        }
    }
}
