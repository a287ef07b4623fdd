//! The history of DSPy: calls with their response, which `outputs` repeats.
use super::{Rule, envelope};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("response", ValueKind::Object)
            && shape.is("outputs", ValueKind::Array)
            && shape.has("kwargs")
    },
    read,
    keys: &["outputs"],
    name: "a call of DSPy",
};

/// Reads the response.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let first = draft.completions.len();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"messages" => {
                draft.head.asked = super::asked::of(cursor.clone());
                cursor.skip()?;
            }
            b"response" => envelope::inside(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    if draft.completions.len() == first {
        let what = "it is a call of DSPy, but its `response` has no known format";
        return Ok(Outcome::Unrecognised(what.to_owned()));
    }
    draft.layer("nested");
    Ok(Outcome::Completions)
}
