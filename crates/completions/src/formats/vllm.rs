//! What vLLM gives a program that runs it: `RequestOutput` with its `CompletionOutput`s, as Python prints them or as JSON.
//! TensorRT-LLM and LMDeploy have the same shape with fewer fields.
//!
//! Values are listed by position, under the ids of tokens ([`super::positions`]); `token_ids` says which was written.
use super::Rule;
use super::fields::{count, finish, identifier, text};
use super::positions::{self, Answer, Keys};
use super::prompt::Pending;
use super::sglang::without_texts;
use super::shape::Shape;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{Draft, Outcome};

impl FormatId {
    /// Outputs of vLLM as a library.
    pub const VLLM: Self = Self::new("vllm");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| is_request(shape) || is_output(shape),
    read,
    keys: &["outputs", "token_ids"],
    name: "an output of vLLM",
};

fn is_request(shape: &Shape<'_>) -> bool {
    shape.at("outputs[].token_ids") == Some(ValueKind::Array)
        && shape.at("outputs[].text").is_some()
}

/// One of the outputs alone.
fn is_output(shape: &Shape<'_>) -> bool {
    let more = ["cumulative_logprob", "generate_token_len", "finish_reason"];
    shape.is("token_ids", ValueKind::Array)
        && shape.is("text", ValueKind::String)
        && shape.has("logprobs")
        && more.iter().any(|key| shape.has(key))
}

/// Reads a request with its outputs, or an output.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`token_ids` beside `text` and `logprobs`");
    let mut copy = cursor.clone();
    let mut prompt = Pending::default();
    let mut outputs = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"request_id" => draft.head.id = identifier(cursor, draft, "request_id")?,
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            b"prompt_token_ids" => {
                prompt.ids = Some(cursor.clone());
                let ids = positions::ids(cursor)?.len() as u64;
                draft.head.prompt_tokens = Some(ids).filter(|&ids| ids > 0);
            }
            b"input_token_len" => {
                draft.head.prompt_tokens = count(cursor, draft, "input_token_len")?;
            }
            b"prompt_logprobs" => {
                prompt.values = Some(cursor.clone()).filter(is_list);
                cursor.skip()?;
            }
            b"outputs" => {
                outputs = Some(cursor.clone()).filter(is_list);
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
    }
    match outputs {
        Some(mut cursor) => {
            draft.head.evidence = Some("`outputs[].token_ids`");
            cursor.objects(|cursor| output(cursor, draft))?;
        }
        None => output(&mut copy, draft)?,
    }
    if prompt.values.is_some() {
        let first = draft.first_choice();
        let tokens = prompt.read(draft, first)?;
        for choice in draft.choices.iter_mut().skip(first) {
            choice.prompt = tokens;
            choice.prompt_values = true;
        }
    }
    Ok(Outcome::Completion(FormatId::VLLM))
}

fn is_list(cursor: &Cursor<'_>) -> bool {
    cursor.clone().kind() == Ok(ValueKind::Array)
}

/// Reads `{"index", "text", "token_ids", "logprobs", "finish_reason"}`.
fn output(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = draft.next_choice();
    let (mut ids, mut values) = (Vec::new(), None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "outputs[].index")?;
                choice.index = index
                    .and_then(|index| u32::try_from(index).ok())
                    .unwrap_or(choice.index);
            }
            b"text" => choice.text = text(cursor, draft, "outputs[].text")?,
            b"token_ids" => ids = positions::ids(cursor)?,
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"logprobs" => {
                values = Some(cursor.clone());
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
    }
    if let Some(mut values) = values {
        choice.values = match values.kind()? {
            ValueKind::Null => Values::Null,
            _ => Values::Empty,
        };
        let answer = Answer {
            ids: &ids,
            text: choice.text,
        };
        choice.content = positions::tokens(&mut values, draft, Keys::Ids, answer)?;
    }
    if !choice.content.is_empty() {
        choice.values = Values::Listed;
        without_texts(draft, choice.content, choice.text);
    }
    let generated = Some(ids.len() as u64).filter(|&ids| ids > 0);
    draft.head.completion_tokens = match (draft.head.completion_tokens, generated) {
        (Some(before), Some(more)) => before.checked_add(more),
        (before, more) => before.or(more),
    };
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(())
}
