//! Values of the prompt's tokens: kept apart from the answer, for the detail only.
//!
//! * `prompt_logprobs` of vLLM: for each position an object from token id to value, where the token that stands in the prompt
//!   is not marked.
//! * Root `prompt` of Together: a list with parallel arrays.
use super::arrays::Arrays;
use super::fields::{text, value, whole};
use super::positions;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{AlternativeDraft, Alternatives, TokenRange};
use crate::record::{Draft, Span, TokenDraft};
use crate::report::Code;

/// More entries than this at one position are the whole vocabulary, megabytes for each token: passed over.
const MOST: usize = 1000;

/// What was met of a prompt, to be read when the whole record has been seen: ids and text may come later.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending<'a> {
    /// In front of `prompt_logprobs`.
    pub(super) values: Option<Cursor<'a>>,
    /// In front of `prompt_token_ids`.
    pub(super) ids: Option<Cursor<'a>>,
}

/// The positions of a prompt before their tokens are told.
#[derive(Debug, Default)]
struct Positions {
    /// Entries of each position in [`Draft::alternatives`].
    entries: Vec<(usize, usize)>,
    /// Rank of each entry.
    ranks: Vec<Option<u64>>,
}

impl Pending<'_> {
    /// Reads the prompt; the note, if there is one, belongs to the choice at this position.
    pub(super) fn read(self, draft: &mut Draft, choice: usize) -> Result<TokenRange, JsonError> {
        let Some(mut values) = self.values else {
            return Ok(TokenRange::default());
        };
        let ids = match self.ids {
            Some(mut cursor) => positions::ids(&mut cursor)?,
            None => Vec::new(),
        };
        let first_listed = draft.alternatives.len();
        let arena = draft.arena.len();
        let Some(positions) = entries(&mut values, draft)? else {
            draft.alternatives.truncate(first_listed);
            draft.arena.truncate(arena);
            draft.note(Code::PromptSkipped, Some(choice), String::new);
            return Ok(TokenRange::default());
        };
        let range = tokens(draft, &positions, &ids, first_listed, choice);
        if !draft.keep_alternatives {
            draft.alternatives.truncate(first_listed);
        }
        Ok(range)
    }
}

/// Reads what is listed at each position; `None` when it is the whole vocabulary.
fn entries(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Positions>, JsonError> {
    let mut positions = Positions::default();
    if cursor.kind()? != ValueKind::Array {
        return Ok(Some(positions));
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let first = draft.alternatives.len();
        if cursor.kind()? == ValueKind::Object {
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                if draft.alternatives.len() - first >= MOST {
                    return Ok(None);
                }
                let id = std::str::from_utf8(&key)
                    .ok()
                    .and_then(|key| key.parse().ok());
                let rank = entry(cursor, draft, id)?;
                positions.ranks.push(rank);
            }
        } else {
            cursor.skip()?;
        }
        positions.entries.push((first, draft.alternatives.len()));
    }
    Ok(Some(positions))
}

/// Reads one entry; returns its rank.
fn entry(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    id: Option<u64>,
) -> Result<Option<u64>, JsonError> {
    let (mut name, mut raw, mut rank) = (Span::default(), f64::NAN, None);
    if cursor.kind()? == ValueKind::Object {
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"logprob" => raw = value(cursor, draft, "prompt_logprobs[].logprob")?,
                b"rank" if cursor.kind()? == ValueKind::Number => rank = whole(cursor.number()?),
                b"decoded_token" => {
                    let path = "prompt_logprobs[].decoded_token";
                    name = text(cursor, draft, path)?.unwrap_or_default();
                }
                _ => cursor.skip()?,
            }
        }
    } else {
        raw = value(cursor, draft, "prompt_logprobs[]")?;
    }
    draft.alternatives.push(AlternativeDraft {
        name,
        bytes: name,
        raw,
        id,
    });
    Ok(rank)
}

