//! Parallel arrays of tokens, values and alternatives, as legacy Completions and others have them.
use super::fields::{bad_field, string, value, whole};
use super::token_object;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange};
use crate::record::text::{is_special, undo_byte_escapes};
use crate::record::{Draft, Span, TokenDraft};
use crate::report::Code;
use metrics::format::counted;
use std::ops::Range;

/// The arrays of one choice while they are being read, in any order. `text_offset` is never looked at: writers disagree
/// about what it counts.
#[derive(Debug, Default)]
pub(super) struct Arrays<'a> {
    tokens: Option<TokenRange>,
    /// They are in [`Draft::values`].
    values: bool,
    /// In front of the alternatives, which can only be read once the tokens are known.
    alternatives: Option<Cursor<'a>>,
}

impl<'a> Arrays<'a> {
    /// Is there anything to read?
    pub(super) fn is_there(&self) -> bool {
        self.tokens.is_some() || self.values
    }

    /// Reads `tokens`.
    pub(super) fn tokens(
        &mut self,
        cursor: &mut Cursor<'_>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        if !is_array(cursor, draft, "choices[].logprobs.tokens")? {
            return Ok(());
        }
        let start = draft.tokens.len();
        let mut items = cursor.array()?;
        while items.next(cursor)? {
            let mut token = TokenDraft {
                raw: f64::NAN,
                ..TokenDraft::default()
            };
            if cursor.kind()? == ValueKind::String {
                let name = string(cursor, draft)?;
                token.special = is_special(draft.bytes(name));
                undo_byte_escapes(&mut draft.arena, name.start);
                token.bytes = Span {
                    start: name.start,
                    end: draft.arena.len(),
                };
            } else if cursor.is_plain_number()? {
                // MLX lists ids.
                token.id = whole(cursor.number()?);
            } else {
                bad_field(cursor, draft, "choices[].logprobs.tokens[]", "a text")?;
            }
            draft.tokens.push(token);
        }
        self.tokens = Some(TokenRange {
            start,
            end: draft.tokens.len(),
        });
        Ok(())
    }

    /// Reads `token_logprobs`.
    pub(super) fn values(
        &mut self,
        cursor: &mut Cursor<'_>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        draft.values.clear();
        self.values = false;
        if !is_array(cursor, draft, "choices[].logprobs.token_logprobs")? {
            return Ok(());
        }
        let mut items = cursor.array()?;
        while items.next(cursor)? {
            let raw = value(cursor, draft, "choices[].logprobs.token_logprobs[]")?;
            draft.values.push(raw);
        }
        self.values = true;
        Ok(())
    }

    /// Passes over `top_logprobs`, to come back to it.
    pub(super) fn alternatives(
        &mut self,
        cursor: &mut Cursor<'a>,
        draft: &mut Draft,
    ) -> Result<(), JsonError> {
        if cursor.kind()? == ValueKind::Array {
            self.alternatives = Some(cursor.clone());
            return cursor.skip();
        }
        is_array(cursor, draft, "choices[].logprobs.top_logprobs").map(|_| ())
    }

    /// Puts the arrays together.
    pub(super) fn finish(self, draft: &mut Draft) -> Result<TokenRange, JsonError> {
        let tokens = self.tokens.unwrap_or_else(|| {
            // Values without tokens are still values.
            let start = draft.tokens.len();
            let token = TokenDraft {
                raw: f64::NAN,
                ..TokenDraft::default()
            };
            draft.tokens.resize(start + draft.values.len(), token);
            TokenRange {
                start,
                end: draft.tokens.len(),
            }
        });
        let values = if self.values { draft.values.len() } else { 0 };
        for (token, &raw) in draft.tokens[tokens.start..]
            .iter_mut()
            .zip(&draft.values[..values])
        {
            token.raw = raw;
        }
        let listed = match self.alternatives {
            Some(mut cursor) => Some(positions(&mut cursor, draft, tokens)?),
            None => None,
        };
        if self.tokens.is_none()
            || values != tokens.len()
            || listed.is_some_and(|listed| listed != tokens.len())
        {
            let n_tokens = if self.tokens.is_some() {
                tokens.len()
            } else {
                0
            };
            draft.note_here(Code::ArrayLengths, || {
                let listed = listed
                    .map(|listed| {
                        let lists = counted(
                            listed as u64,
                            "list of alternatives",
                            "lists of alternatives",
                        );
                        format!(", {lists}")
                    })
                    .unwrap_or_default();
                format!(
                    "{}, {}{listed}",
                    counted(n_tokens as u64, "token", "tokens"),
                    counted(values as u64, "value", "values")
                )
            });
        }
        Ok(tokens)
    }
}

