//! Places of tokens in a text, counted in characters.
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::TokenRange;
use crate::record::{Draft, Span};

/// The places of the tokens of one text, as far as they are given.
#[derive(Debug, Default)]
pub(super) struct Ranges(Vec<Option<(usize, usize)>>);

impl Ranges {
    /// Reads `{"start", "end"}`; anything else is no place.
    pub(super) fn one(cursor: &mut Cursor<'_>) -> Result<Option<(usize, usize)>, JsonError> {
        if cursor.kind()? != ValueKind::Object {
            return cursor.skip().map(|()| None);
        }
        let (mut start, mut end) = (None, None);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            let place = match key.as_ref() {
                b"start" => &mut start,
                b"end" => &mut end,
                _ => {
                    cursor.skip()?;
                    continue;
                }
            };
            *place = match cursor.kind()? {
                ValueKind::Number => super::fields::whole(cursor.number()?),
                _ => cursor.skip().map(|()| None)?,
            };
        }
        let place = |place: Option<u64>| usize::try_from(place?).ok();
        Ok(place(start).zip(place(end)))
    }

    /// The place of the next token.
    pub(super) fn push(&mut self, range: Option<(usize, usize)>) {
        self.0.push(range);
    }

    /// Tokens that begin before this character.
    pub(super) fn before(&self, character: usize) -> usize {
        let begins =
            |range: &&Option<(usize, usize)>| range.is_some_and(|(start, _)| start < character);
        self.0.iter().take_while(begins).count()
    }

    /// Gives the tokens their parts of the text, if these follow each other from its beginning to its end.
    pub(super) fn apply(&self, draft: &mut Draft, tokens: TokenRange, text: Span) {
        let written = draft.text(text);
        let mut bounds: Vec<usize> = written.char_indices().map(|(at, _)| at).collect();
        bounds.push(written.len());
        let mut last = 0;
        let follow = self.0.iter().all(|range| match *range {
            Some((start, end)) if start == last && end >= start => {
                last = end;
                true
            }
            _ => false,
        });
        // Text that is not UTF-8 would be longer as it is shown.
        let whole = last + 1 == bounds.len() && written.len() == text.end - text.start;
        if !follow || !whole || self.0.len() != tokens.len() {
            return;
        }
        for (nth, range) in self.0.iter().flatten().enumerate() {
            if let (Some(start), Some(end)) = (bounds.get(range.0), bounds.get(range.1)) {
                draft.tokens[tokens.start + nth].bytes = Span {
                    start: text.start + start,
                    end: text.start + end,
                };
            }
        }
    }
}