/// Tells the token of each position and appends it.
fn tokens(
    draft: &mut Draft,
    positions: &Positions,
    ids: &[Option<u64>],
    first_listed: usize,
    choice: usize,
) -> TokenRange {
    let start = draft.tokens.len();
    // As many as were asked for; one more where the prompt's own token is not among them.
    let asked = positions.entries.iter().map(|(first, end)| end - first);
    let asked = asked.filter(|&count| count > 0).min().unwrap_or(0);
    let mut rest = draft.head.prompt;
    for (nth, &(first, end)) in positions.entries.iter().enumerate() {
        let id = ids.get(nth).copied().flatten();
        let mut token = TokenDraft {
            raw: f64::NAN,
            id,
            ..TokenDraft::default()
        };
        let listed = draft.alternatives.get(first..end).unwrap_or_default();
        let ranks = positions
            .ranks
            .get(first - first_listed..end - first_listed)
            .unwrap_or_default();
        let chosen = (listed.iter())
            .position(|listed| id.is_some() && listed.id == id)
            .or_else(|| (listed.len() == 1).then_some(0))
            .or_else(|| not_asked_for(ranks, asked))
            .or_else(|| continues(draft, listed, rest));
        if let Some(listed) = chosen.and_then(|chosen| listed.get(chosen)) {
            (token.bytes, token.raw, token.id) = (listed.bytes, listed.raw, listed.id);
            rest = rest.filter(|rest| {
                !draft.bytes(token.bytes).is_empty()
                    && draft.bytes(*rest).starts_with(draft.bytes(token.bytes))
            });
            if let Some(rest) = &mut rest {
                rest.start += token.bytes.end - token.bytes.start;
            }
        } else if !listed.is_empty() {
            rest = None;
        }
        let unknown = chosen.is_none() && !listed.is_empty();
        token.alternatives = Alternatives {
            count: u32::try_from(end - first).unwrap_or(u32::MAX),
            chosen: chosen.and_then(|chosen| u32::try_from(chosen).ok()),
            first,
            ..Alternatives::default()
        };
        draft.tokens.push(token);
        if unknown {
            draft.note(Code::PromptTokenUnknown, Some(choice), String::new);
        }
    }
    TokenRange::since(start, draft)
}

/// The entry that was not asked for: its rank lies behind those that were.
fn not_asked_for(ranks: &[Option<u64>], asked: usize) -> Option<usize> {
    // With exactly as many as were asked for, only a rank beyond all of them says anything.
    let others = asked.max(ranks.len() - usize::from(ranks.len() > asked)) as u64;
    let mut behind = (0..)
        .zip(ranks)
        .filter(|(_, rank)| rank.is_some_and(|rank| rank > others));
    let (nth, _) = behind.next()?;
    behind.next().is_none().then_some(nth)
}

/// The only entry that goes on with the text of the prompt.
fn continues(draft: &Draft, listed: &[AlternativeDraft], rest: Option<Span>) -> Option<usize> {
    let rest = draft.bytes(rest?);
    let mut fitting = (0..).zip(listed).filter(|(_, listed)| {
        let bytes = draft.bytes(listed.bytes);
        !bytes.is_empty() && rest.starts_with(bytes)
    });
    let (nth, _) = fitting.next()?;
    fitting.next().is_none().then_some(nth)
}

/// Reads the root `prompt` when it is a list: its text, and its tokens where it has some.
pub(super) fn list(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<TokenRange, JsonError> {
    let mut tokens = TokenRange::default();
    let mut prompts = 0;
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        prompts += 1;
        if cursor.kind()? != ValueKind::Object || prompts > 1 {
            cursor.skip()?;
            continue;
        }
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"text" | b"content" if cursor.kind()? == ValueKind::String => {
                    draft.head.prompt = text(cursor, draft, "prompt[].text")?;
                }
                b"logprobs" if cursor.kind()? == ValueKind::Object => {
                    let mut arrays = Arrays::default();
                    let mut lists = cursor.object()?;
                    while let Some(key) = lists.next(cursor)? {
                        match key.as_ref() {
                            b"tokens" => arrays.tokens(cursor, draft)?,
                            b"token_logprobs" => arrays.values(cursor, draft)?,
                            _ => cursor.skip()?,
                        }
                    }
                    if arrays.is_there() {
                        tokens = arrays.finish(draft)?;
                    }
                }
                _ => cursor.skip()?,
            }
        }
    }
    if prompts > 1 {
        // Which choice answers which of them is not said.
        draft.head.prompt = None;
        return Ok(TokenRange::default());
    }
    Ok(tokens)
}
