//! Chat Completions: messages. Their values are lists of token objects ([`super::token_object`]).
use super::fields::{bad_field, string, text};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Span};

/// Reads `message`: its text, refusal and tool calls.
pub(super) fn message(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" if cursor.kind()? == ValueKind::Array => choice.text = parts(cursor, draft)?,
            b"content" => choice.text = text(cursor, draft, "choices[].message.content")?,
            b"refusal" => choice.refusal_text = text(cursor, draft, "choices[].message.refusal")?,
            b"tool_calls" if cursor.kind()? == ValueKind::Array => {
                choice.tool_calls.clear();
                let mut calls = cursor.array()?;
                while calls.next(cursor)? {
                    tool_call(cursor, draft, choice)?;
                }
            }
            b"function_call" if cursor.kind()? == ValueKind::Object => {
                let call = function(cursor, draft)?;
                choice.tool_calls.push(call);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `content` as a list of parts: their texts, joined.
fn parts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    let start = draft.arena.len();
    let mut parts = cursor.array()?;
    while parts.next(cursor)? {
        match cursor.kind()? {
            ValueKind::String => {
                string(cursor, draft)?;
            }
            ValueKind::Object => {
                let mut fields = cursor.object()?;
                while let Some(key) = fields.next(cursor)? {
                    if key.as_ref() == b"text" && cursor.kind()? == ValueKind::String {
                        string(cursor, draft)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(Some(Span {
        start,
        end: draft.arena.len(),
    }))
}

fn tool_call(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "choices[].message.tool_calls[]", "an object");
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if matches!(key.as_ref(), b"function" | b"custom") && cursor.kind()? == ValueKind::Object {
            let call = function(cursor, draft)?;
            choice.tool_calls.push(call);
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}

/// Name and arguments, which are a text, or an object that is kept as written.
fn function(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(Span, Span), JsonError> {
    let (mut name, mut arguments) = (Span::default(), Span::default());
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"name" => name = text(cursor, draft, "function.name")?.unwrap_or_default(),
            b"arguments" | b"input" if cursor.kind()? == ValueKind::String => {
                arguments = string(cursor, draft)?
            }
            b"arguments" | b"input" => {
                let written = cursor.raw()?;
                arguments = draft.store(written);
            }
            _ => cursor.skip()?,
        }
    }
    Ok((name, arguments))
}
