//! The arguments of a request, one after the other, and what they say together.
use super::super::wrong::Wrong;
use super::names::{HINTS, is_known, is_neutral};
use super::values::{Prompt, few, message, prompts_of, stream_options, strings};
use super::{ANSWERS, Form, Kind, PROMPTS, Question, TOKENS};
use api::writing::Ask;
use decoding::parameters::entry;
use serde_json::{Map, Value, json};

/// What was understood so far.
pub(super) struct Arguments {
    /// Without its prompt.
    ask: Ask,
    prompts: Vec<Prompt>,
    form: Form,
    streams: bool,
    /// Alternatives that are listed beside a token, where somebody said how many.
    alternatives: Option<u64>,
    best_of: Option<usize>,
    /// Not a single token is asked for.
    only_judges: bool,
}

impl Arguments {
    /// Before the first one: the defaults of OpenAI.
    pub(super) fn new(kind: Kind) -> Self {
        let defaults = [
            ("do_sample", json!(true)),
            ("top_k", json!(0)),
            ("seed", json!(seed())),
        ];
        let mut ask = Ask::default();
        ask.parameters
            .extend(defaults.map(|(name, value)| (name.to_owned(), value)));
        Self {
            ask,
            prompts: Vec::new(),
            form: Form {
                kind,
                says_usage: false,
                list: false,
                stop: Vec::new(),
                echo: false,
                n: 1,
                best_of: 1,
                same: false,
            },
            streams: false,
            alternatives: None,
            best_of: None,
            only_judges: false,
        }
    }

    /// Understands one more.
    pub(super) fn take(&mut self, name: &str, value: Value) -> Result<(), Wrong> {
        let wrong = |must: &str| Wrong::must(name, must);
        let flag = || value.as_bool().ok_or_else(|| wrong("true or false"));
        let number = |most: u64| {
            let number = value.as_u64().filter(|number| (1..=most).contains(number));
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| wrong(&format!("a whole number from 1 to {most}")))
        };
        let count = || few(&value).ok_or_else(|| wrong("a number from 0 to 20"));
        let Self { ask, form, .. } = self;
        let told = &mut ask.parameters;
        match (name, form.kind) {
            ("model", _) => {
                let model = value.as_str().ok_or_else(|| wrong("a text"))?;
                model.clone_into(&mut ask.model);
            }
            ("prompt", Kind::Text) => {
                self.prompts = prompts_of(value).ok_or_else(|| {
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
            ("max_tokens", Kind::Text) if value == 0 => self.only_judges = true,
            ("max_tokens" | "max_completion_tokens", _) => {
                let before = told.insert("max_new_tokens".to_owned(), value.clone());
                if before.is_some_and(|before| before != value) {
                    return Err(Wrong::new(
                        name,
                        "`max_tokens` and `max_completion_tokens` differ; leave one of them out.",
                    ));
                }
            }
            ("min_tokens", _) => drop(told.insert("min_new_tokens".to_owned(), value)),
            ("n", _) => form.n = number(ANSWERS)?,
            ("best_of", Kind::Text) => self.best_of = Some(number(ANSWERS)?),
            ("echo", Kind::Text) => form.echo = flag()?,
            ("stop", _) => {
                form.stop = strings(&value)
                    .ok_or_else(|| wrong("a text, or a list of texts, none of them empty"))?;
                told.insert("stop_strings".to_owned(), json!(form.stop));
            }
            ("stream", _) => self.streams = flag()?,
            ("stream_options", _) => {
                form.says_usage = stream_options(&value)
                    .ok_or_else(|| wrong("an object with `include_usage`, true or false"))?;
            }
            ("logprobs", Kind::Chat) => form.list = flag()?,
            ("logprobs", Kind::Text) if value == false => {}
            ("logprobs", Kind::Text) => {
                form.list = true;
                self.alternatives = Some(count()?);
            }
            ("top_logprobs", Kind::Chat) => self.alternatives = Some(count()?),
            (name, _) if HINTS.contains(&name) || is_neutral(name, &value) => {}
            (name, _) if entry(name).is_some() => drop(told.insert(name.to_owned(), value)),
            (name, _) if is_known(name) => return Err(Wrong::unsupported(name)),
            _ => return Err(Wrong::unknown(name)),
        }
        Ok(())
    }

    /// What they say together.
    pub(super) fn question(mut self) -> Result<Question, Wrong> {
        self.form.best_of = self.best_of.unwrap_or(self.form.n);
        self.agree()?;
        let Self {
            mut ask, mut form, ..
        } = self;
        let told = &mut ask.parameters;
        let listed = self.alternatives.unwrap_or(0);
        if form.list {
            told.insert("top_logprobs".to_owned(), json!(listed));
        }
        form.same = form.best_of > 1 && is_certain(told);
        if form.best_of > 1 && !form.same {
            told.insert("num_return_sequences".to_owned(), json!(form.best_of));
        }
        let says_length = ["max_new_tokens", "max_length"]
            .iter()
            .any(|name| told.contains_key(*name));
        if form.kind == Kind::Text && !says_length {
            told.insert("max_new_tokens".to_owned(), json!(TOKENS));
        }
        ask.dry_run = self.only_judges;
        if form.echo && form.list {
            ask.prompt_logprobs = Some(usize::try_from(listed).unwrap_or(0));
        }
        let asks = match self.prompts.is_empty() {
            true => vec![ask],
            false => (self.prompts.into_iter())
                .map(|prompt| prompt.of(ask.clone()))
                .collect(),
        };
        Ok(Question {
            asks,
            fills: form.kind == Kind::Chat && !says_length,
            streams: self.streams,
            form,
        })
    }

    /// None of them stands against another.
    fn agree(&self) -> Result<(), Wrong> {
        let Self { form, streams, .. } = self;
        let lists = self.alternatives.is_some_and(|count| count > 0);
        if form.kind == Kind::Chat && lists && !form.list {
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
        if form.best_of < form.n {
            return Err(Wrong::must("best_of", "at least as large as `n`"));
        }
        if form.best_of > form.n && *streams {
            return Err(Wrong::new(
                "best_of",
                "Which answers are the best is known at the end only: leave `stream` or `best_of` out.",
            ));
        }
        if self.only_judges && !form.echo {
            return Err(Wrong::must("max_tokens", "1 at least, or come with `echo`"));
        }
        Ok(())
    }
}

/// Nothing is drawn and nothing searched: each answer would be the same.
fn is_certain(told: &Map<String, Value>) -> bool {
    let is_cold = |value: &Value| value.as_f64() == Some(0.0);
    let draws = told.get("do_sample") != Some(&json!(false))
        && !told.get("temperature").is_some_and(is_cold);
    let has_beams = told.get("num_beams").is_some_and(|beams| *beams != 1);
    !draws && !has_beams
}

/// Another one each time.
fn seed() -> u64 {
    // Within what every reader of JSON keeps exactly.
    (ulid::Ulid::new().random() as u64) >> 11
}
