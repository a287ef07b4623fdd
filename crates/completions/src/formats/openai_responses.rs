//! The Responses API: one answer made of items, with values on the parts of its messages.
use super::batch::error_text;
use super::fields::{count, finish_class, identifier, joined, string, text, whole};
use super::{Rule, time, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, ToolCall, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Span};

impl FormatId {
    /// OpenAI Responses.
    pub const OPENAI_RESPONSES: Self = Self::new("openai_responses");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.text_at("object").as_ref() == b"response"
            || shape.text_at("output[].content[].type").as_ref() == b"output_text"
    },
    read,
    keys: &["object", "output"],
    name: "an answer of the Responses API",
};

/// Reads a whole answer.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut answer = response(cursor, draft)?;
    draft.head.evidence = Some("`output[].content[]` has parts with their own `logprobs`");
    if let Some(error) = answer.error {
        if answer.is_empty {
            return Ok(Outcome::Failed(error));
        }
        draft.failures.push(error);
    }
    answer.choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(answer.choice);
    Ok(Outcome::Completion(FormatId::OPENAI_RESPONSES))
}

/// What an answer has.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) choice: ChoiceDraft,
    /// What the server said when it failed.
    pub(super) error: Option<String>,
    /// There is neither text nor a call.
    pub(super) is_empty: bool,
}

/// Reads the object of an answer, whole or just begun. All its parts are one sequence.
pub(super) fn response(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Answer, JsonError> {
    let mut choice = ChoiceDraft::default();
    let mut error = None;
    let mut status = None;
    let mut reason = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"created_at" => draft.head.created = time::created(cursor)?,
            b"status" => status = text(cursor, draft, "status")?,
            b"error" => error = error_text(cursor)?,
            b"incomplete_details" if cursor.kind()? == ValueKind::Object => {
                let mut details = cursor.object()?;
                while let Some(key) = details.next(cursor)? {
                    match key.as_ref() {
                        b"reason" => reason = text(cursor, draft, "incomplete_details.reason")?,
                        _ => cursor.skip()?,
                    }
                }
            }
            b"output" if cursor.kind()? == ValueKind::Array => {
                choice = output(cursor, draft)?;
            }
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    let status = status.map(|status| draft.bytes(status)).unwrap_or_default();
    choice.finished = matches!(
        status,
        b"completed" | b"incomplete" | b"failed" | b"cancelled"
    );
    choice.finish = match reason {
        Some(reason) if status != b"completed" => finish_class(draft.bytes(reason)),
        _ => finish_class(status),
    };
    if status == b"failed" && error.is_none() {
        error = Some("without a message".to_owned());
    }
    let is_empty = choice.text.is_none()
        && choice.refusal_text.is_none()
        && choice.tool_calls.is_empty()
        && choice.content.is_empty();
    Ok(Answer {
        choice,
        error,
        is_empty,
    })
}

fn output(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<ChoiceDraft, JsonError> {
    let mut choice = ChoiceDraft::default();
    let first_token = draft.tokens.len();
    let mut items = cursor.array()?;
    let mut nth = 0;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::Object {
            item(cursor, draft, &mut choice, nth)?;
        } else {
            cursor.skip()?;
        }
        nth += 1;
    }
    choice.content = TokenRange::since(first_token, draft);
    Ok(choice)
}

/// An item of `output`: a message with parts, or a call.
pub(super) fn item(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
    index: u32,
) -> Result<(), JsonError> {
    let mut is_call = false;
    let (mut name, mut arguments) = (Span::default(), Span::default());
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"type" => {
                let kind = text(cursor, draft, "output[].type")?;
                let kind = kind.map(|kind| draft.bytes(kind)).unwrap_or_default();
                is_call = matches!(kind, b"function_call" | b"custom_tool_call" | b"mcp_call");
            }
            b"name" => name = text(cursor, draft, "output[].name")?.unwrap_or_default(),
            b"arguments" | b"input" if cursor.kind()? == ValueKind::String => {
                arguments = string(cursor, draft)?;
            }
            b"content" if cursor.kind()? == ValueKind::Array => {
                let mut parts = cursor.array()?;
                while parts.next(cursor)? {
                    if cursor.kind()? == ValueKind::Object {
                        part(cursor, draft, choice)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    if is_call {
        choice.tool_calls.push(ToolCall {
            index,
            name,
            arguments,
        });
    }
    Ok(())
}

/// A part of a message. Only texts that were put out count; reasoning has no values.
fn part(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let first_token = draft.tokens.len();
    let (mut kind, mut words, mut refusal) = (None, None, None);
    let mut values = Values::Absent;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"type" => kind = text(cursor, draft, "output[].content[].type")?,
            b"text" => words = text(cursor, draft, "output[].content[].text")?,
            b"refusal" => refusal = text(cursor, draft, "output[].content[].refusal")?,
            b"logprobs" => {
                draft.tokens.truncate(first_token);
                values = logprobs(cursor, draft, "output[].content[].logprobs")?.0;
            }
            _ => cursor.skip()?,
        }
    }
    let kind = kind.map(|kind| draft.bytes(kind));
    let is_text = matches!(kind, Some(b"output_text" | b"text") | None);
    let is_refusal = kind == Some(b"refusal");
    if is_text {
        if let Some(words) = words {
            choice.text = Some(joined(draft, choice.text, words));
        }
        choice.values = choice.values.with(values);
    } else {
        draft.tokens.truncate(first_token);
    }
    if let Some(refusal) = refusal.filter(|_| is_refusal) {
        choice.refusal_text = Some(joined(draft, choice.refusal_text, refusal));
    }
    Ok(())
}

/// The values of a part or of a piece of it.
pub(super) fn logprobs(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    path: &str,
) -> Result<(Values, TokenRange), JsonError> {
    let null = cursor.kind()? == ValueKind::Null;
    let tokens = token_object::tokens(cursor, draft, path)?;
    let values = match (null, tokens.is_empty()) {
        (true, _) => Values::Null,
        (false, true) => Values::Empty,
        (false, false) => Values::Listed,
    };
    Ok((values, tokens))
}

/// Usage under the names of the newer interfaces.
pub(super) fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"input_tokens" => {
                draft.head.prompt_tokens = count(cursor, draft, "usage.input_tokens")?;
            }
            b"output_tokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.output_tokens")?;
            }
            b"output_tokens_details" if cursor.kind()? == ValueKind::Object => {
                let mut details = cursor.object()?;
                while let Some(key) = details.next(cursor)? {
                    if key.as_ref() == b"reasoning_tokens" && cursor.kind()? == ValueKind::Number {
                        draft.head.reasoning_tokens = whole(cursor.number()?);
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}
