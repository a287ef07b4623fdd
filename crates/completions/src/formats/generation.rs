//! Records of generations: `{"model": {"id"}, "input": {"content"}, "output": {"content"}}`, as the API takes them. Values of
//! tokens stand in `logprobs`, at the root or in `output`, in any shape of the OpenAI kind.
use super::fields::{count, finish, identifier, text};
use super::{Rule, openai, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome, Span};

impl FormatId {
    /// A record of one generation.
    pub const GENERATION: Self = Self::new("generation");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("model", ValueKind::Object)
            && shape.is("output", ValueKind::Object)
            && shape.at("output.content").is_some()
    },
    read,
    keys: &["output"],
    name: "a record of a generation",
};

/// Why there are no values, where there are none.
const WHY: &str = "a record of a generation has values of tokens only in `logprobs`";

/// Reads one record.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = ChoiceDraft {
        finished: true,
        ..ChoiceDraft::default()
    };
    let mut others = Vec::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        let is_object = cursor.kind()? == ValueKind::Object;
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"timestamp" => draft.head.created = time::created(cursor)?,
            b"model" if is_object => draft.head.model = member(cursor, draft, b"id", "model.id")?,
            b"input" if is_object => {
                draft.head.prompt = member(cursor, draft, b"content", "input.content")?;
            }
            b"output" if is_object => output(cursor, draft, &mut choice, &mut others)?,
            b"usage" if is_object => openai::usage(cursor, draft)?,
            b"logprobs" => openai::logprobs(cursor, draft, &mut choice)?,
            b"finishReason" | b"finish_reason" => finish(cursor, draft, &mut choice)?,
            _ => cursor.skip()?,
        }
    }
    choice.why = Some(WHY);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    for (index, said) in (1..).zip(others) {
        draft.choices.push(ChoiceDraft {
            index,
            text: said,
            finished: true,
            why: Some(WHY),
            ..ChoiceDraft::default()
        });
    }
    draft.head.evidence = Some("`output.content` beside `model` as an object");
    Ok(Outcome::Completion(FormatId::GENERATION))
}

/// A text of an object.
fn member(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    name: &[u8],
    path: &str,
) -> Result<Option<Span>, JsonError> {
    let mut found = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == name && cursor.kind()? == ValueKind::String {
            found = text(cursor, draft, path)?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(found)
}

fn output(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
    others: &mut Vec<Option<Span>>,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => choice.text = said(cursor, draft)?,
            b"logprobs" => openai::logprobs(cursor, draft, choice)?,
            b"tokens" => {
                draft.head.completion_tokens = match draft.head.completion_tokens {
                    Some(known) => {
                        cursor.skip()?;
                        Some(known)
                    }
                    None => count(cursor, draft, "output.tokens")?,
                };
            }
            b"alternatives" if cursor.kind()? == ValueKind::Array => {
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    if cursor.kind()? != ValueKind::Object {
                        cursor.skip()?;
                        continue;
                    }
                    let mut other = None;
                    let mut fields = cursor.object()?;
                    while let Some(key) = fields.next(cursor)? {
                        if key.as_ref() == b"content" {
                            other = said(cursor, draft)?;
                        } else {
                            cursor.skip()?;
                        }
                    }
                    others.push(other);
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// A content: a text, or another value as it is written.
fn said(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    match cursor.kind()? {
        ValueKind::String | ValueKind::Null => text(cursor, draft, "output.content"),
        _ => {
            let written = cursor.raw()?;
            Ok(Some(draft.store(written)))
        }
    }
}
