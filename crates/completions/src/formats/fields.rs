//! Single fields, read leniently: a wrong type is noted, never an error.
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError, number};
use crate::record::{Draft, Span};
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
#[inline]
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
