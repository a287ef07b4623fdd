//! Recordings of one exchange: `{"request": {"body"}, "response": {"status", "headers", "body"}}`.
use super::Rule;
use super::exchange::Exchange;
use super::fields::whole;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.has("request") && shape.at("response.body").is_some(),
    read,
    keys: &["request", "response"],
    name: "a recording",
};

/// Reads the answer. Headers are never looked at: they may hold secrets.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut exchange = Exchange::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        let is_object = cursor.kind()? == ValueKind::Object;
        match key.as_ref() {
            b"request" if is_object => side(&mut cursor.clone(), &mut None, &mut exchange.request)?,
            b"response" if is_object => {
                let Exchange {
                    status, response, ..
                } = &mut exchange;
                side(&mut cursor.clone(), status, response)?;
            }
            _ => {}
        }
        cursor.skip()?;
    }
    draft.layer("http_record");
    let (completions, failures) = (draft.completions.len(), draft.failures.len());
    exchange.read(draft)?;
    if (draft.completions.len(), draft.failures.len()) == (completions, failures) {
        return Ok(Outcome::Unrecognised(
            "it is a recording, but its answer has no known format".to_owned(),
        ));
    }
    Ok(Outcome::Completions)
}

/// Status and body of one side.
fn side<'a>(
    cursor: &mut Cursor<'a>,
    status: &mut Option<u64>,
    body: &mut Option<Cursor<'a>>,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"status" | b"status_code" => *status = code(cursor.clone())?,
            b"body" => *body = Some(cursor.clone()),
            _ => {}
        }
        cursor.skip()?;
    }
    Ok(())
}

/// A status is a number, or an object with `code`.
fn code(mut cursor: Cursor<'_>) -> Result<Option<u64>, JsonError> {
    match cursor.kind()? {
        ValueKind::Number => Ok(whole(cursor.number()?)),
        ValueKind::Object => {
            let mut found = None;
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(&mut cursor)? {
                if key.as_ref() == b"code" && cursor.kind()? == ValueKind::Number {
                    found = whole(cursor.number()?);
                } else {
                    cursor.skip()?;
                }
            }
            Ok(found)
        }
        _ => Ok(None),
    }
}
