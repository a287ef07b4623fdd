//! Values by position: for each one what was likely there, as an object from token to value or a list of token objects. The
//! token that was written is one of them, but not marked.
//!
//! It is told by its id where the ids of the answer are known, else by being alone, else by the text: of all ways to pick one
//! entry from each position, those count that make up the text exactly. Where they differ the token stays unknown.
use super::fields::{text, value, whole};
use super::token_object;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, Alternatives, TokenRange};
use crate::record::mass::is_overfull;
use crate::record::text::is_special;
use crate::record::{Draft, Span, TokenDraft};

/// Ways through the text that are followed at once, at most: texts of one letter over and over have many.
const WAYS: usize = 64;

/// What the keys of an object mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Ids,
    Texts,
}

/// What is known of an answer beside what is listed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer<'a> {
    /// Ids of its tokens; none where they are not known.
    pub(super) ids: &'a [Option<u64>],
    pub(super) text: Option<Span>,
}

/// Reads the positions at the cursor and appends a token for each one. `null` is an empty list.
pub(super) fn tokens(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    keys: Keys,
    answer: Answer<'_>,
) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    if cursor.kind()? != ValueKind::Array {
        cursor.skip()?;
        return Ok(TokenRange::since(start, draft));
    }
    // With ids nothing has to be kept to tell the tokens.
    let by_id = !answer.ids.is_empty();
    let (arena, first_listed) = (draft.arena.len(), draft.alternatives.len());
    let mut listed = Vec::new();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let (arena, first) = (draft.arena.len(), draft.alternatives.len());
        let plain = position(cursor, draft, keys)?;
        let id = answer.ids.get(listed.len()).copied().flatten();
        listed.push((first, draft.alternatives.len()));
        draft.tokens.push(TokenDraft {
            raw: plain,
            id,
            ..TokenDraft::default()
        });
        if by_id {
            let chosen = chosen_by_id(draft, first, id);
            take(
                draft,
                listed.len() - 1 + start,
                (first, draft.alternatives.len()),
                chosen,
            );
            forget(draft, listed.len() - 1 + start, first, arena);
        }
    }
    if !by_id {
        let chosen = chosen_by_text(draft, &listed, answer.text);
        for (nth, (&range, chosen)) in listed.iter().zip(chosen).enumerate() {
            take(draft, start + nth, range, chosen);
        }
        if !draft.keep_alternatives {
            draft.alternatives.truncate(first_listed);
            gather(draft, start, arena);
        }
    }
    Ok(TokenRange::since(start, draft))
}

/// Reads one position into the alternatives; returns its value where that is all there is.
fn position(cursor: &mut Cursor<'_>, draft: &mut Draft, keys: Keys) -> Result<f64, JsonError> {
    match cursor.kind()? {
        ValueKind::Object => {
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                let (name, id) = match keys {
                    Keys::Texts => (draft.store(&key), None),
                    Keys::Ids => {
                        let id = std::str::from_utf8(&key).ok();
                        (Span::default(), id.and_then(|id| id.parse().ok()))
                    }
                };
                entry(cursor, draft, name, id)?;
            }
        }
        ValueKind::Array => token_object::alternatives(cursor, draft)?,
        ValueKind::Number | ValueKind::String => return value(cursor, draft, "logprobs[]"),
        _ => cursor.skip()?,
    }
    Ok(f64::NAN)
}

/// Reads what is listed under a key: a value, or an object with it.
fn entry(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    mut name: Span,
    id: Option<u64>,
) -> Result<(), JsonError> {
    let mut raw = f64::NAN;
    if cursor.kind()? == ValueKind::Object {
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"logprob" => raw = value(cursor, draft, "logprobs[].logprob")?,
                b"decoded_token" => {
                    name = text(cursor, draft, "logprobs[].decoded_token")?.unwrap_or(name);
                }
                _ => cursor.skip()?,
            }
        }
    } else {
        raw = value(cursor, draft, "logprobs[]")?;
    }
    draft.alternatives.push(AlternativeDraft {
        name,
        bytes: name,
        raw,
        id,
    });
    Ok(())
}

fn chosen_by_id(draft: &Draft, first: usize, id: Option<u64>) -> Option<usize> {
    let listed = draft.alternatives.get(first..).unwrap_or_default();
    let same = |listed: &AlternativeDraft| id.is_some() && listed.id == id;
    (listed.iter().position(same)).or_else(|| (listed.len() == 1).then_some(0))
}

