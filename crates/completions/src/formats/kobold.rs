//! KoboldAI and KoboldCpp: `{"results": [{"text", "finish_reason", "logprobs"}]}`. Its `logprobs` has the values twice, as a list
//! of token objects and as parallel arrays.
use super::fields::{count, finish, text};
use super::{Rule, openai};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// KoboldAI and KoboldCpp.
    pub const KOBOLD: Self = Self::new("kobold");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        // Outputs of vLLM have a text and a reason for its end, too, and transcriptions a text with a list of values.
        let values = shape.at("results[].logprobs");
        let has = |path: &str| shape.at(path).is_some();
        shape.at("results[].text") == Some(ValueKind::String)
            && !has("results[].token_ids")
            && values != Some(ValueKind::Array)
            && (values.is_some() || has("results[].finish_reason") || has("results[].tool_calls"))
    },
    read,
    keys: &["results"],
    name: "a response of KoboldCpp",
};

/// Reads a response: one sequence for each result.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`results[].text`");
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() != b"results" || cursor.kind()? != ValueKind::Array {
            cursor.skip()?;
            continue;
        }
        draft.choices.truncate(draft.first_choice());
        cursor.objects(|cursor| result(cursor, draft))?;
    }
    Ok(Outcome::Completion(FormatId::KOBOLD))
}

fn result(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = ChoiceDraft {
        finished: true,
        ..draft.next_choice()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => choice.text = text(cursor, draft, "results[].text")?,
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"logprobs" => openai::logprobs(cursor, draft, &mut choice)?,
            b"prompt_tokens" => {
                draft.head.prompt_tokens = count(cursor, draft, "results[].prompt_tokens")?;
            }
            b"completion_tokens" => {
                draft.head.completion_tokens = count(cursor, draft, "results[].completion_tokens")?;
            }
            _ => cursor.skip()?,
        }
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(())
}
