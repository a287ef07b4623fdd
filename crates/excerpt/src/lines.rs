//! An excerpt as a completions file: responses of chat completions, one a line. The importer reads it like any other file, so
//! every figure is computed where all figures are.
use crate::{Answer, Excerpt, Finish, Token, Value};
use serde::Serialize;

#[derive(Serialize)]
struct Completion<'a> {
    object: &'static str,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<f64>,
    choices: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    index: u32,
    message: Message,
    logprobs: Option<Logprobs>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

#[derive(Serialize, Default)]
struct Logprobs {
    content: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Vec<Entry>>,
}

#[derive(Serialize)]
struct Entry {
    token: String,
    logprob: Option<f64>,
    bytes: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    top_logprobs: Vec<Self>,
}

impl Excerpt {
    /// The file.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        let mut rest = self.answers.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let same = others.iter().take_while(|other| other.same).count();
            let (own, next) = rest.split_at(same + 1);
            rest = next;
            let completion = Completion {
                object: "chat.completion",
                model: &first.model,
                created: first.created.filter(|seconds| seconds.is_finite()),
                choices: own.iter().map(choice).collect(),
            };
            // The types are ours, with texts as keys and finite numbers.
            lines += &serde_json::to_string(&completion).unwrap_or_default();
            lines.push('\n');
        }
        lines
    }
}

fn choice(answer: &Answer) -> Choice {
    let text = if answer.tokens.is_empty() {
        answer.text.clone()
    } else {
        let bytes = answer.tokens.iter().flat_map(|token| &token.bytes);
        String::from_utf8_lossy(&bytes.copied().collect::<Vec<u8>>()).into_owned()
    };
    let entries = (!answer.tokens.is_empty())
        .then(|| answer.tokens.iter().map(entry).collect::<Vec<Entry>>());
    let (content, refusal) = if answer.refusal {
        (None, Some(text))
    } else {
        (Some(text), None)
    };
    Choice {
        index: answer.choice,
        message: Message {
            role: "assistant",
            content,
            refusal,
        },
        logprobs: entries.map(|entries| {
            let (content, refusal) = if answer.refusal {
                (None, Some(entries))
            } else {
                (Some(entries), None)
            };
            Logprobs { content, refusal }
        }),
        finish_reason: match answer.finish {
            Finish::Stop => Some("stop"),
            Finish::Length => Some("length"),
            Finish::Tool => Some("tool_calls"),
            Finish::Filter => Some("content_filter"),
            Finish::Error => Some("error"),
            Finish::Cancelled => Some("cancelled"),
            Finish::Unknown => None,
        },
    }
}

fn entry(token: &Token) -> Entry {
    Entry {
        token: String::from_utf8_lossy(&token.bytes).into_owned(),
        logprob: logprob(token.value),
        bytes: token.bytes.clone(),
        top_logprobs: token.alternatives.iter().map(entry).collect(),
    }
}

/// The number; written with the four digits to which it was rounded.
fn logprob(value: Value) -> Option<f64> {
    Some(match value {
        Value::None => return None,
        Value::BelowFloor => metrics::policy::FLOOR,
        Value::Impossible => 1.0,
        Value::Certain => 0.0,
        Value::AlmostCertain => -0.2 / f64::from(Value::PER_NAT),
        Value::Steps(steps) => -f64::from(steps) / f64::from(Value::PER_NAT),
    })
}
