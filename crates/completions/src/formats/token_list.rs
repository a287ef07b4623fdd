//! A list of tokens without a response around it, and parallel arrays of tokens and values at the root.
use super::arrays::Arrays;
use super::fields::{count, finish, identifier, text};
use super::shape::Shape;
use super::{Rule, echo, openai, time, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// A list of tokens with their values.
    pub const TOKEN_LIST: Self = Self::new("token_list");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| list(shape) || arrays(shape) || values_only(shape),
    read,
    keys: &[
        "tokens",
        "logprobs",
        "token_logprobs",
        "logProbs",
        "content",
    ],
    name: "a list of tokens",
};

/// An array whose elements have a text and a value. `words` and `segments` of speech recognisers have them too, but are no
/// tokens.
fn list(shape: &Shape<'_>) -> bool {
    const LISTS: [&str; 3] = ["tokens", "logprobs", "content"];
    let has = |list: &str, keys: &[&str], kinds: &[ValueKind]| {
        let kind = |key| shape.at(&format!("{list}[].{key}"));
        keys.iter()
            .any(|key| kind(key).is_some_and(|kind| kinds.contains(&kind)))
    };
    LISTS.iter().any(|list| {
        has(list, &VALUES, &[ValueKind::Number, ValueKind::String])
            && has(list, &NAMES, &[ValueKind::String])
    })
}

/// What the value of a token is called.
const VALUES: [&str; 2] = ["logprob", "log_prob"];
/// What its text is called.
const NAMES: [&str; 3] = ["token", "text", "decoded_token"];

/// Texts and values in two arrays.
fn arrays(shape: &Shape<'_>) -> bool {
    let value = |path| matches!(shape.at(path), Some(ValueKind::Number | ValueKind::Null));
    shape.at("tokens[]") == Some(ValueKind::String)
        && (value("logprobs[]") || value("token_logprobs[]"))
}

/// promptfoo keeps the values and drops the tokens.
fn values_only(shape: &Shape<'_>) -> bool {
    shape.at("logProbs[]") == Some(ValueKind::Number)
}

/// Reads the list and what stands beside it under its usual names.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = ChoiceDraft::default();
    let mut arrays = Arrays::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            name @ (b"tokens" | b"logprobs" | b"content" | b"token_logprobs" | b"logProbs")
                if cursor.kind()? == ValueKind::Array =>
            {
                match (name, first(cursor.clone())?) {
                    (_, Some(ValueKind::Object)) => {
                        choice.content = token_object::tokens(cursor, draft, "tokens")?;
                    }
                    (b"tokens", Some(ValueKind::String)) => arrays.tokens(cursor, draft)?,
                    (b"logprobs" | b"token_logprobs" | b"logProbs", _) => {
                        arrays.values(cursor, draft)?;
                    }
                    _ => cursor.skip()?,
                }
            }
            b"top_logprobs" => arrays.alternatives(cursor, draft)?,
            b"text" | b"content" | b"output" | b"response" | b"completion" | b"generated_text"
                if cursor.kind()? == ValueKind::String =>
            {
                choice.text = text(cursor, draft, "text")?;
            }
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            b"id" | b"completion_id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"index" | b"choice_index" => {
                let index = count(cursor, draft, "index")?;
                choice.index = index
                    .and_then(|index| u32::try_from(index).ok())
                    .unwrap_or(0);
            }
            b"model" if cursor.kind()? == ValueKind::String => {
                draft.head.model = text(cursor, draft, "model")?;
            }
            b"created" => draft.head.created = time::created(cursor)?,
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"usage" => openai::usage(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    draft.head.evidence = Some("a list of objects with a text and `logprob`");
    if choice.content.is_empty() && arrays.is_there() {
        draft.head.evidence = Some("parallel arrays of tokens and values");
        choice.saw.array_values = true;
        choice.content = arrays.finish(draft)?;
    }
    choice.values = values(choice.content);
    draft.choices.push(choice);
    echo::settle(draft);
    Ok(Outcome::Completion(FormatId::TOKEN_LIST))
}

/// Reads a list of tokens that stands alone; `None` when it is something else.
pub(super) fn alone(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
) -> Result<Option<Outcome>, JsonError> {
    let mut first = cursor.clone();
    let mut items = first.array()?;
    if !items.next(&mut first)? || first.kind()? != ValueKind::Object {
        return Ok(None);
    }
    let shape = Shape::of(first)?;
    let text = |key: &&str| shape.is(key, ValueKind::String);
    if !VALUES.iter().any(|key| shape.is(key, ValueKind::Number)) || !NAMES.iter().any(text) {
        return Ok(None);
    }
    let mut choice = ChoiceDraft {
        content: token_object::tokens(cursor, draft, "[]")?,
        ..ChoiceDraft::default()
    };
    choice.values = values(choice.content);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.head.evidence = Some("a list of objects with a text and `logprob`");
    draft.choices.push(choice);
    Ok(Some(Outcome::Completion(FormatId::TOKEN_LIST)))
}

fn values(tokens: TokenRange) -> Values {
    if tokens.is_empty() {
        Values::Empty
    } else {
        Values::Listed
    }
}

/// Type of the first element that is not `null`.
fn first(mut cursor: Cursor<'_>) -> Result<Option<ValueKind>, JsonError> {
    let mut items = cursor.array()?;
    while items.next(&mut cursor)? {
        if !cursor.null()? {
            return cursor.kind().map(Some);
        }
    }
    Ok(None)
}
