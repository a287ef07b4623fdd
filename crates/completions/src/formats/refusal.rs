//! An object with `error` and without an answer: what a server says when it refuses.
use super::Rule;
use super::batch::error_text;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.has("error") && !shape.is("error", crate::json::cursor::ValueKind::Null),
    read,
    keys: &["error"],
    name: "an error",
};

/// Reads it.
fn read(cursor: &mut Cursor<'_>, _draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut error = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"error" {
            error = error_text(cursor)?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(match error {
        Some(error) => Outcome::Failed(error),
        None => Outcome::Unrecognised("it has `error`, but that is null".to_owned()),
    })
}
