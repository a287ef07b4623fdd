//! Single fields, read leniently: a wrong type is noted, never an error.
use crate::Finish;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError, number};
use crate::record::{ChoiceDraft, Draft, Span};
use crate::report::Code;

/// Notes that `path` has another type than expected, and passes over it.
pub(crate) fn bad_field(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
    expected: &str,
) -> Result<(), JsonError> {
    let kind = cursor.kind()?;
    draft.note_here(Code::BadField, || {
        format!("`{path}` is {} instead of {expected}", kind.name())
    });
    cursor.skip()
}

/// A log-probability: a number, a number written as a string, or nothing (NaN).
#[inline(always)]
pub(crate) fn value(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<f64, JsonError> {
    if cursor.is_plain_number()? {
        return cursor.number();
    }
    odd_value(cursor, draft, path)
}

#[inline(never)]
fn odd_value(cursor: &mut Cursor<'_>, draft: &mut Draft, path: &str) -> Result<f64, JsonError> {
    match cursor.kind()? {
        // `NaN`, `Infinity` and the like.
        ValueKind::Number => return cursor.number(),
        ValueKind::Null => return cursor.skip().map(|()| f64::NAN),
        ValueKind::String => {}
        _ => return bad_field(cursor, draft, path, "a number").map(|()| f64::NAN),
    }
    let text = cursor.string()?;
    Ok(number::parse_text(&text.text()).unwrap_or_else(|| {
        draft.note_here(Code::BadField, || {
            format!("`{path}` is a text instead of a number")
        });
        f64::NAN
    }))
}

/// A text; `null` is none.
pub(crate) fn text(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<Option<Span>, JsonError> {
    match cursor.kind()? {
        ValueKind::String => Ok(Some(string(cursor, draft)?)),
        ValueKind::Null => cursor.skip().map(|()| None),
        _ => bad_field(cursor, draft, path, "a text").map(|()| None),
    }
}

/// A text and what follows it, as one.
pub(crate) fn joined(draft: &mut Draft, before: Option<Span>, more: Span) -> Span {
    let Some(before) = before.filter(|before| before.start < before.end) else {
        return more;
    };
    let start = draft.arena.len();
    draft.arena.extend_from_within(before.start..before.end);
    draft.arena.extend_from_within(more.start..more.end);
    Span {
        start,
        end: draft.arena.len(),
    }
}

/// A string that is next for sure.
#[inline]
pub(crate) fn string(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Span, JsonError> {
    let start = draft.arena.len();
    let text = cursor.string()?;
    draft.surrogates += text.append_to(&mut draft.arena);
    Ok(Span {
        start,
        end: draft.arena.len(),
    })
}

/// An identifier: a text, or a number as it is written.
pub(crate) fn identifier(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<Option<Span>, JsonError> {
    match cursor.kind()? {
        ValueKind::Number => {
            let written = cursor.raw()?;
            Ok(Some(draft.store(written)))
        }
        _ => text(cursor, draft, path),
    }
}

/// A count: a whole number of at least 0; anything else is none.
pub(crate) fn count(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<Option<u64>, JsonError> {
    match cursor.kind()? {
        ValueKind::Number => Ok(whole(cursor.number()?)),
        ValueKind::Null => cursor.skip().map(|()| None),
        _ => bad_field(cursor, draft, path, "a number").map(|()| None),
    }
}

/// A double that is a whole number of at least 0.
pub(crate) fn whole(number: f64) -> Option<u64> {
    let fits = (0.0..9e18).contains(&number) && number.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    fits.then_some(number as u64)
}

/// The reason why a choice ended: a text, or an object with a `type` (SGLang). `null` and an empty text say that it goes on.
pub(crate) fn finish(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let reason = match cursor.kind()? {
        ValueKind::String => cursor.string()?.text(),
        ValueKind::Object => {
            let mut reason = Default::default();
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                if matches!(key.as_ref(), b"type" | b"reason")
                    && cursor.kind()? == ValueKind::String
                {
                    reason = cursor.string()?.text();
                } else {
                    cursor.skip()?;
                }
            }
            reason
        }
        ValueKind::Null => {
            cursor.skip()?;
            Default::default()
        }
        _ => {
            return bad_field(cursor, draft, "finish_reason", "a text");
        }
    };
    (choice.finished, choice.saw.open_end) = (!reason.is_empty(), reason.is_empty());
    choice.finish = finish_class(&reason);
    Ok(())
}

/// What a reason means.
pub(crate) fn finish_class(reason: &[u8]) -> Finish {
    match reason {
        b"stop" | b"eos" | b"eos_token" | b"EOS_TOKEN" | b"stop_sequence" | b"stop_word"
        | b"word" | b"end_turn" | b"STOP" | b"stop_str" | b"STOP_SEQUENCE" | b"COMPLETE"
        | b"completed" | b"complete" | b"endoftext" | b"FINISH" => Finish::Stop,
        b"length" | b"LENGTH" | b"max_tokens" | b"MAX_TOKENS" | b"max_output_tokens" | b"limit"
        | b"model_length" => Finish::Length,
        b"tool_calls" | b"function_call" | b"TOOL_CALL" => Finish::Tool,
        b"content_filter"
        | b"SAFETY"
        | b"RECITATION"
        | b"BLOCKLIST"
        | b"PROHIBITED_CONTENT"
        | b"ERROR_TOXIC" => Finish::Filter,
        b"error" | b"ERROR" | b"failed" => Finish::Error,
        b"cancelled" | b"canceled" | b"abort" | b"USER_CANCEL" => Finish::Cancelled,
        _ => Finish::Unknown,
    }
}
