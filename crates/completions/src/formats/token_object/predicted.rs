//! Token objects as most servers write them: their keys in the usual order, compact or with the spaces of Python.
//!
//! What comes next is known before it is looked at, so a key is one comparison of words, and nothing is kept of what is only
//! compared. BE ADVISED. Whatever is not as predicted is no error here: the general walk reads the object from its beginning,
//! and has the last word. So all that is read here must mean there what it means here.
use super::entry::{Entry, Text, after};
use super::form::{Compact, Form, Spaced};
use crate::json::Cursor;
use crate::record::draft::Alternatives;
use crate::record::mass::Mass;
use crate::record::text::is_special;
use crate::record::{Draft, TokenDraft};

/// Wrong predictions in a row after which a list is given up.
const PATIENCE: u32 = 8;

/// How the predictions for one list go.
#[derive(Debug, Default)]
pub(super) struct Predictions {
    wrong: u32,
}

impl Predictions {
    /// Nothing is predicted.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self { wrong: PATIENCE }
    }

    /// Reads the token object that is next. `false`, without a trace, when it is not as predicted.
    pub(super) fn token(&mut self, cursor: &mut Cursor<'_>, draft: &mut Draft) -> bool {
        // Four brackets inside of each other: the object, its list, an object there, its bytes.
        if self.wrong == PATIENCE || draft.keep_alternatives || cursor.room() < 4 {
            return false;
        }
        // There all of the list is needed at once.
        if Draft::looks_for_duplicates(draft.tokens.len()) {
            return false;
        }
        let (bytes, at, arena) = (cursor.bytes(), cursor.position(), draft.arena.len());
        let end = match bytes.get(at + Compact::OBJECT.len() - 1) {
            Some(b'"') => token::<Compact>(bytes, at, draft),
            Some(b' ') => token::<Spaced>(bytes, at, draft),
            _ => None,
        };
        match end {
            Some(end) => {
                cursor.jump(end);
                self.wrong = 0;
            }
            None => {
                draft.arena.truncate(arena);
                self.wrong += 1;
            }
        }
        end.is_some()
    }
}

/// One written token with what is listed beside it; returns the offset after it.
fn token<F: Form>(bytes: &[u8], at: usize, draft: &mut Draft) -> Option<usize> {
    let start = draft.arena.len();
    let (own, mut at) = Entry::read::<F>(bytes, after(bytes, at, F::OBJECT)?, &mut draft.arena)?;
    let mut alternatives = Alternatives {
        first: draft.alternatives.len(),
        ..Alternatives::default()
    };
    match after(bytes, at, F::LISTED) {
        None => at = after(bytes, at, b"}")?,
        Some(list) => match after(bytes, list, b"]}") {
            Some(end) => at = end,
            None => {
                at = after(bytes, list, F::OBJECT)?;
                at = listed::<F>(bytes, at, &own, &mut draft.arena, &mut alternatives)?;
            }
        },
    }
    let special = is_special(own.name.of(&draft.arena));
    let text = match own.text() {
        Text::Written(text) => {
            draft.arena.truncate(start);
            draft.store(text)
        }
        Text::Stored(span) => draft.keep_only(span, start),
    };
    draft.tokens.push(TokenDraft {
        bytes: text,
        raw: own.raw,
        alternatives,
        id: None,
        special,
    });
    Some(at)
}

/// The listed tokens, from the first byte of the first name to the end of the object that lists them, in short.
/// As [`Draft::summarise`] does it.
#[inline(always)]
fn listed<F: Form>(
    bytes: &[u8],
    mut at: usize,
    own: &Entry<'_>,
    arena: &mut Vec<u8>,
    alternatives: &mut Alternatives,
) -> Option<usize> {
    let kept = arena.len();
    let mut mass = Mass::default();
    let mut previous = f64::NAN;
    let mut same_bytes = None;
    let mut same_name = None;
    loop {
        let (listed, end) = Entry::read::<F>(bytes, at, arena)?;
        mass.add(listed.raw);
        alternatives.unsorted |= listed.raw > previous;
        previous = listed.raw;
        let here = (alternatives.count, listed.raw);
        if same_bytes.is_none() {
            let (text, name) = (own.text().of(arena), own.name.of(arena));
            // A special token has no bytes; its name is all there is to compare.
            let comparable = !text.is_empty() || name.is_empty();
            if comparable && listed.text().of(arena) == text {
                same_bytes = Some(here);
            } else if (own.bytes.is_some() || listed.bytes.is_some())
                && same_name.is_none()
                && listed.name.of(arena) == name
            {
                same_name = Some(here);
            }
        }
        arena.truncate(kept);
        alternatives.count += 1;
        match after(bytes, end, F::NEXT) {
            Some(next) => at = next,
            None => {
                at = after(bytes, end, b"}]}")?;
                break;
            }
        }
    }
    if let Some((nth, raw)) = same_bytes.or(same_name) {
        alternatives.chosen = Some(nth);
        alternatives.chosen_differs = (raw - own.raw).abs() > 1e-6;
    }
    // Near the limit the exact sum decides.
    mass.is_below().then_some(at)
}
