//! Responses with `choices`: Chat Completions, legacy Completions, their streams and their dialects.
use super::fields::{bad_field, count, finish, identifier, text, whole};
use super::shape::Shape;
use super::{Rule, arrays, echo, message, time, token_object};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{Saw, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};
use crate::FormatId;

impl FormatId {
    /// OpenAI Chat Completions and its dialects.
    pub const OPENAI_CHAT: Self = Self::new("openai_chat");
    /// The same as a stream of pieces.
    pub const OPENAI_CHAT_STREAM: Self = Self::new("openai_chat_stream");
    /// OpenAI legacy Completions and its dialects, also as a stream.
    pub const OPENAI_COMPLETIONS: Self = Self::new("openai_completions");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| shape.has("choices") && !texts_only(shape),
    read,
    keys: &["choices"],
    name: "a response of the OpenAI kind",
};

/// `choices` of a question with several answers: an exam, not a response.
fn texts_only(shape: &Shape<'_>) -> bool {
    shape.at("choices[]") == Some(ValueKind::String)
}

/// Reads a response with `choices`.
pub(super) fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut trouble = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"choices" => trouble = choices(cursor, draft)?,
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"object" => draft.head.object = text(cursor, draft, "object")?,
            b"created" => draft.head.created = time::created(cursor)?,
            b"usage" => usage(cursor, draft)?,
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            other => {
                draft.head.dialect = draft.head.dialect.or_else(|| dialect(other));
                cursor.skip()?;
            }
        }
    }
    if let Some(trouble) = trouble {
        return Ok(Outcome::Unrecognised(trouble));
    }
    echo::settle(draft);
    Ok(format_of(draft))
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
    draft.choices.truncate(draft.first_choice());
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
        index: u32::try_from(draft.choices.len() - draft.first_choice()).unwrap_or(u32::MAX),
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
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"message" if cursor.kind()? == ValueKind::Object => {
                choice.saw.message = true;
                message::message(cursor, draft, &mut choice)?;
            }
            b"text" => {
                choice.saw.text = true;
                choice.text = text(cursor, draft, "choices[].text")?;
            }
            b"logprobs" => logprobs(cursor, draft, &mut choice)?,
            b"prompt_logprobs" => {
                draft.head.dialect = draft.head.dialect.or(Some("vLLM"));
                choice.prompt_values = !cursor.null()?;
                if choice.prompt_values {
                    cursor.skip()?;
                }
            }
            b"delta" if cursor.kind()? == ValueKind::Object => {
                choice.saw.delta = true;
                message::message(cursor, draft, &mut choice)?;
            }
            other => {
                draft.head.dialect = draft.head.dialect.or(match other {
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
    let mut arrays = arrays::Arrays::default();
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

pub(super) fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"prompt_tokens" => draft.head.prompt_tokens = count(cursor, draft, "usage.prompt_tokens")?,
            b"completion_tokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.completion_tokens")?
            }
            b"completion_tokens_details" if cursor.kind()? == ValueKind::Object => {
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

/// Chat or legacy, whole or a piece? Told from the choices.
fn format_of(draft: &mut Draft) -> Outcome {
    let object = draft.text_or_empty(draft.head.object);
    let choices = &draft.choices[draft.first_choice()..];
    let saw = choices.iter().fold(Saw::default(), |saw, choice| saw.or(choice.saw));
    if saw.delta || object.ends_with(".chunk") {
        return Outcome::Piece(FormatId::OPENAI_CHAT_STREAM, piece(draft, Role::Next));
    }
    let legacy = saw.text || saw.array_values || object == "text_completion";
    if saw.message {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else if legacy {
        // Pieces of legacy streams have no name of their own: they say that the end is still to come, and share an id.
        let may_go_on = |choice: &ChoiceDraft| choice.finished || choice.saw.open_end;
        if object == "text_completion" && draft.head.id.is_some() && choices.iter().all(may_go_on) {
            return Outcome::Piece(FormatId::OPENAI_COMPLETIONS, piece(draft, Role::Perhaps));
        }
        Outcome::Completion(FormatId::OPENAI_COMPLETIONS)
    } else if saw.chat_values || choices.is_empty() {
        Outcome::Completion(FormatId::OPENAI_CHAT)
    } else {
        Outcome::Unrecognised(
            "it has `choices`, but none of them has a `message`, a `text` or `logprobs`".to_owned(),
        )
    }
}

/// What the pieces of one completion share: the id, else what kind of object of which model they are.
fn piece(draft: &mut Draft, role: Role) -> Piece {
    let head = draft.head;
    let id = head.id.filter(|id| id.start < id.end);
    let key = id.unwrap_or_else(|| {
        let start = draft.arena.len();
        for part in [head.object, head.model].into_iter().flatten() {
            draft.arena.extend_from_within(part.start..part.end);
            draft.arena.push(0);
        }
        Span {
            start,
            end: draft.arena.len(),
        }
    });
    Piece {
        key,
        role,
        position: None,
    }
}
