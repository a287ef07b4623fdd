//! Rows of Vertex batch output: `{"request", "response": {"candidates"}, "status"}`.
use super::Rule;
use super::exchange::Exchange;
use crate::containers::sniff::excerpt;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let failed = shape.is("response", ValueKind::Object)
            && shape.is("status", ValueKind::String)
            && shape.has("processed_time");
        shape.has("request") && (shape.at("response.candidates").is_some() || failed)
    },
    read,
    keys: &["request", "response"],
    name: "a row of Vertex batch output",
};

/// Reads one row. A failed request has an empty response and says why in `status`.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut exchange = Exchange::default();
    let mut status = String::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"request" => exchange.request = Some(cursor.clone()),
            b"response" => exchange.response = Some(cursor.clone()),
            b"status" if cursor.kind()? == ValueKind::String => {
                status = cursor.clone().string()?.to_text();
            }
            _ => {}
        }
        cursor.skip()?;
    }
    draft.layer("vertex_batch");
    let (completions, failures) = (draft.completions.len(), draft.failures.len());
    exchange.read(draft)?;
    if (draft.completions.len(), draft.failures.len()) != (completions, failures) {
        return Ok(Outcome::Completions);
    }
    Ok(Outcome::Failed(if status.is_empty() {
        "without a message".to_owned()
    } else {
        excerpt(&status)
    }))
}
