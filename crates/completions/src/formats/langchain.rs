//! What LangChain keeps: messages with `response_metadata`, in its several ways to write them, and results with lists of
//! `generations`, in which a message stands beside the same values once more.
use super::fields::{finish, identifier, text};
use super::{Rule, message, openai, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Head, Outcome};
use crate::report::Code;

impl FormatId {
    /// Messages and results of LangChain.
    pub const LANGCHAIN: Self = Self::new("langchain");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("response_metadata", ValueKind::Object) && shape.has("content")
            || shape.at("kwargs.response_metadata") == Some(ValueKind::Object)
            || shape.at("data.response_metadata") == Some(ValueKind::Object)
            || shape.at("generations[]") == Some(ValueKind::Array)
    },
    read,
    keys: &["response_metadata", "generations"],
    name: "a message of LangChain",
};

/// Why there are no values, where there are none.
const WHY: &str =
    "LangChain keeps values of tokens in `response_metadata.logprobs`, and there are none";

/// Reads a message, or a result with generations.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut copy = cursor.clone();
    let (mut generations, mut inside, mut person) = (None, None, false);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"generations" => generations = Some(cursor.clone()),
            b"kwargs" | b"data" if cursor.kind()? == ValueKind::Object => {
                inside = Some(cursor.clone());
            }
            b"type" if cursor.kind()? == ValueKind::String => {
                let kind = cursor.clone().string()?.text();
                person = matches!(kind.as_ref(), b"human" | b"system" | b"tool" | b"function");
            }
            _ => {}
        }
        cursor.skip()?;
    }
    if let Some(mut lists) = generations {
        draft.head.evidence = Some("`generations` is a list of lists");
        return results(&mut lists, copy, draft).map(|()| Outcome::Completions);
    }
    draft.head.evidence = Some("`response_metadata` beside `content`");
    if person {
        let why = "it is a message that no model wrote";
        return Ok(Outcome::Without(
            FormatId::LANGCHAIN,
            Code::NoCompletion,
            why.to_owned(),
        ));
    }
    let mut choice = ChoiceDraft::default();
    said(inside.as_mut().unwrap_or(&mut copy), draft, &mut choice)?;
    push(draft, choice);
    Ok(Outcome::Completion(FormatId::LANGCHAIN))
}

fn push(draft: &mut Draft, mut choice: ChoiceDraft) {
    choice.index = draft.next_index();
    choice.finished = true;
    choice.why = Some(WHY);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
}

/// Reads `{"content", "response_metadata", "tool_calls", "id"}`.
fn said(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => choice.text = message::content(cursor, draft, "content")?,
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"response_metadata" if cursor.kind()? == ValueKind::Object => {
                metadata(cursor, draft, choice)?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Reads what came with an answer.
fn metadata(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"model_name" | b"model" => draft.head.model = text(cursor, draft, "model_name")?,
            b"finish_reason" | b"stop_reason" | b"done_reason" => finish(cursor, draft, choice)?,
            b"token_usage" | b"usage" => openai::usage(cursor, draft)?,
            b"logprobs" | b"logprobs_result" => values(cursor, draft, choice)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Values as the service gave them: an object of the OpenAI kind, or a list of token objects.
fn values(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Array {
        return openai::logprobs(cursor, draft, choice);
    }
    choice.content = token_object::tokens(cursor, draft, "response_metadata.logprobs")?;
    choice.values = if choice.content.is_empty() {
        Values::Empty
    } else {
        Values::Listed
    };
    Ok(())
}

/// Reads the lists of generations: each list is a completion, and its elements are choices.
fn results(lists: &mut Cursor<'_>, whole: Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let around = Head {
        model: model_of(whole, draft)?.or(draft.head.model),
        ..draft.head
    };
    let mut prompts = lists.array()?;
    while prompts.next(lists)? {
        if lists.kind()? != ValueKind::Array {
            lists.skip()?;
            continue;
        }
        draft.head = around;
        let mut items = lists.array()?;
        while items.next(lists)? {
            if lists.kind()? == ValueKind::Object {
                let choice = generation(lists, draft)?;
                push(draft, choice);
            } else {
                lists.skip()?;
            }
        }
        draft.seal(FormatId::LANGCHAIN);
    }
    Ok(())
}

/// Reads `{"text", "generation_info", "message"}`. The message counts: the other two repeat it.
fn generation(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<ChoiceDraft, JsonError> {
    let mut choice = ChoiceDraft::default();
    let (mut plain, mut info) = (None, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => plain = text(cursor, draft, "generations[].text")?,
            b"generation_info" if cursor.kind()? == ValueKind::Object => {
                info = Some(cursor.clone());
                cursor.skip()?;
            }
            b"message" if cursor.kind()? == ValueKind::Object => {
                message(cursor, draft, &mut choice)?
            }
            _ => cursor.skip()?,
        }
    }
    choice.text = choice.text.or(plain);
    if let Some(mut info) = info
        && choice.content.is_empty()
        && choice.refusal.is_empty()
    {
        metadata(&mut info, draft, &mut choice)?;
    }
    Ok(choice)
}

/// A message, or an object that wraps one.
fn message(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut copy = cursor.clone();
    let mut wrapped = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if matches!(key.as_ref(), b"kwargs" | b"data") && cursor.kind()? == ValueKind::Object {
            said(cursor, draft, choice)?;
            wrapped = true;
        } else {
            cursor.skip()?;
        }
    }
    if !wrapped {
        said(&mut copy, draft, choice)?;
    }
    Ok(())
}

/// `llm_output.model_name`.
fn model_of(
    mut cursor: Cursor<'_>,
    draft: &mut Draft,
) -> Result<Option<crate::record::Span>, JsonError> {
    let mut model = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(&mut cursor)? {
        if key.as_ref() != b"llm_output" || cursor.kind()? != ValueKind::Object {
            cursor.skip()?;
            continue;
        }
        let mut output = cursor.object()?;
        while let Some(key) = output.next(&mut cursor)? {
            if key.as_ref() == b"model_name" {
                model = text(&mut cursor, draft, "llm_output.model_name")?;
            } else {
                cursor.skip()?;
            }
        }
    }
    Ok(model)
}
