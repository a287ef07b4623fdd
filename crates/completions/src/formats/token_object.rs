//! Lists of token objects: `{"token", "logprob", "bytes", "top_logprobs"}`, as chat responses and others have them.
//!
//! Other writers name the same things otherwise: `text` for the name (TGI), `prob` and `top_probs` for probabilities after
//! sampling (llama.cpp). What an object has under its usual name counts first.
//!
//! Nearly all bytes of a file pass through here: keys are told without looking for their end, and nothing is allocated.
//! [`predicted`] reads those that are written as usual, this file all others.
mod entry;
mod form;
mod predicted;
#[cfg(test)]
mod tests;

use super::arrays;
use super::fields::{bad_field, string, text, value};
use crate::json::cursor::{Fields, ValueKind};
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange};
use crate::record::text::is_special;
use crate::record::{Draft, Span, TokenDraft};
use crate::report::Code;
use predicted::Predictions;

/// Reads a list of token objects; `null` is an empty one.
pub(super) fn tokens(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<TokenRange, JsonError> {
    list(cursor, draft, path, Predictions::default())
}

fn list(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
    mut predictions: Predictions,
) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    match cursor.kind()? {
        ValueKind::Array => {
            let mut items = cursor.array()?;
            while items.next(cursor)? {
                let object = cursor.kind()? == ValueKind::Object;
                if object && predictions.token(cursor, draft) {
                    continue;
                }
                if object {
                    token(cursor, draft)?;
                } else {
                    // One bad token never fails the record: it keeps its place.
                    bad_field(cursor, draft, path, "a list of objects")?;
                    draft.tokens.push(TokenDraft {
                        raw: f64::NAN,
                        ..TokenDraft::default()
                    });
                }
            }
        }
        ValueKind::Null => cursor.skip()?,
        _ => bad_field(cursor, draft, path, "a list")?,
    }
    Ok(TokenRange {
        start,
        end: draft.tokens.len(),
    })
}

/// Reads a single token object; `null` is none.
pub(super) fn one(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    match cursor.kind()? {
        ValueKind::Object => token(cursor, draft)?,
        ValueKind::Null => cursor.skip()?,
        _ => bad_field(cursor, draft, path, "an object")?,
    }
    Ok(TokenRange::since(start, draft))
}

/// The `bytes` of a token object.
#[derive(Debug, Clone, Copy, Default)]
enum Bytes {
    #[default]
    Absent,
    Null,
    Given(Span),
    Bad,
}

/// A token object, sampled or listed.
#[derive(Debug, Clone, Copy)]
struct TokenObject {
    name: Span,
    /// `token` was there: no other key names it.
    named: bool,
    bytes: Bytes,
    raw: f64,
    /// A probability instead of its logarithm.
    linear: f64,
    id: Option<u64>,
    /// Said by the file, not told from the name.
    special: Option<bool>,
}

impl Default for TokenObject {
    fn default() -> Self {
        Self {
            name: Span::default(),
            named: false,
            bytes: Bytes::Absent,
            raw: f64::NAN,
            linear: f64::NAN,
            id: None,
            special: None,
        }
    }
}

impl TokenObject {
    /// Its bytes decide; without them its text. A special token without bytes adds nothing to the text.
    fn text(&self, draft: &Draft) -> Span {
        match self.bytes {
            Bytes::Given(bytes) => bytes,
            Bytes::Null if is_special(draft.bytes(self.name)) => self.no_text(),
            Bytes::Null | Bytes::Absent | Bytes::Bad if self.special == Some(true) => {
                self.no_text()
            }
            Bytes::Null | Bytes::Absent | Bytes::Bad => self.name,
        }
    }

    fn no_text(&self) -> Span {
        Span {
            start: self.name.start,
            end: self.name.start,
        }
    }

    fn is_special(&self, draft: &Draft) -> bool {
        self.special
            .unwrap_or_else(|| is_special(draft.bytes(self.name)))
    }

