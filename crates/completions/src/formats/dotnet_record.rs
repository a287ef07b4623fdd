//! Recordings of the .NET test framework: `{"Entries": [{"RequestBody", "StatusCode", "ResponseBody"}], "Variables"}`.
use super::Rule;
use super::exchange::Exchange;
use super::fields::whole;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.at("Entries[].ResponseBody").is_some() || shape.at("Entries[].StatusCode").is_some()
    },
    read,
    keys: &["Entries"],
    name: "a recording",
};

/// Reads all its answers. Headers are never looked at: they may hold secrets.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut entries = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"Entries" && cursor.kind()? == ValueKind::Array {
            entries = Some(cursor.clone());
        }
        cursor.skip()?;
    }
    draft.layer("dotnet_record");
    let (completions, failures) = (draft.completions.len(), draft.failures.len());
    if let Some(mut cursor) = entries {
        let mut entries = cursor.array()?;
        while entries.next(&mut cursor)? {
            if cursor.kind()? == ValueKind::Object {
                entry(&mut cursor)?.read(draft)?;
            } else {
                cursor.skip()?;
            }
        }
    }
    if (draft.completions.len(), draft.failures.len()) == (completions, failures) {
        return Ok(Outcome::Unrecognised(
            "it is a recording, but none of its answers has a known format".to_owned(),
        ));
    }
    Ok(Outcome::Completions)
}

fn entry<'a>(cursor: &mut Cursor<'a>) -> Result<Exchange<'a>, JsonError> {
    let mut exchange = Exchange::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"RequestBody" => exchange.request = Some(cursor.clone()),
            b"ResponseBody" => exchange.response = Some(cursor.clone()),
            b"StatusCode" if cursor.kind()? == ValueKind::Number => {
                exchange.status = whole(cursor.clone().number()?);
            }
            _ => {}
        }
        cursor.skip()?;
    }
    Ok(exchange)
}
