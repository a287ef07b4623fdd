//! Loom: answers of several servers in one shape, with the prompt in front of each.
use super::fields::{bad_field, finish, identifier, text, value};
use super::span_text::Ranges;
use super::{Rule, arrays, echo, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::text::{is_special, undo_byte_escapes};
use crate::record::{Draft, Outcome, Span, TokenDraft};

impl FormatId {
    /// Loom's own shape.
    pub const LOOM: Self = Self::new("loom");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.at("completions[].tokens[].generatedToken").is_some(),
    read,
    keys: &["completions"],
    name: "a response as Loom keeps it",
};

/// Reads a response.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`completions[].tokens[].generatedToken`");
    // Places of the tokens, one list for each completion.
    let mut places = Vec::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"timestamp" => draft.head.created = time::created(cursor)?,
            b"prompt" if cursor.kind()? == ValueKind::Object => {
                let mut prompt = cursor.object()?;
                while let Some(key) = prompt.next(cursor)? {
                    if key.as_ref() == b"text" {
                        draft.head.prompt = text(cursor, draft, "prompt.text")?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            b"completions" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                places.clear();
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    completion(cursor, draft, &mut places)?;
                }
            }
            _ => cursor.skip()?,
        }
    }
    let first = draft.first_choice();
    for (nth, places) in (first..).zip(&places) {
        take_off_prompt(draft, nth, places);
    }
    Ok(Outcome::Completion(FormatId::LOOM))
}

fn completion(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    places: &mut Vec<Ranges>,
) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "completions[]", "an object");
    }
    let mut choice = draft.next_choice();
    let mut ranges = Ranges::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => choice.text = text(cursor, draft, "completions[].text")?,
            b"finishReason" => finish(cursor, draft, &mut choice)?,
            b"tokens" if cursor.kind()? == ValueKind::Array => {
                ranges = Ranges::default();
                let start = draft.tokens.len();
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    token(cursor, draft, &mut ranges)?;
                }
                choice.content = TokenRange::since(start, draft);
                choice.values = if choice.content.is_empty() {
                    Values::Empty
                } else {
                    Values::Listed
                };
            }
            _ => cursor.skip()?,
        }
    }
    draft.choices.push(choice);
    places.push(ranges);
    Ok(())
}

fn token(cursor: &mut Cursor<'_>, draft: &mut Draft, ranges: &mut Ranges) -> Result<(), JsonError> {
    let (mut name, mut raw, mut range) = (Span::default(), f64::NAN, None);
    let listed = draft.alternatives.len();
    if cursor.kind()? == ValueKind::Object {
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"generatedToken" if cursor.kind()? == ValueKind::Object => {
                    let mut own = cursor.object()?;
                    while let Some(key) = own.next(cursor)? {
                        match key.as_ref() {
                            b"token" => name = text(cursor, draft, "token")?.unwrap_or_default(),
                            b"logprob" => raw = value(cursor, draft, "logprob")?,
                            _ => cursor.skip()?,
                        }
                    }
                }
                b"position" => range = Ranges::one(cursor)?,
                b"counterfactuals" if cursor.kind()? == ValueKind::Object => {
                    draft.alternatives.truncate(listed);
                    arrays::dictionary(cursor, draft)?;
                }
                _ => cursor.skip()?,
            }
        }
    } else {
        bad_field(cursor, draft, "completions[].tokens[]", "an object")?;
    }
    let special = is_special(draft.bytes(name));
    let mut bytes = name;
    if draft.bytes(name).starts_with(b"bytes:") {
        let start = draft.arena.len();
        draft.arena.extend_from_within(name.start..name.end);
        undo_byte_escapes(&mut draft.arena, start);
        bytes = Span {
            start,
            end: draft.arena.len(),
        };
    }
    let alternatives = draft.summarise(listed, bytes, name, None, raw);
    if !draft.keep_alternatives {
        draft.alternatives.truncate(listed);
    }
    ranges.push(range);
    draft.tokens.push(TokenDraft {
        bytes,
        raw,
        alternatives,
        id: None,
        special,
    });
    Ok(())
}

/// The prompt is in front when the text begins with it: by the texts of the tokens, else by their places.
fn take_off_prompt(draft: &mut Draft, nth: usize, places: &Ranges) {
    if echo::take_off(draft, nth, false) {
        return;
    }
    let choice = &draft.choices[nth];
    let (Some(prompt), Some(text)) = (draft.head.prompt, choice.text) else {
        return;
    };
    let characters = draft.text(prompt).chars().count();
    if characters == 0 || !draft.bytes(text).starts_with(draft.bytes(prompt)) {
        return;
    }
    let content = choice.content;
    let split = (content.start + places.before(characters)).min(content.end);
    let choice = &mut draft.choices[nth];
    choice.prompt = TokenRange {
        start: content.start,
        end: split,
    };
    choice.content = TokenRange {
        start: split,
        end: content.end,
    };
    choice.text = Some(Span {
        start: text.start + (prompt.end - prompt.start),
        end: text.end,
    });
}