/// The entry of each position that was written, as far as the text tells.
fn chosen_by_text(
    draft: &Draft,
    positions: &[(usize, usize)],
    text: Option<Span>,
) -> Vec<Option<usize>> {
    let listed =
        |&(first, end): &(usize, usize)| draft.alternatives.get(first..end).unwrap_or_default();
    let alone = |at: &(usize, usize)| (at.1 - at.0 == 1).then_some(0);
    let only = || positions.iter().map(alone).collect();
    let Some(text) = text.map(|text| draft.bytes(text)) else {
        return only();
    };
    // Where in the text each position may begin.
    let mut begins = vec![vec![0]];
    for position in positions {
        let mut next = Vec::new();
        for &begin in begins.last().into_iter().flatten() {
            let rest = text.get(begin..).unwrap_or_default();
            for entry in listed(position) {
                let bytes = draft.bytes(entry.bytes);
                let end = begin + bytes.len();
                if rest.starts_with(bytes) && !next.contains(&end) {
                    next.push(end);
                }
            }
        }
        if next.is_empty() || next.len() > WAYS {
            return only();
        }
        begins.push(next);
    }
    // From the end back: only what leads there counts.
    let mut ends: Vec<usize> = begins.pop().unwrap_or_default();
    ends.retain(|&end| end == text.len());
    let mut chosen = vec![None; positions.len()];
    for (nth, position) in positions.iter().enumerate().rev() {
        let mut starts = Vec::new();
        let mut told = Vec::new();
        for begin in begins.pop().unwrap_or_default() {
            let rest = text.get(begin..).unwrap_or_default();
            for (entry, listed) in listed(position).iter().enumerate() {
                let bytes = draft.bytes(listed.bytes);
                if rest.starts_with(bytes) && ends.contains(&(begin + bytes.len())) {
                    told.push(entry);
                    if !starts.contains(&begin) {
                        starts.push(begin);
                    }
                }
            }
        }
        told.sort_unstable();
        told.dedup();
        chosen[nth] = match told.as_slice() {
            [one] => Some(*one),
            _ => alone(position),
        };
        ends = starts;
    }
    chosen
}

/// The token at this place is the chosen entry of the listed ones.
fn take(draft: &mut Draft, at: usize, (first, end): (usize, usize), chosen: Option<usize>) {
    let mut token = draft.tokens[at];
    let entry = chosen.and_then(|chosen| draft.alternatives.get(first + chosen).copied());
    if let Some(entry) = entry {
        token.bytes = entry.bytes;
        token.special = is_special(draft.bytes(entry.name));
        token.raw = entry.raw;
        token.id = entry.id.or(token.id);
    }
    let listed = draft.alternatives.get(first..end).unwrap_or_default();
    let unsorted = listed.windows(2).any(|pair| pair[1].raw > pair[0].raw);
    token.alternatives = Alternatives {
        count: u32::try_from(listed.len()).unwrap_or(u32::MAX),
        chosen: chosen.and_then(|chosen| u32::try_from(chosen).ok()),
        unsorted,
        overfull: is_overfull(listed.iter().map(|listed| listed.raw)),
        first,
        ..Alternatives::default()
    };
    draft.tokens[at] = token;
}

/// Nothing of a position is kept but its token, unless somebody asked for more.
fn forget(draft: &mut Draft, at: usize, first: usize, arena: usize) {
    if draft.keep_alternatives {
        return;
    }
    draft.alternatives.truncate(first);
    let bytes = draft.tokens[at].bytes;
    draft.tokens[at].bytes = if bytes.start < bytes.end {
        draft.keep_only(bytes, arena)
    } else {
        draft.arena.truncate(arena);
        Span::default()
    };
}

/// Moves the bytes of the tokens from `start` on together: they lie in order, with those of others between them.
fn gather(draft: &mut Draft, start: usize, arena: usize) {
    let mut end = arena;
    for token in draft.tokens.iter_mut().skip(start) {
        let Span { start, end: last } = token.bytes;
        draft.arena.copy_within(start..last, end);
        token.bytes = Span {
            start: end,
            end: end + (last - start),
        };
        end += last - start;
    }
    draft.arena.truncate(end);
}

/// A list of ids; anything else in it is none.
pub(super) fn ids(cursor: &mut Cursor<'_>) -> Result<Vec<Option<u64>>, JsonError> {
    let mut ids = Vec::new();
    if cursor.kind()? != ValueKind::Array {
        return cursor.skip().map(|()| ids);
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::Number {
            ids.push(whole(cursor.number()?));
        } else {
            cursor.skip()?;
            ids.push(None);
        }
    }
    Ok(ids)
}
