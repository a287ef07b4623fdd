//! Jupyter notebooks: responses that their cells printed or returned.
use super::Rule;
use crate::Limits;
use crate::intake::nested;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.is("cells", ValueKind::Array) && shape.has("nbformat"),
    read,
    keys: &["cells"],
    name: "a notebook",
};

/// Reads the outputs of all cells; what the cells say themselves is a program.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.layer("notebook");
    let first = draft.completions.len();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"cells" && cursor.kind()? == ValueKind::Array {
            let mut cells = cursor.array()?;
            while cells.next(cursor)? {
                each(cursor, b"outputs", draft, output)?;
            }
        } else {
            cursor.skip()?;
        }
    }
    if draft.completions.len() == first {
        let what = "it is a notebook, and none of its cells printed a response of a known format";
        return Ok(Outcome::Unrecognised(what.to_owned()));
    }
    Ok(Outcome::Completions)
}

/// Reads the elements of one member of the object at the cursor.
fn each(
    cursor: &mut Cursor<'_>,
    name: &[u8],
    draft: &mut Draft,
    read: fn(&mut Cursor<'_>, &mut Draft) -> Result<(), JsonError>,
) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == name && cursor.kind()? == ValueKind::Array {
            let mut items = cursor.array()?;
            while items.next(cursor)? {
                read(cursor, draft)?;
            }
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}

/// `{"text"}` of what was printed, `{"data": {"text/plain"}}` of what was returned.
fn output(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => printed(cursor, draft)?,
            b"data" if cursor.kind()? == ValueKind::Object => {
                let mut data = cursor.object()?;
                while let Some(kind) = data.next(cursor)? {
                    match kind.as_ref() {
                        b"application/json" => {
                            draft.reading = cursor.position();
                            nested::read(cursor.raw()?, draft, Limits::default());
                        }
                        b"text/plain" => printed(cursor, draft)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// A text, which may be a list of its lines.
fn printed(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    draft.reading = cursor.position();
    let mut text = Vec::new();
    match cursor.kind()? {
        ValueKind::String => text.extend_from_slice(&cursor.string()?.text()),
        ValueKind::Array => {
            let mut lines = cursor.array()?;
            while lines.next(cursor)? {
                if cursor.kind()? == ValueKind::String {
                    text.extend_from_slice(&cursor.string()?.text());
                } else {
                    cursor.skip()?;
                }
            }
        }
        _ => return cursor.skip(),
    }
    nested::read(&text, draft, Limits::default());
    Ok(())
}
