//! Answers of Amazon Bedrock in shapes of its own: Llama and imported models (`generation`), Titan (`results[].outputText`) and
//! Converse (`output.message`). Imported models may list values by position, under the ids of tokens.
use super::fields::{count, finish, text};
use super::positions::{self, Answer, Keys};
use super::prompt::Pending;
use super::sglang::without_texts;
use super::{Rule, message};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// Amazon Bedrock.
    pub const BEDROCK: Self = Self::new("bedrock");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let text = |path| shape.at(path) == Some(ValueKind::String);
        text("generation") && (shape.has("generation_token_count") || shape.has("stop_reason"))
            || text("results[].outputText")
            || shape.has("stopReason") && shape.at("output.message") == Some(ValueKind::Object)
    },
    read,
    keys: &["generation", "stopReason"],
    name: "an answer of Bedrock",
};

/// Why there are no values, where there are none.
const WHY: &str =
    "Bedrock gives values of tokens for imported models only, when `return_logprobs` is true";

/// Reads one answer.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = new(draft);
    let (mut values, mut prompt) = (None, Pending::default());
    let mut results = false;
    draft.head.evidence = Some("`generation` beside `stop_reason`");
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"generation" => choice.text = text(cursor, draft, "generation")?,
            b"stop_reason" | b"stopReason" => finish(cursor, draft, &mut choice)?,
            b"prompt_token_count" | b"inputTextTokenCount" => {
                draft.head.prompt_tokens = count(cursor, draft, "prompt_token_count")?;
            }
            b"generation_token_count" => {
                draft.head.completion_tokens = count(cursor, draft, "generation_token_count")?;
            }
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            b"output" if cursor.kind()? == ValueKind::Object => {
                draft.head.evidence = Some("`output.message` beside `stopReason`");
                let mut output = cursor.object()?;
                while let Some(key) = output.next(cursor)? {
                    if key.as_ref() == b"message" && cursor.kind()? == ValueKind::Object {
                        message::message(cursor, draft, &mut choice)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            b"results" if cursor.kind()? == ValueKind::Array => {
                draft.head.evidence = Some("`results[].outputText`");
                results = true;
                titan(cursor, draft)?;
            }
            name => {
                match name {
                    b"logprobs" => values = Some(cursor.clone()),
                    b"prompt_logprobs" if cursor.kind()? == ValueKind::Array => {
                        prompt.values = Some(cursor.clone());
                    }
                    _ => {}
                }
                cursor.skip()?;
            }
        }
    }
    if results {
        return Ok(Outcome::Completion(FormatId::BEDROCK));
    }
    if let Some(mut values) = values {
        let answer = Answer {
            ids: &[],
            text: choice.text,
        };
        choice.content = positions::tokens(&mut values, draft, Keys::Ids, answer)?;
        without_texts(draft, choice.content, choice.text);
        if !choice.content.is_empty() {
            choice.values = Values::Listed;
        }
    }
    if prompt.values.is_some() {
        let nth = draft.choices.len();
        choice.prompt = prompt.read(draft, nth)?;
        choice.prompt_values = true;
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::BEDROCK))
}

fn new(draft: &Draft) -> ChoiceDraft {
    ChoiceDraft {
        finished: true,
        why: Some(WHY),
        ..draft.next_choice()
    }
}

/// Reads `[{"outputText", "tokenCount", "completionReason"}]`.
fn titan(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            cursor.skip()?;
            continue;
        }
        let mut choice = new(draft);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"outputText" => choice.text = text(cursor, draft, "results[].outputText")?,
                b"completionReason" => finish(cursor, draft, &mut choice)?,
                _ => cursor.skip()?,
            }
        }
        draft.choices.push(choice);
    }
    Ok(())
}

fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"inputTokens" => draft.head.prompt_tokens = count(cursor, draft, "usage.inputTokens")?,
            b"outputTokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.outputTokens")?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}
