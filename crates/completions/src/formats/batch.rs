//! Lines of Batch output: a response with its status in an envelope.
use super::Rule;
use super::fields::{identifier, whole};
use crate::containers::sniff::excerpt;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.has("custom_id") && (shape.has("response") || shape.has("error")),
    read,
    keys: &["custom_id", "response", "error"],
    name: "a line of Batch output",
};

/// Reads one line: `{"custom_id", "response": {"status_code", "body"}, "error"}`. A failed request is no completion.
pub(super) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut label = None;
    let mut error = None;
    let mut response = Response::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"custom_id" => label = identifier(cursor, draft, "custom_id")?,
            b"error" => error = error_text(cursor)?,
            b"response" if cursor.kind()? == ValueKind::Object => {
                draft.clear_answer();
                response = Response::read(cursor, draft)?;
            }
            _ => cursor.skip()?,
        }
    }
    draft.head.label = label;
    draft.layer("batch");
    let failed = |what: String| {
        let label = label
            .map(|label| format!("{}: ", excerpt(&draft.text(label))))
            .unwrap_or_default();
        Ok(Outcome::Failed(format!("{label}{what}")))
    };
    match (error, response) {
        (Some(error), _) => failed(error),
        (
            None,
            Response {
                status: Some(status @ 400..),
                error,
                ..
            },
        ) => failed(format!(
            "status {status}, {}",
            error.as_deref().unwrap_or("without a message")
        )),
        (
            None,
            Response {
                outcome: Some(outcome),
                ..
            },
        ) => Ok(outcome),
        (None, Response { outcome: None, .. }) => {
            failed("it has neither a response nor an error".to_owned())
        }
    }
}

/// `response` of a line.
#[derive(Debug, Default)]
struct Response {
    status: Option<u64>,
    outcome: Option<Outcome>,
    error: Option<String>,
}

impl Response {
    fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Self, JsonError> {
        let mut response = Self::default();
        let mut bare = Some(cursor.clone());
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            if matches!(key.as_ref(), b"status_code" | b"body") {
                bare = None;
            }
            match key.as_ref() {
                b"status_code" if cursor.kind()? == ValueKind::Number => {
                    response.status = whole(cursor.number()?)
                }
                b"body" if cursor.kind()? == ValueKind::Object => response.body(cursor, draft)?,
                _ => cursor.skip()?,
            }
        }
        // Some services leave out the status and what goes with it.
        if let Some(mut cursor) = bare {
            response.body(&mut cursor, draft)?;
        }
        Ok(response)
    }

    fn body(&mut self, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
        match super::read(cursor, draft)? {
            Outcome::Failed(error) => {
                self.outcome = Some(Outcome::Failed(error.clone()));
                self.error = Some(error);
            }
            outcome => self.outcome = Some(outcome),
        }
        Ok(())
    }
}

/// Code and message of an error; `None` for `null`.
pub(super) fn error_text(cursor: &mut Cursor<'_>) -> Result<Option<String>, JsonError> {
    let (mut code, mut message) = (None, None);
    match cursor.kind()? {
        ValueKind::Null => return cursor.skip().map(|()| None),
        ValueKind::String => message = Some(cursor.string()?.to_text()),
        ValueKind::Object => {
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                match key.as_ref() {
                    b"code" | b"type" if code.is_none() && cursor.kind()? == ValueKind::String => {
                        code = Some(cursor.string()?.to_text());
                    }
                    b"message" if cursor.kind()? == ValueKind::String => {
                        message = Some(cursor.string()?.to_text())
                    }
                    _ => cursor.skip()?,
                }
            }
        }
        _ => cursor.skip()?,
    }
    let text = match (code, message) {
        (Some(code), Some(message)) => format!("{}: {}", excerpt(&code), excerpt(&message)),
        (Some(only), None) | (None, Some(only)) => excerpt(&only),
        (None, None) => "without a message".to_owned(),
    };
    Ok(Some(text))
}