fn is_array(cursor: &mut Cursor<'_>, draft: &mut Draft, path: &str) -> Result<bool, JsonError> {
    match cursor.kind()? {
        ValueKind::Array => return Ok(true),
        ValueKind::Null => cursor.skip()?,
        _ => bad_field(cursor, draft, path, "a list")?,
    }
    Ok(false)
}

/// Reads lists of alternatives, one entry per token; returns how many there are.
pub(super) fn positions(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    tokens: TokenRange,
) -> Result<usize, JsonError> {
    let mut count = 0;
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        position(cursor, draft, tokens.start + count..tokens.end)?;
        count += 1;
    }
    Ok(count)
}

/// Reads the alternatives of the first of these tokens; without one they are passed over.
pub(super) fn position(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    mut tokens: Range<usize>,
) -> Result<(), JsonError> {
    let arena = draft.arena.len();
    let listed = draft.alternatives.len();
    match cursor.kind()? {
        ValueKind::Object => dictionary(cursor, draft)?,
        _ => token_object::alternatives(cursor, draft)?,
    }
    let token = tokens
        .next()
        .and_then(|at| Some((at, *draft.tokens.get(at)?)));
    if let Some((at, TokenDraft { bytes, raw, id, .. })) = token {
        if id.is_some() && bytes == Span::default() {
            names_are_ids(draft, listed);
        }
        let mut alternatives = draft.summarise(listed, bytes, bytes, id, raw);
        alternatives.duplicate = draft.has_duplicate(listed, tokens.len());
        draft.tokens[at].alternatives = alternatives;
    }
    if token.is_none() || !draft.keep_alternatives {
        draft.alternatives.truncate(listed);
        draft.arena.truncate(arena);
    }
    Ok(())
}

/// Where tokens are ids, so are the names of alternatives.
fn names_are_ids(draft: &mut Draft, first: usize) {
    for nth in first..draft.alternatives.len() {
        let name = draft.alternatives[nth].name;
        let id = std::str::from_utf8(draft.bytes(name))
            .ok()
            .and_then(|name| name.parse().ok());
        if let Some(id) = id {
            let listed = &mut draft.alternatives[nth];
            listed.id = Some(id);
            listed.bytes.end = listed.bytes.start;
        }
    }
}

/// Alternatives as an object from text to value. Equal keys are all kept: two tokens may have one text.
pub(super) fn dictionary(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next_raw(cursor)? {
        let start = draft.arena.len();
        draft.surrogates += key.append_to(&mut draft.arena);
        let name = Span {
            start,
            end: draft.arena.len(),
        };
        let mut bytes = name;
        if draft.bytes(name).starts_with(b"bytes:") {
            draft.arena.extend_from_within(name.start..name.end);
            undo_byte_escapes(&mut draft.arena, name.end);
            bytes = Span {
                start: name.end,
                end: draft.arena.len(),
            };
        }
        let raw = value(cursor, draft, "choices[].logprobs.top_logprobs[]")?;
        draft.alternatives.push(AlternativeDraft {
            name,
            bytes,
            raw,
            id: None,
        });
    }
    Ok(())
}
