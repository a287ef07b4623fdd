//! Tokens as lists of value, id and text: `[-0.5, 17, " a"]`. The text may be `null` or missing.
use super::fields::{bad_field, string, value, whole};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, TokenRange};
use crate::record::text::is_special;
use crate::record::{Draft, Span, TokenDraft};
use crate::report::Code;
use metrics::format::counted;

/// One of them.
#[derive(Debug, Clone, Copy)]
struct Triple {
    raw: f64,
    id: Option<u64>,
    /// Its text; without one the id as written.
    name: Span,
    /// Its text, or nothing.
    bytes: Span,
}

/// Reads a list of tokens; `null` is an empty one.
pub(super) fn triples(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    each(cursor, draft, path, |draft, triple| {
        let token = TokenDraft {
            bytes: triple.bytes,
            raw: triple.raw,
            id: triple.id,
            special: is_special(draft.bytes(triple.name)),
            ..TokenDraft::default()
        };
        draft.tokens.push(token);
    })?;
    Ok(TokenRange::since(start, draft))
}

/// Reads the alternatives of these tokens, a list for each.
pub(super) fn lists(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    tokens: TokenRange,
) -> Result<(), JsonError> {
    let mut count = 0;
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let (arena, listed) = (draft.arena.len(), draft.alternatives.len());
        each(cursor, draft, "output_top_logprobs[]", |draft, triple| {
            draft.alternatives.push(AlternativeDraft {
                name: triple.name,
                bytes: triple.bytes,
                raw: triple.raw,
                id: triple.id,
            });
        })?;
        let at = Some(tokens.start + count).filter(|&at| at < tokens.end);
        count += 1;
        let token = at.and_then(|at| Some((at, *draft.tokens.get(at)?)));
        if let Some((at, TokenDraft { bytes, raw, id, .. })) = token {
            draft.tokens[at].alternatives = draft.summarise(listed, bytes, bytes, id, raw);
        }
        if token.is_none() || !draft.keep_alternatives {
            draft.alternatives.truncate(listed);
            draft.arena.truncate(arena);
        }
    }
    if count > 0 && count != tokens.len() {
        let n_tokens = tokens.len();
        draft.note_here(Code::ArrayLengths, || {
            format!(
                "{}, {}",
                counted(n_tokens as u64, "token", "tokens"),
                counted(
                    count as u64,
                    "list of alternatives",
                    "lists of alternatives"
                )
            )
        });
    }
    Ok(())
}

/// Reads a list of them; what is none keeps its place without a value.
fn each(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
    mut take: impl FnMut(&mut Draft, Triple),
) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::Array => {}
        ValueKind::Null => return cursor.skip(),
        _ => return bad_field(cursor, draft, path, "a list"),
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let triple = triple(cursor, draft, path)?;
        take(draft, triple);
    }
    Ok(())
}

fn triple(cursor: &mut Cursor<'_>, draft: &mut Draft, path: &str) -> Result<Triple, JsonError> {
    let mut triple = Triple {
        raw: f64::NAN,
        id: None,
        name: Span::default(),
        bytes: Span::default(),
    };
    if cursor.kind()? != ValueKind::Array {
        bad_field(cursor, draft, path, "a list of value, id and text")?;
        return Ok(triple);
    }
    let mut items = cursor.array()?;
    let mut nth = 0;
    while items.next(cursor)? {
        match (nth, cursor.kind()?) {
            (0, _) => triple.raw = value(cursor, draft, path)?,
            (1, ValueKind::Number) => {
                let mut again = cursor.clone();
                let written = cursor.raw()?;
                triple.id = whole(again.number()?);
                triple.name = draft.store(written);
            }
            (2, ValueKind::String) => {
                triple.bytes = string(cursor, draft)?;
                triple.name = triple.bytes;
            }
            _ => cursor.skip()?,
        }
        nth += 1;
    }
    Ok(triple)
}
