//! What Chat Completions and legacy Completions have in common: the response, its choices, usage.
use super::fields::{bad_field, count, identifier, text, whole};
use super::{openai_chat, openai_completions, time, token_object};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{Saw, Values};
use crate::record::{ChoiceDraft, Draft, Outcome};
use crate::{Finish, FormatId};

/// Reads a response with `choices`.
pub(super) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut trouble = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"choices" => trouble = choices(cursor, draft)?,
            b"id" => draft.id = identifier(cursor, draft, "id")?,
            b"model" => draft.model = text(cursor, draft, "model")?,
            b"object" => draft.object = text(cursor, draft, "object")?,
            b"created" => draft.created = time::created(cursor)?,
            b"usage" => usage(cursor, draft)?,
            other => {
                draft.dialect = draft.dialect.or_else(|| dialect(other));
                cursor.skip()?;
            }
        }
    }
    Ok(match trouble {
        Some(trouble) => Outcome::Unrecognised(trouble),
        None => format_of(draft),
    })
}

/// Keys that only one server writes.
fn dialect(key: &[u8]) -> Option<&'static str> {
    Some(match key {
        b"prompt_logprobs" | b"kv_transfer_params" | b"prompt_token_ids" => "vLLM",
        b"timings" | b"__verbose" => "llama.cpp",
        b"prompt_filter_results" => "Azure",
        b"meta_info" => "SGLang",
        _ => return None,
    })
}

/// Reads the choices; the answer says why the record is no completion after all.
fn choices(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<String>, JsonError> {
    // Of two keys with one name the last counts.
    draft.choices.clear();
    let kind = cursor.kind()?;
    if kind != ValueKind::Array {
        cursor.skip()?;
        return Ok(Some(format!(
            "it has `choices`, but that is {}",
            kind.name()
        )));
    }
    let mut trouble = None;
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        let kind = cursor.kind()?;
        if kind == ValueKind::Object {
            choice(cursor, draft)?;
        } else {
            cursor.skip()?;
            trouble = Some(format!(
                "it has `choices`, but one of them is {} and not an object",
                kind.name()
            ));
        }
    }
    Ok(trouble)
}

fn choice(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = ChoiceDraft {
        index: u32::try_from(draft.choices.len()).unwrap_or(u32::MAX),
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "choices[].index")?
                    .and_then(|index| u32::try_from(index).ok());
                choice.index = index.unwrap_or(choice.index);
            }
            b"finish_reason" => choice.finish = finish(cursor, draft)?,
            b"message" if cursor.kind()? == ValueKind::Object => {
                choice.saw.message = true;
                openai_chat::message(cursor, draft, &mut choice)?;
            }
            b"text" => {
                choice.saw.text = true;
                choice.text = text(cursor, draft, "choices[].text")?;
            }
            b"logprobs" => logprobs(cursor, draft, &mut choice)?,
            b"prompt_logprobs" => {
                draft.dialect = draft.dialect.or(Some("vLLM"));
                choice.prompt_values = !cursor.null()?;
                if choice.prompt_values {
                    cursor.skip()?;
                }
            }
            b"delta" => {
                choice.saw.delta = true;
                cursor.skip()?;
            }
            other => {
                draft.dialect = draft.dialect.or(match other {
                    b"stop_reason" | b"token_ids" => Some("vLLM"),
                    b"content_filter_results" => Some("Azure"),
                    _ => None,
                });
                cursor.skip()?;
            }
        }
    }
    draft.choices.push(choice);
    Ok(())
}

/// Values of a choice. Their own shape decides how they are read, not `object`: llama.cpp answers legacy requests with lists
/// of token objects, Together chat requests with parallel arrays.
fn logprobs(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    choice.content = Default::default();
    choice.refusal = Default::default();
    choice.values = match cursor.kind()? {
        ValueKind::Null => {
            cursor.skip()?;
            Values::Null
        }
        ValueKind::Array | ValueKind::Number => {
            cursor.skip()?;
            Values::WithoutTokens
        }
        ValueKind::Object => lists(cursor, draft, choice)?,
        _ => {
            bad_field(cursor, draft, "choices[].logprobs", "an object")?;
            Values::Absent
        }
    };
    Ok(())
}

