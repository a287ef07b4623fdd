//! `scenario_state.json` of HELM: requests and their results in one object.
use super::fields::{finish, identifier, text};
use super::{Rule, echo, time, token_object};
use crate::FormatId;
use crate::containers::sniff::excerpt;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{Mark, TokenRange, Values};
use crate::record::text::undo_byte_escapes;
use crate::record::{Draft, Head, Outcome, Span};

impl FormatId {
    /// The results of a HELM run.
    pub const HELM: Self = Self::new("helm");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.is("request_states", ValueKind::Array),
    read,
    keys: &["request_states"],
    name: "the scenario state of HELM",
};

/// Reads all states; each one is a completion.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let start = Mark::of(draft);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() != b"request_states" || cursor.kind()? != ValueKind::Array {
            cursor.skip()?;
            continue;
        }
        // Of two keys with one name the last counts.
        start.restore(draft);
        cursor.objects(|cursor| state(cursor, draft))?;
    }
    Ok(Outcome::Completions)
}

/// Reads `{"instance", "request", "result"}`.
fn state(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    draft.head.evidence = Some("`request_states[].result.completions`");
    let mut failure = None;
    let mut echoed = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"instance" if cursor.kind()? == ValueKind::Object => {
                let mut instance = cursor.object()?;
                while let Some(key) = instance.next(cursor)? {
                    if key.as_ref() == b"id" {
                        draft.head.label = identifier(cursor, draft, "instance.id")?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            b"request" if cursor.kind()? == ValueKind::Object => {
                echoed = request(cursor, draft)?;
            }
            b"result" if cursor.kind()? == ValueKind::Object => failure = result(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    if let Some(failure) = failure {
        let label = draft.text_or_empty(draft.head.label);
        draft
            .failures
            .push(format!("{}: {failure}", excerpt(&label)));
        draft.clear_answer();
        draft.head = Head::default();
        return Ok(());
    }
    if echoed {
        for nth in draft.first_choice()..draft.choices.len() {
            echo::take_off(draft, nth, true);
        }
    }
    draft.seal(FormatId::HELM);
    Ok(())
}

/// Reads `request`; the answer says whether the prompt is written again.
fn request(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, JsonError> {
    let mut echoed = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"model" => draft.head.model = text(cursor, draft, "request.model")?,
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "request.prompt")?;
            }
            b"echo_prompt" => {
                echoed = cursor.kind()? == ValueKind::Bool && cursor.raw()? == b"true";
            }
            _ => cursor.skip()?,
        }
    }
    Ok(echoed)
}

/// Reads `result`; the answer is what went wrong.
fn result(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<String>, JsonError> {
    draft.choices.truncate(draft.first_choice());
    let mut success = true;
    let mut error = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"success" if cursor.kind()? == ValueKind::Bool => success = cursor.raw()? != b"false",
            b"error" if cursor.kind()? == ValueKind::String => {
                error = Some(excerpt(&cursor.string()?.to_text()));
            }
            b"request_datetime" => draft.head.created = time::created(cursor)?,
            b"completions" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                cursor.objects(|cursor| completion(cursor, draft))?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok((!success).then(|| error.unwrap_or_else(|| "`success` is false".to_owned())))
}

fn completion(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = draft.next_choice();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => choice.text = text(cursor, draft, "completions[].text")?,
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"tokens" => {
                let path = "completions[].tokens";
                choice.content = token_object::tokens(cursor, draft, path)?;
                undo_escapes(draft, choice.content);
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
    Ok(())
}

/// Runs of legacy models have their spelling of half characters: `bytes:\xe2\x80`.
fn undo_escapes(draft: &mut Draft, tokens: TokenRange) {
    let undone = |arena: &mut Vec<u8>, span: Span| {
        if !arena[span.start..span.end].starts_with(b"bytes:") {
            return span;
        }
        let start = arena.len();
        arena.extend_from_within(span.start..span.end);
        undo_byte_escapes(arena, start);
        Span {
            start,
            end: arena.len(),
        }
    };
    let first = draft
        .tokens
        .get(tokens.start)
        .map_or(0, |token| token.alternatives.first);
    for token in draft.tokens.iter_mut().skip(tokens.start) {
        token.bytes = undone(&mut draft.arena, token.bytes);
    }
    for listed in draft.alternatives.iter_mut().skip(first) {
        listed.bytes = undone(&mut draft.arena, listed.bytes);
    }
}