    /// Its value; a probability counts where there is no logarithm.
    #[inline(always)]
    fn value(&self, draft: &mut Draft) -> f64 {
        if self.raw.is_nan() {
            return self.probability_as_value(draft);
        }
        self.raw
    }

    #[cold]
    fn probability_as_value(&self, draft: &mut Draft) -> f64 {
        if self.linear.is_nan() {
            return f64::NAN;
        }
        draft.remarks.after_sampling = true;
        metrics::num::ln(self.linear)
    }

    /// The value of one field; anything but a token object's own is passed over.
    #[inline(always)]
    fn field(
        &mut self,
        key: TokenKey,
        cursor: &mut Cursor<'_>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        match key {
            TokenKey::Token => {
                self.name = name(cursor, draft)?;
                self.named = true;
            }
            TokenKey::Logprob => self.raw = value(cursor, draft, "logprob")?,
            TokenKey::Bytes => self.bytes = bytes(cursor, draft, self.name)?,
            TokenKey::Id => self.id = id(cursor)?,
            TokenKey::TopLogprobs | TokenKey::Other => cursor.skip()?,
            TokenKey::Text | TokenKey::Prob | TokenKey::Special | TokenKey::Sampling => {
                self.rare_field(key, cursor, draft)?;
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn rare_field(
        &mut self,
        key: TokenKey,
        cursor: &mut Cursor<'_>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        match key {
            TokenKey::Text if !self.named => self.name = name(cursor, draft)?,
            TokenKey::Prob => self.linear = value(cursor, draft, "prob")?,
            TokenKey::Special if cursor.kind()? == ValueKind::Bool => {
                self.special = Some(cursor.raw()? == b"true");
            }
            TokenKey::Sampling => {
                draft.head.told("Fireworks", "`sampling_logprob`");
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
        Ok(())
    }
}

/// The keys of a token object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenKey {
    Token,
    Logprob,
    Bytes,
    TopLogprobs,
    Id,
    /// Another name for the token, in lists that have no `token`.
    Text,
    /// A key that only Fireworks writes.
    Sampling,
    Prob,
    Special,
    Other,
}

impl TokenKey {
    /// Told from the bytes after the opening quote; the length includes the closing one. Written out, so that each comparison
    /// is one of words, not of bytes.
    #[inline(always)]
    fn told(after_quote: &[u8]) -> Option<(Self, usize)> {
        let told = |key: Self, name: &[u8]| Some((key, name.len()));
        match *after_quote.first()? {
            b't' if after_quote.starts_with(b"token\"") => told(Self::Token, b"token\""),
            b'l' if after_quote.starts_with(b"logprob\"") => told(Self::Logprob, b"logprob\""),
            b'b' if after_quote.starts_with(b"bytes\"") => told(Self::Bytes, b"bytes\""),
            b't' if after_quote.starts_with(b"top_logprobs\"") => {
                told(Self::TopLogprobs, b"top_logprobs\"")
            }
            _ => None,
        }
    }

    /// Any key, in full.
    fn named(key: &[u8]) -> Self {
        match key {
            b"token" => Self::Token,
            b"logprob" | b"likelihood" | b"log_prob" => Self::Logprob,
            b"bytes" => Self::Bytes,
            b"top_logprobs" | b"top_probs" | b"top_tokens" => Self::TopLogprobs,
            b"id" | b"token_id" => Self::Id,
            b"text" | b"decoded_token" => Self::Text,
            b"sampling_logprob" => Self::Sampling,
            b"prob" => Self::Prob,
            b"special" => Self::Special,
            _ => Self::Other,
        }
    }
}

/// The next key of a token object.
#[inline(always)]
fn token_key(fields: &mut Fields, cursor: &mut Cursor<'_>) -> Result<Option<TokenKey>, JsonError> {
    fields.next_known(cursor, TokenKey::told, TokenKey::named)
}

#[inline(always)]
fn name(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Span, JsonError> {
    if cursor.starts_with(b'"')? {
        return string(cursor, draft);
    }
    Ok(text(cursor, draft, "token")?.unwrap_or_default())
}

fn id(cursor: &mut Cursor<'_>) -> Result<Option<u64>, JsonError> {
    if cursor.kind()? == ValueKind::Number {
        return Ok(super::fields::whole(cursor.number()?));
    }
    cursor.skip().map(|()| None)
}

fn bytes(cursor: &mut Cursor<'_>, draft: &mut Draft, name: Span) -> Result<Bytes, JsonError> {
    match cursor.kind()? {
        // Nearly always those of its name.
        ValueKind::Array if cursor.is_byte_list(draft.bytes(name)) => Ok(Bytes::Given(name)),
        ValueKind::Array => {
            let start = draft.arena.len();
            if cursor.byte_list(&mut draft.arena)? {
                return Ok(Bytes::Given(Span {
                    start,
                    end: draft.arena.len(),
                }));
            }
            draft.arena.truncate(start);
            Ok(Bytes::Bad)
        }
        ValueKind::Null => cursor.skip().map(|()| Bytes::Null),
        _ => cursor.skip().map(|()| Bytes::Bad),
    }
}

/// One written token with what is listed beside it.
pub(super) fn token(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let arena = draft.arena.len();
    let listed = draft.alternatives.len();
    let mut token = TokenObject::default();
    let mut fields = cursor.object()?;
    while let Some(key) = token_key(&mut fields, cursor)? {
        if key == TokenKey::TopLogprobs {
            draft.alternatives.truncate(listed);
            alternatives(cursor, draft)?;
        } else {
            token.field(key, cursor, draft)?;
        }
    }
    if matches!(token.bytes, Bytes::Bad) {
        let nth = draft.tokens.len();
        draft.note_here(Code::BadBytes, || format!("token {nth} of the record"));
    }
    let mut own = token.text(draft);
    let special = token.is_special(draft);
    let raw = token.value(draft);
    let mut alternatives = draft.summarise(listed, own, token.name, token.id, raw);
    alternatives.duplicate = draft.has_duplicate(listed, draft.tokens.len());
    if token.id.is_some() {
        stands_for_more(draft, listed, alternatives.chosen, own);
    }
    if !draft.keep_alternatives {
        draft.alternatives.truncate(listed);
        own = draft.keep_only(own, arena);
    }
    draft.tokens.push(TokenDraft {
        bytes: own,
        raw,
        alternatives,
        id: token.id,
        special,
    });
    Ok(())
}

/// A server that holds back parts of characters writes the text that it sent beside the token; the token itself is among its
/// alternatives then, with other bytes.
fn stands_for_more(draft: &mut Draft, listed: usize, chosen: Option<u32>, own: Span) {
    let same = chosen.and_then(|chosen| draft.alternatives.get(listed + chosen as usize));
    let differs = |same: &AlternativeDraft| draft.bytes(same.bytes) != draft.bytes(own);
    if same.is_some_and(differs) {
        draft.remarks.grouped = true;
    }
}

/// Reads `top_logprobs`: a list of token objects; `null` and `[]` mean that none are given.
pub(super) fn alternatives(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Array => {}
        ValueKind::Object => return arrays::dictionary(cursor, draft),
        ValueKind::Null => return cursor.skip(),
        _ => return bad_field(cursor, draft, "top_logprobs", "a list"),
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            bad_field(cursor, draft, "top_logprobs[]", "an object")?;
            continue;
        }
        let mut listed = TokenObject::default();
        let mut fields = cursor.object()?;
        while let Some(key) = token_key(&mut fields, cursor)? {
            listed.field(key, cursor, draft)?;
        }
        let bytes = listed.text(draft);
        let raw = listed.value(draft);
        draft.alternatives.push(AlternativeDraft {
            name: listed.name,
            bytes,
            raw,
            id: listed.id,
        });
    }
    Ok(())
}