fn lists(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<Values, JsonError> {
    let mut arrays = openai_completions::Arrays::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => {
                choice.saw.chat_values |= cursor.kind()? == ValueKind::Array;
                choice.content = token_object::tokens(cursor, draft, "choices[].logprobs.content")?;
            }
            b"refusal" => {
                choice.saw.chat_values |= cursor.kind()? == ValueKind::Array;
                choice.refusal = token_object::tokens(cursor, draft, "choices[].logprobs.refusal")?;
            }
            b"reasoning_content" => {
                choice.reasoning = cursor.kind()? == ValueKind::Array;
                cursor.skip()?;
            }
            b"tokens" => arrays.tokens(cursor, draft)?,
            b"token_logprobs" => arrays.values(cursor, draft)?,
            b"top_logprobs" => arrays.alternatives(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    if arrays.is_there() {
        choice.saw.array_values = true;
        let from_arrays = arrays.finish(draft)?;
        if choice.content.is_empty() && choice.refusal.is_empty() {
            choice.content = from_arrays;
        }
    }
    let none = choice.content.is_empty() && choice.refusal.is_empty();
    Ok(if none { Values::Empty } else { Values::Listed })
}

fn finish(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Finish, JsonError> {
    let reason = match cursor.kind()? {
        ValueKind::String => cursor.string()?.text(),
        ValueKind::Object => {
            // SGLang: {"type": "stop", …}
            let mut reason = Default::default();
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                if key.as_ref() == b"type" && cursor.kind()? == ValueKind::String {
                    reason = cursor.string()?.text();
                } else {
                    cursor.skip()?;
                }
            }
            reason
        }
        ValueKind::Null => {
            cursor.skip()?;
            return Ok(Finish::Unknown);
        }
        _ => {
            bad_field(cursor, draft, "choices[].finish_reason", "a text")?;
            return Ok(Finish::Unknown);
        }
    };
    Ok(finish_class(&reason))
}

fn finish_class(reason: &[u8]) -> Finish {
    match reason {
        b"stop" | b"eos" | b"eos_token" | b"stop_sequence" | b"end_turn" | b"STOP"
        | b"completed" | b"endoftext" => Finish::Stop,
        b"length" | b"max_tokens" | b"MAX_TOKENS" => Finish::Length,
        b"tool_calls" | b"function_call" => Finish::Tool,
        b"content_filter" | b"SAFETY" | b"RECITATION" => Finish::Filter,
        _ => Finish::Unknown,
    }
}

fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"prompt_tokens" => draft.prompt_tokens = count(cursor, draft, "usage.prompt_tokens")?,
            b"completion_tokens" => {
                draft.completion_tokens = count(cursor, draft, "usage.completion_tokens")?
            }
            b"completion_tokens_details" if cursor.kind()? == ValueKind::Object => {
                let mut details = cursor.object()?;
                while let Some(key) = details.next(cursor)? {
                    if key.as_ref() == b"reasoning_tokens" && cursor.kind()? == ValueKind::Number {
                        draft.reasoning_tokens = whole(cursor.number()?);
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

/// Chat or legacy? Told from the choices.
fn format_of(draft: &Draft) -> Outcome {
    let object = draft
        .object
        .map(|object| draft.bytes(object))
        .unwrap_or_default();
    let saw = |test: fn(&Saw) -> bool| draft.choices.iter().any(|choice| test(&choice.saw));
    if saw(|saw| saw.delta) || object.ends_with(b".chunk") {
        return Outcome::Unrecognised(
            "it is a piece of a stream (`choices[].delta`), which is not read yet".to_owned(),
        );
    }
    if saw(|saw| saw.message) {
        Outcome::Completion(FormatId::OpenaiChat)
    } else if saw(|saw| saw.text || saw.array_values) || object == b"text_completion" {
        Outcome::Completion(FormatId::OpenaiCompletions)
    } else if saw(|saw| saw.chat_values) || draft.choices.is_empty() {
        Outcome::Completion(FormatId::OpenaiChat)
    } else {
        Outcome::Unrecognised(
            "it has `choices`, but none of them has a `message`, a `text` or `logprobs`".to_owned(),
        )
    }
}
