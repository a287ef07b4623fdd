//! Values of arguments; `None` for what is not as the protocol has it.
use super::{MOST, PROMPTS};
use api::writing::{Ask, Message};
use serde_json::Value;

/// What a model goes on with.
pub(super) enum Prompt {
    Text(String),
    Ids(Vec<u32>),
}

impl Prompt {
    pub(super) fn of(self, ask: Ask) -> Ask {
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

/// Whether a stream says its counts.
pub(super) fn stream_options(value: &Value) -> Option<bool> {
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

/// A text or ids, alone or in a list.
pub(super) fn prompts_of(value: Value) -> Option<Vec<Prompt>> {
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
pub(super) fn message(value: &Value) -> Option<Message> {
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

pub(super) fn strings(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(text.to_owned())
    };
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        text => Some(vec![one(text)?]),
    }
}

pub(super) fn few(value: &Value) -> Option<u64> {
    match value {
        // As some clients of chats send it for completions.
        Value::Bool(_) => Some(0),
        other => other.as_u64().filter(|count| *count <= MOST),
    }
}
