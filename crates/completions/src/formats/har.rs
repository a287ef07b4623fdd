//! HAR files: traffic as browsers and proxies save it, `{"log": {"entries": [{"request", "response"}]}}`.
use super::Rule;
use super::exchange::Exchange;
use super::fields::whole;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.at("log.entries[].response") == Some(ValueKind::Object),
    read,
    keys: &["log"],
    name: "a HAR file",
};

/// Reads all answers that have a known format; a page asks for much else. Headers are never looked at: they may hold secrets.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.layer("har");
    let before = (draft.completions.len(), draft.failures.len());
    let mut log = member(cursor, b"log")?;
    if let Some(log) = &mut log
        && let Some(mut cursor) = member(log, b"entries")?
    {
        let mut entries = cursor.array()?;
        while entries.next(&mut cursor)? {
            if cursor.kind()? == ValueKind::Object {
                let failures = draft.failures.len();
                let completions = draft.completions.len();
                let entry = entry(&mut cursor)?;
                let asked = entry.request.is_some();
                entry.read(draft)?;
                // A picture that was not found is nothing that a model refused.
                if !asked && draft.completions.len() == completions {
                    draft.failures.truncate(failures);
                }
            } else {
                cursor.skip()?;
            }
        }
    }
    if (draft.completions.len(), draft.failures.len()) == before {
        return Ok(Outcome::Unrecognised(
            "it is recorded traffic of a browser, but none of its answers has a known format"
                .to_owned(),
        ));
    }
    Ok(Outcome::Completions)
}

/// Passes the object at the cursor; returns one in front of the value of this key.
fn member<'a>(cursor: &mut Cursor<'a>, name: &[u8]) -> Result<Option<Cursor<'a>>, JsonError> {
    let mut found = None;
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip().map(|()| None);
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == name {
            found = Some(cursor.clone());
        }
        cursor.skip()?;
    }
    let is_there =
        |found: &Cursor<'a>| !matches!(found.clone().kind(), Ok(ValueKind::Null) | Err(_));
    Ok(found.filter(is_there))
}

fn entry<'a>(cursor: &mut Cursor<'a>) -> Result<Exchange<'a>, JsonError> {
    let mut exchange = Exchange::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"request" => {
                if let Some(mut data) = member(&mut cursor.clone(), b"postData")? {
                    exchange.request = member(&mut data, b"text")?;
                }
            }
            b"response" => {
                if let Some(mut status) = member(&mut cursor.clone(), b"status")?
                    && status.kind()? == ValueKind::Number
                {
                    exchange.status = whole(status.number()?);
                }
                if let Some(mut content) = member(&mut cursor.clone(), b"content")? {
                    let encoding = member(&mut content.clone(), b"encoding")?;
                    exchange.base64 = match encoding {
                        Some(mut encoding) => encoding.raw()? == b"\"base64\"",
                        None => false,
                    };
                    exchange.response = member(&mut content, b"text")?;
                }
            }
            _ => {}
        }
        cursor.skip()?;
    }
    Ok(exchange)
}
