//! Responses with `choices`: Chat Completions, legacy Completions, their streams and their dialects.
mod told;
mod values;

use super::fields::{count, finish, identifier, text, whole};
use super::prompt::{self, Pending};
use super::shape::Shape;
use super::{Rule, asked, echo, message, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{Draft, Outcome};
use told::{dialect, format_of};
pub(super) use values::logprobs;
use values::{listed_only, placeholders, plain_values};

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
    let mut root = Pending::default();
    let mut listed = TokenRange::default();
    let mut prompts = Vec::new();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"choices" => trouble = choices(cursor, draft, &mut prompts)?,
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"object" => draft.head.object = text(cursor, draft, "object")?,
            b"created" | b"timeCreated" => draft.head.created = time::created(cursor)?,
            b"usage" => usage(cursor, draft)?,
            b"label" if cursor.kind()? == ValueKind::String => {
                draft.head.label = text(cursor, draft, "label")?;
            }
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            b"prompt" if cursor.kind()? == ValueKind::Array => {
                listed = prompt::list(cursor, draft)?;
                if !listed.is_empty() {
                    draft.head.told("Together", "`prompt[].logprobs`");
                }
            }
            other => {
                match other {
                    b"prompt_logprobs" if cursor.kind()? == ValueKind::Array => {
                        root.values = Some(cursor.clone());
                    }
                    b"messages" => {
                        draft.head.asked = asked::of(cursor.clone());
                        asked::messages(cursor, draft);
                    }
                    b"request" => asked::request(cursor.clone(), draft),
                    b"engine" if told::is_own(cursor.clone().raw()?) => {
                        draft.head.told("Surprisal", "`engine`");
                    }
                    b"prompt_token_ids" => root.ids = Some(cursor.clone()),
                    b"system_fingerprint" if cursor.clone().raw()?.ends_with(b"-native\"") => {
                        draft.head.told("TGI", "`system_fingerprint`");
                    }
                    _ => {}
                }
                if let Some((server, key)) = dialect(other) {
                    draft.head.told(server, key);
                }
                cursor.skip()?;
            }
        }
    }
    read_prompts(draft, root, listed, prompts)?;
    if let Some(trouble) = trouble {
        return Ok(Outcome::Unrecognised(trouble));
    }
    echo::settle(draft);
    Ok(format_of(draft))
}

/// Reads a choice that has no response around it.
pub(super) fn bare(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut prompts = Vec::new();
    choice(cursor, draft, &mut prompts)?;
    read_prompts(draft, Pending::default(), TokenRange::default(), prompts)?;
    echo::settle(draft);
    Ok(())
}

/// Reads what was met of prompts: those of single choices, and the one that all choices share.
fn read_prompts(
    draft: &mut Draft,
    root: Pending<'_>,
    listed: TokenRange,
    prompts: Vec<(usize, Pending<'_>)>,
) -> Result<(), JsonError> {
    let first = draft.first_choice();
    for (nth, mut pending) in prompts {
        if pending.values.is_some() && nth < draft.choices.len() {
            pending.ids = pending.ids.or_else(|| root.ids.clone());
            draft.choices[nth].prompt = pending.read(draft, nth)?;
            draft.choices[nth].prompt_values = true;
        }
    }
    let given = root.values.is_some();
    let shared = if given {
        root.read(draft, first)?
    } else {
        listed
    };
    for choice in draft.choices.iter_mut().skip(first) {
        choice.prompt_values |= given;
        if choice.prompt.is_empty() {
            choice.prompt = shared;
        }
    }
    Ok(())
}

/// Reads the choices; the answer says why the record is no completion after all.
fn choices<'a>(
    cursor: &mut Cursor<'a>,
    draft: &mut Draft,
    prompts: &mut Vec<(usize, Pending<'a>)>,
) -> Result<Option<String>, JsonError> {
    // Of two keys with one name the last counts.
    draft.choices.truncate(draft.first_choice());
    prompts.clear();
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
            choice(cursor, draft, prompts)?;
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

/// Reads one choice and appends it.
fn choice<'a>(
    cursor: &mut Cursor<'a>,
    draft: &mut Draft,
    prompts: &mut Vec<(usize, Pending<'a>)>,
) -> Result<(), JsonError> {
    let mut pending = Pending::default();
    let mut values = None;
    let mut choice = draft.next_choice();
    let mut plain = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "choices[].index")?
                    .and_then(|index| u32::try_from(index).ok());
                choice.index = index.unwrap_or(choice.index);
            }
            b"finish_reason" | b"finishReason" => finish(cursor, draft, &mut choice)?,
            b"message" if cursor.kind()? == ValueKind::Object => {
                choice.saw.message = true;
                message::message(cursor, draft, &mut choice)?;
            }
            b"text" => {
                choice.saw.text = true;
                plain = text(cursor, draft, "choices[].text")?;
            }
            b"logprobs" => {
                values = Some(cursor.clone());
                logprobs(cursor, draft, &mut choice)?;
            }
            b"prompt_logprobs" | b"prompt_token_ids" if cursor.kind()? == ValueKind::Array => {
                draft.head.told("vLLM", "`choices[].prompt_logprobs`");
                let at = Some(cursor.clone());
                if key.as_ref() == b"prompt_logprobs" {
                    pending.values = at;
                } else {
                    pending.ids = at;
                }
                cursor.skip()?;
            }
            b"delta" if cursor.kind()? == ValueKind::Object => {
                choice.saw.delta = true;
                message::message(cursor, draft, &mut choice)?;
            }
            other => {
                match other {
                    b"prompt_logprobs" => draft.head.told("vLLM", "`choices[].prompt_logprobs`"),
                    b"stop_reason" => draft.head.told("vLLM", "`choices[].stop_reason`"),
                    b"token_ids" => draft.head.told("vLLM", "`choices[].token_ids`"),
                    b"content_filter_results" => {
                        draft
                            .head
                            .told("Azure", "`choices[].content_filter_results`");
                    }
                    _ => {}
                }
                cursor.skip()?;
            }
        }
    }
    // Where there is a message too, it decides.
    choice.text = choice.text.or(plain);
    // Values without tokens: for a piece, or an answer, of a text.
    let without_message = choice.saw.delta || choice.saw.text && !choice.saw.message;
    match (choice.values, values) {
        (Values::WithoutTokens, Some(mut cursor)) if without_message => {
            plain_values(&mut cursor, draft, &mut choice)?;
        }
        (Values::Empty, Some(mut cursor)) => listed_only(&mut cursor, draft, &mut choice)?,
        _ => {}
    }
    placeholders(draft, choice.content);
    if pending.values.is_some() {
        prompts.push((draft.choices.len(), pending));
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(())
}

pub(super) fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return cursor.skip();
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"prompt_tokens" | b"promptTokens" => {
                draft.head.prompt_tokens = count(cursor, draft, "usage.prompt_tokens")?
            }
            b"completion_tokens" | b"completionTokens" => {
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
