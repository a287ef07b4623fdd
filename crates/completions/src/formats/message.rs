//! Messages, whole or as pieces (`delta`): their texts, refusals and tool calls.
use super::fields::{bad_field, count, string, text};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::ToolCall;
use crate::record::{ChoiceDraft, Draft, Span};

/// Reads a `message` or a `delta`.
pub(super) fn message(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => choice.text = content(cursor, draft, "choices[].message.content")?,
            b"refusal" => choice.refusal_text = text(cursor, draft, "choices[].message.refusal")?,
            b"tool_calls" if cursor.kind()? == ValueKind::Array => {
                choice.tool_calls.clear();
                let mut calls = cursor.array()?;
                while calls.next(cursor)? {
                    tool_call(cursor, draft, choice)?;
                }
            }
            // A piece of a single one.
            b"tool_calls" if cursor.kind()? == ValueKind::Object => {
                tool_call(cursor, draft, choice)?;
            }
            b"function_call" if cursor.kind()? == ValueKind::Object => {
                let (name, arguments) = function(cursor, draft)?;
                choice.tool_calls.push(ToolCall {
                    index: 0,
                    name,
                    arguments,
                });
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `content`: a text, a list of parts, or one part.
pub(super) fn content(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<Option<Span>, JsonError> {
    match cursor.kind()? {
        ValueKind::Array => parts(cursor, draft),
        ValueKind::Object => part(cursor, draft),
        _ => text(cursor, draft, path),
    }
}

/// A list of parts: their texts, joined.
fn parts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    let start = draft.arena.len();
    let mut parts = cursor.array()?;
    while parts.next(cursor)? {
        match cursor.kind()? {
            ValueKind::String => {
                string(cursor, draft)?;
            }
            ValueKind::Object => {
                part(cursor, draft)?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(Some(Span {
        start,
        end: draft.arena.len(),
    }))
}

/// The text of a part. Nothing else of it goes into the arena, where parts are joined.
fn part(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    let mut words = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"text" && cursor.kind()? == ValueKind::String {
            words = Some(string(cursor, draft)?);
        } else {
            cursor.skip()?;
        }
    }
    Ok(words)
}

fn tool_call(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "choices[].message.tool_calls[]", "an object");
    }
    let mut call: Option<(Span, Span)> = None;
    let mut index = u32::try_from(choice.tool_calls.len()).unwrap_or(u32::MAX);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"function" | b"custom" if cursor.kind()? == ValueKind::Object => {
                call = Some(function(cursor, draft)?);
            }
            // inspect writes the parts of the function beside each other.
            b"function" if cursor.kind()? == ValueKind::String => {
                let name = string(cursor, draft)?;
                call = Some((
                    name,
                    call.map_or(Span::default(), |(_, arguments)| arguments),
                ));
            }
            b"arguments" => {
                let written = cursor.raw()?;
                let arguments = draft.store(written);
                call = Some((call.map_or(Span::default(), |(name, _)| name), arguments));
            }
            b"index" => {
                let said = count(cursor, draft, "tool_calls[].index")?;
                index = said
                    .and_then(|said| u32::try_from(said).ok())
                    .unwrap_or(index);
            }
            _ => cursor.skip()?,
        }
    }
    if let Some((name, arguments)) = call {
        choice.tool_calls.push(ToolCall {
            index,
            name,
            arguments,
        });
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
