//! Gemini and Vertex: candidates with two parallel lists, what was chosen and what could have been.
//!
//! Keys are written as on the wire (`logprobsResult`) or as Python prints them (`logprobs_result`). `avgLogprobs` is never
//! compared with anything: models that think count hidden tokens in it.
use super::fields::{bad_field, count, finish, identifier, joined, string, text};
use super::gemini_values::Steps;
use super::{Rule, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{ToolCall, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};

impl FormatId {
    /// Gemini and Vertex, also as a stream.
    pub const GEMINI: Self = Self::new("gemini");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        const KEYS: [&str; 7] = [
            "candidates[].content",
            "candidates[].logprobsResult",
            "candidates[].logprobs_result",
            "candidates[].avgLogprobs",
            "candidates[].avg_logprobs",
            "candidates[].finishReason",
            "candidates[].finish_reason",
        ];
        let alone = shape.has("usageMetadata") && shape.has("responseId");
        KEYS.iter().any(|key| shape.at(key).is_some())
            || (!shape.has("candidates")
                && (alone || shape.at("promptFeedback.blockReason").is_some()))
    },
    read,
    keys: &["candidates"],
    name: "a response of Gemini",
};

/// Reads a response, or a piece of one: they look the same.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`candidates[]` with `content`");
    let (mut blocked, mut has_usage) = (None, false);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"candidates" if cursor.kind()? == ValueKind::Array => candidates(cursor, draft)?,
            b"responseId" | b"response_id" => {
                draft.head.id = identifier(cursor, draft, "responseId")?;
            }
            b"modelVersion" | b"model_version" => {
                draft.head.model = text(cursor, draft, "modelVersion")?;
            }
            b"createTime" | b"create_time" => draft.head.created = time::created(cursor)?,
            b"usageMetadata" | b"usage_metadata" if cursor.kind()? == ValueKind::Object => {
                has_usage = true;
                usage(cursor, draft)?;
            }
            b"promptFeedback" | b"prompt_feedback" if cursor.kind()? == ValueKind::Object => {
                let mut feedback = cursor.object()?;
                while let Some(key) = feedback.next(cursor)? {
                    match key.as_ref() {
                        b"blockReason" | b"block_reason" => {
                            blocked = text(cursor, draft, "promptFeedback.blockReason")?;
                        }
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    let choices = &draft.choices[draft.first_choice()..];
    let nothing = choices.is_empty();
    if let Some(blocked) = blocked.filter(|_| nothing) {
        let why = draft.text(blocked);
        return Ok(Outcome::Failed(format!("the prompt was blocked: {why}")));
    }
    let finished = choices.iter().all(|choice| choice.finished);
    // Without anything that says which stream a piece belongs to, each stands for itself.
    if draft.head.id.is_none() && !finished && !has_usage && draft.head.model.is_none() {
        return Ok(Outcome::Completion(FormatId::GEMINI));
    }
    let piece = Piece {
        key: draft.head.id.or(draft.head.model).unwrap_or_default(),
        role: if nothing { Role::Next } else { Role::Perhaps },
        position: None,
    };
    Ok(Outcome::Piece(FormatId::GEMINI, piece))
}

fn candidates(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    draft.choices.truncate(draft.first_choice());
    let mut items = cursor.array()?;
    let mut position = 0;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::Object {
            candidate(cursor, draft, position)?;
        } else {
            bad_field(cursor, draft, "candidates[]", "an object")?;
        }
        position += 1;
    }
    Ok(())
}

fn candidate(cursor: &mut Cursor<'_>, draft: &mut Draft, position: u32) -> Result<(), JsonError> {
    let mut choice = ChoiceDraft {
        index: position,
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "candidates[].index")?;
                choice.index = index
                    .and_then(|index| u32::try_from(index).ok())
                    .unwrap_or(position);
            }
            b"finishReason" | b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"content" if cursor.kind()? == ValueKind::Object => {
                let mut content = cursor.object()?;
                while let Some(key) = content.next(cursor)? {
                    if key.as_ref() == b"parts" && cursor.kind()? == ValueKind::Array {
                        parts(cursor, draft, &mut choice)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            b"logprobsResult" | b"logprobs_result" => {
                choice.values = match cursor.kind()? {
                    ValueKind::Object => {
                        choice.content = Steps::read(cursor, draft)?;
                        if choice.content.is_empty() {
                            Values::Empty
                        } else {
                            Values::Listed
                        }
                    }
                    _ => cursor.skip().map(|()| Values::Null)?,
                };
            }
            _ => cursor.skip()?,
        }
    }
    draft.choices.push(choice);
    Ok(())
}

/// The parts of a message; thoughts are no part of the answer.
fn parts(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    choice.text = None;
    choice.tool_calls.clear();
    let mut parts = cursor.array()?;
    while parts.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            bad_field(cursor, draft, "candidates[].content.parts[]", "an object")?;
            continue;
        }
        let (mut words, mut thought) = (None, false);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"text" => words = text(cursor, draft, "candidates[].content.parts[].text")?,
                b"thought" => thought = cursor.raw()? == b"true",
                b"functionCall" | b"function_call" if cursor.kind()? == ValueKind::Object => {
                    let call = call(cursor, draft, choice.tool_calls.len())?;
                    choice.tool_calls.push(call);
                }
                _ => cursor.skip()?,
            }
        }
        if let Some(words) = words.filter(|_| !thought) {
            choice.text = Some(joined(draft, choice.text, words));
        }
    }
    Ok(())
}

fn call(cursor: &mut Cursor<'_>, draft: &mut Draft, nth: usize) -> Result<ToolCall, JsonError> {
    let (mut name, mut arguments) = (Span::default(), Span::default());
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"name" if cursor.kind()? == ValueKind::String => name = string(cursor, draft)?,
            b"args" => {
                let written = cursor.raw()?;
                arguments = draft.store(written);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(ToolCall {
        index: u32::try_from(nth).unwrap_or(u32::MAX),
        name,
        arguments,
    })
}

/// Thoughts are counted apart, so they are not compared with the list either.
fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"promptTokenCount" | b"prompt_token_count" => {
                draft.head.prompt_tokens = count(cursor, draft, "usageMetadata.promptTokenCount")?;
            }
            b"candidatesTokenCount" | b"candidates_token_count" => {
                draft.head.completion_tokens =
                    count(cursor, draft, "usageMetadata.candidatesTokenCount")?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}
