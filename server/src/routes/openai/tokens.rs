//! Tokens in the words of the protocol: as a chat lists them, as a completion does, and those of a prompt that is repeated.
use super::choice::Part;
use super::question::{Form, Kind};
use crate::generate::stream::Characters;
use api::writing::{NamedToken, Read};
use serde_json::{Value, json};

/// What is listed of the tokens of a part; null unless it is asked for.
pub(super) fn logprobs(form: &Form, part: &Part) -> Value {
    if !form.list {
        return Value::Null;
    }
    match form.kind {
        Kind::Chat => {
            let tokens = part.tokens.iter();
            let content: Vec<Value> = tokens.map(listed).collect();
            json!({ "content": content, "refusal": null })
        }
        Kind::Text => beside_each_other(part),
    }
}

/// The prompt as it stands before the answer. Of a text, what the tokenizer puts before it is left out.
pub(super) fn echo(read: &Read) -> Part {
    let is_silent = |token: &&NamedToken| token.bytes.as_ref().is_some_and(Vec::is_empty);
    let Some(text) = &read.text else {
        let mut characters = Characters::default();
        let bytes = read
            .tokens
            .iter()
            .filter_map(|token| token.bytes.as_deref());
        let mut text: String = bytes.map(|bytes| characters.push(bytes)).collect();
        text.push_str(&characters.end());
        return Part {
            text,
            offset: 0,
            tokens: read.tokens.clone(),
        };
    };
    let silent = read.tokens.iter().take_while(is_silent).count();
    Part {
        text: text.clone(),
        offset: 0,
        tokens: read.tokens.iter().skip(silent).cloned().collect(),
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
        // The first token of a prompt has nothing before it.
        token.logprob?;
        let all = token.top_logprobs.iter().flatten();
        let pairs = all.map(|one| (one.token.clone(), json!(one.logprob)));
        Some(Value::Object(pairs.collect()))
    });
    let texts = part.tokens.iter().map(|token| json!(token.token));
    let values = part.tokens.iter().map(|token| json!(token.logprob));
    json!({
        "tokens": texts.collect::<Value>(),
        "token_logprobs": values.collect::<Value>(),
        "top_logprobs": tops.collect::<Vec<Option<Value>>>(),
        "text_offset": offsets,
    })
}
