//! What traces of calls keep of an answer: a whole response, a message, a list of messages, or plain text.
use super::envelope;
use super::fields::{finish, string};
use super::message;
use crate::Limits;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Span};

/// Why there are no values, where there are none.
const WHY: &str =
    "traces keep texts of answers, not the values of tokens, unless the whole response is in them";

/// Reads the value: a response in it is sealed ([`Draft::completions`]), texts become choices. True when there was anything.
pub(super) fn read(cursor: Cursor<'_>, draft: &mut Draft) -> Result<bool, JsonError> {
    let (head, before) = (draft.head, draft.completions.len());
    envelope::inside(&mut cursor.clone(), draft)?;
    draft.head = head;
    if draft.completions.len() > before {
        return Ok(true);
    }
    let before = draft.choices.len();
    value(cursor, draft)?;
    Ok(draft.choices.len() > before)
}

/// Appends a choice that is plain text.
pub(super) fn push(draft: &mut Draft, text: Span) {
    add(
        draft,
        ChoiceDraft {
            text: Some(text),
            ..ChoiceDraft::default()
        },
    );
}

fn add(draft: &mut Draft, mut choice: ChoiceDraft) {
    choice.index = draft.next_index();
    choice.finished = true;
    choice.why = Some(WHY);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
}

fn value(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::String => written(cursor, draft),
        ValueKind::Object => spoken(cursor, draft),
        ValueKind::Array => {
            let mut items = cursor.array()?;
            while items.next(&mut cursor)? {
                if cursor.kind()? == ValueKind::Object {
                    spoken(cursor.clone(), draft)?;
                }
                cursor.skip()?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A text; perhaps that of a message.
fn written(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let text = cursor.clone().string()?.text();
    if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
        let before = draft.choices.len();
        let inner = Cursor::new(&text, Limits::default().depth());
        // What is no JSON after all is a text that begins like it.
        if value(inner, draft).is_ok() && draft.choices.len() > before {
            return Ok(());
        }
        draft.choices.truncate(before);
    }
    let text = string(&mut cursor, draft)?;
    if text.start < text.end {
        push(draft, text);
    }
    Ok(())
}

/// A message of the model; those of others are passed over.
fn spoken(cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = ChoiceDraft::default();
    let mut others = cursor.clone();
    message::message(&mut cursor.clone(), draft, &mut choice)?;
    let mut fields = others.object()?;
    while let Some(key) = fields.next(&mut others)? {
        match key.as_ref() {
            b"role" if others.kind()? == ValueKind::String => {
                let role = others.string()?.text();
                if !matches!(role.as_ref(), b"assistant" | b"model" | b"ai") {
                    return Ok(());
                }
            }
            b"text" | b"completion" | b"output_text" | b"generated_text"
                if choice.text.is_none() && others.kind()? == ValueKind::String =>
            {
                choice.text = Some(string(&mut others, draft)?);
            }
            b"parts" if choice.text.is_none() => choice.text = parts(&mut others, draft)?,
            b"finish_reason" => finish(&mut others, draft, &mut choice)?,
            _ => others.skip()?,
        }
    }
    let said = choice.text.is_some_and(|text| text.start < text.end)
        || choice.refusal_text.is_some()
        || !choice.tool_calls.is_empty();
    if said {
        add(draft, choice);
    }
    Ok(())
}

/// `[{"type": "text", "content": "…"}, …]`: the texts, joined.
fn parts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    if cursor.kind()? != ValueKind::Array {
        return cursor.skip().map(|()| None);
    }
    let start = draft.arena.len();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            cursor.skip()?;
            continue;
        }
        let (mut is_text, mut at) = (true, None);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"type" if cursor.kind()? == ValueKind::String => {
                    is_text = cursor.string()?.text().as_ref() == b"text";
                }
                b"content" | b"text" if cursor.kind()? == ValueKind::String => {
                    at = Some(cursor.clone());
                    cursor.skip()?;
                }
                _ => cursor.skip()?,
            }
        }
        if let Some(mut at) = at.filter(|_| is_text) {
            string(&mut at, draft)?;
        }
    }
    Ok(Some(Span {
        start,
        end: draft.arena.len(),
    }))
}
