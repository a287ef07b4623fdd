//! llama.cpp's own answers before December 2024, and those of its relatives: `completion_probabilities[].probs`.
//!
//! The values are probabilities after the sampling settings, and the token that was written has none of its own: it is looked
//! up among the listed ones.
use super::Rule;
use super::fields::{bad_field, text, value};
use super::llamacpp;
use super::shape::Shape;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange};
use crate::record::text::undo_one_byte;
use crate::record::{ChoiceDraft, Draft, Span, TokenDraft};

impl FormatId {
    /// llama.cpp's own answers before December 2024, also as a stream.
    pub const LLAMACPP_LEGACY: Self = Self::new("llamacpp_legacy");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        shape.at("completion_probabilities[].probs").is_some() && !shape.has("choices")
    },
    read: |cursor, draft| llamacpp::read(cursor, draft, FormatId::LLAMACPP_LEGACY),
    keys: &["completion_probabilities"],
    name: "an answer of llama.cpp",
};

const PATH: &str = "completion_probabilities";

/// Reads the entries, one per token.
pub(super) fn entries(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::Object {
            entry(cursor, draft)?;
        } else {
            bad_field(cursor, draft, PATH, "a list of objects")?;
            draft.tokens.push(TokenDraft {
                raw: f64::NAN,
                ..TokenDraft::default()
            });
        }
    }
    Ok(TokenRange::since(start, draft))
}

fn entry(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let (arena, listed) = (draft.arena.len(), draft.alternatives.len());
    let mut name = Span::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => name = text(cursor, draft, "content")?.unwrap_or_default(),
            b"probs" => {
                draft.alternatives.truncate(listed);
                probs(cursor, draft)?;
            }
            _ => cursor.skip()?,
        }
    }
    let mut bytes = as_bytes(draft, name);
    let mut alternatives = draft.summarise(listed, bytes, name, None, f64::NAN);
    let chosen = alternatives.chosen.map(|chosen| listed + chosen as usize);
    let chosen = chosen.and_then(|chosen| draft.alternatives.get(chosen));
    let raw = chosen.map_or(f64::NAN, |chosen| chosen.raw);
    alternatives.chosen_differs = false;
    if !draft.keep_alternatives {
        draft.alternatives.truncate(listed);
        bytes = draft.keep_only(bytes, arena);
    }
    draft.tokens.push(TokenDraft {
        bytes,
        raw,
        alternatives,
        ..TokenDraft::default()
    });
    Ok(())
}

/// Reads `probs`: `{"tok_str", "prob"}` for each candidate.
fn probs(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Array => {}
        ValueKind::Null => return cursor.skip(),
        _ => return bad_field(cursor, draft, "probs", "a list"),
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            bad_field(cursor, draft, "probs[]", "an object")?;
            continue;
        }
        let (mut name, mut prob) = (Span::default(), f64::NAN);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"tok_str" => name = text(cursor, draft, "tok_str")?.unwrap_or_default(),
                b"prob" => prob = value(cursor, draft, "prob")?,
                _ => cursor.skip()?,
            }
        }
        let bytes = as_bytes(draft, name);
        draft.alternatives.push(AlternativeDraft {
            name,
            bytes,
            raw: metrics::num::ln(prob),
            id: None,
        });
    }
    Ok(())
}

/// The bytes of a name: `byte: \x89` stands for one.
fn as_bytes(draft: &mut Draft, name: Span) -> Span {
    match undo_one_byte(draft.bytes(name)) {
        Some(byte) => draft.store(&[byte]),
        None => name,
    }
}

/// An event shows the last byte of a character as its token, and the whole character as the text that it sends: the parts
/// before were held back. The token takes that text.
pub(super) fn sent_text(draft: &mut Draft, choice: &ChoiceDraft) {
    let Some(sent) = choice.text else {
        return;
    };
    let tokens = choice.content.start..choice.content.end;
    let Some([token]) = draft.tokens.get(tokens.clone()) else {
        return;
    };
    let (own, text) = (draft.bytes(token.bytes), draft.bytes(sent));
    let is_part = std::str::from_utf8(own).is_err();
    if is_part && own.len() < text.len() && text.ends_with(own) {
        draft.tokens[tokens.start].bytes = sent;
        draft.remarks.grouped = true;
    }
}
