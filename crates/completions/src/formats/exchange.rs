//! A request and what came back, as recordings have them.
use super::envelope;
use crate::Limits;
use crate::containers::sniff::excerpt;
use crate::containers::{base64, recorded};
use crate::intake::nested::{self, DEEPEST};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Mark;
use crate::record::{Draft, Outcome};

/// Where the parts of an exchange stand. They are read when all are known: the prompt before the answer.
#[derive(Debug, Default)]
pub(super) struct Exchange<'a> {
    pub(super) status: Option<u64>,
    /// In front of the body of the request.
    pub(super) request: Option<Cursor<'a>>,
    /// In front of the body of the response.
    pub(super) response: Option<Cursor<'a>>,
    /// That body is written as base64.
    pub(super) base64: bool,
}

impl Exchange<'_> {
    /// Seals the completions that came back. An answer that is a refusal becomes one of [`Draft::failures`].
    pub(super) fn read(self, draft: &mut Draft) -> Result<(), JsonError> {
        let around = draft.head;
        if let Some(cursor) = self.request {
            request(cursor, draft)?;
        }
        match (self.status, self.response) {
            (Some(status @ 400..), body) => {
                let said = match body {
                    Some(cursor) => message(cursor, draft)?,
                    None => None,
                };
                let said = said.unwrap_or_else(|| "without a message".to_owned());
                draft.failures.push(format!("status {status}, {said}"));
            }
            (_, Some(cursor)) if self.base64 => packed(cursor, draft)?,
            (_, Some(cursor)) => body(cursor, draft)?,
            (_, None) => {}
        }
        draft.head = around;
        Ok(())
    }
}

/// What was asked: an object or its text.
fn request(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Object => envelope::request(cursor.raw()?, draft),
        ValueKind::String => envelope::request(&cursor.string()?.text(), draft),
        _ => {}
    }
    Ok(())
}

/// Reads the body of a response that is written as base64.
fn packed(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? == ValueKind::String {
        draft.reading = cursor.position();
        nested::read(&decoded(&cursor.string()?.text()), draft, Limits::default());
    }
    Ok(())
}

/// Reads the body of a response: an object, or a text, perhaps in pieces.
fn body(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let kind = cursor.kind()?;
    draft.reading = cursor.position();
    match kind {
        ValueKind::Object => match text_of(&mut cursor.clone())? {
            Some(text) => nested::read(&text, draft, Limits::default()),
            None => object(cursor, draft)?,
        },
        ValueKind::Array => match pieces(cursor.clone())? {
            Some(text) => nested::read(&text, draft, Limits::default()),
            None => nested::read(cursor.raw()?, draft, Limits::default()),
        },
        ValueKind::String => nested::read(&cursor.string()?.text(), draft, Limits::default()),
        _ => {}
    }
    Ok(())
}

/// `{"string": "…"}`, as some recorders write a body; it may be `base64_string` instead.
fn text_of(cursor: &mut Cursor<'_>) -> Result<Option<Vec<u8>>, JsonError> {
    let mut text: Option<Vec<u8>> = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        let is_string = cursor.kind()? == ValueKind::String;
        match key.as_ref() {
            b"string" if is_string => {
                let plain = cursor.string()?.text();
                text = text
                    .filter(|text| !text.is_empty())
                    .or(Some(plain.into_owned()));
            }
            b"base64_string" if is_string => {
                let packed = decoded(&cursor.string()?.text());
                text = Some(packed).filter(|packed| !packed.is_empty()).or(text);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(text)
}

/// What base64 stands for, unpacked if it was gzip; nothing when it is neither.
fn decoded(text: &[u8]) -> Vec<u8> {
    let bytes = std::str::from_utf8(text)
        .ok()
        .and_then(base64::decode)
        .unwrap_or_default();
    if bytes.starts_with(b"\x1f\x8b") {
        return recorded::gunzip(&bytes, Limits::default()).unwrap_or_default();
    }
    bytes
}

/// The texts of a list as one; `None` when there is anything else in it.
fn pieces(mut cursor: Cursor<'_>) -> Result<Option<Vec<u8>>, JsonError> {
    let mut text = Vec::new();
    let mut items = cursor.array()?;
    while items.next(&mut cursor)? {
        if cursor.kind()? != ValueKind::String {
            return Ok(None);
        }
        text.extend_from_slice(&cursor.string()?.text());
    }
    Ok(Some(text))
}

fn object(cursor: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if draft.envelopes >= DEEPEST {
        return Ok(());
    }
    let mark = Mark::of(draft);
    draft.envelopes += 1;
    let outcome = super::read(&mut cursor.clone(), draft);
    draft.envelopes -= 1;
    match outcome? {
        Outcome::Completion(format) => draft.seal(format),
        Outcome::Completions => {}
        Outcome::Piece(..) => {
            mark.restore(draft);
            let mut cursor = cursor;
            draft.reading = cursor.position();
            nested::read(cursor.raw()?, draft, Limits::default());
        }
        Outcome::Failed(what) => {
            mark.restore(draft);
            draft.failures.push(what);
        }
        Outcome::Without(..) | Outcome::Unrecognised(_) => mark.restore(draft),
    }
    Ok(())
}

/// What a server says in the body of a refusal.
fn message(mut cursor: Cursor<'_>, draft: &mut Draft) -> Result<Option<String>, JsonError> {
    let text = match cursor.kind()? {
        ValueKind::Object => match text_of(&mut cursor.clone())? {
            Some(text) => text,
            None => cursor.raw()?.to_vec(),
        },
        ValueKind::Array => pieces(cursor)?.unwrap_or_default(),
        ValueKind::String => cursor.string()?.text().into_owned(),
        _ => Vec::new(),
    };
    let mark = Mark::of(draft);
    let mut inner = Cursor::new(&text, Limits::default().depth());
    let read = super::read(&mut inner, draft);
    mark.restore(draft);
    Ok(match read {
        Ok(Outcome::Failed(said)) => Some(said),
        _ if text.trim_ascii().is_empty() => None,
        _ => Some(excerpt(&String::from_utf8_lossy(&text))),
    })
}
