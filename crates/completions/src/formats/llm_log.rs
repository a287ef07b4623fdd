//! Logs of the command line tool `llm` (`llm logs --json`): a text, and of some models what was likely at each position.
use super::fields::{count, identifier, string, text};
use super::positions::{self, Answer, Keys};
use super::{Rule, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// A log of the command line tool `llm`.
    pub const LLM_LOG: Self = Self::new("llm_log");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("response", ValueKind::String)
            && shape.has("prompt")
            && shape.has("datetime_utc")
            && (shape.has("conversation_id") || shape.has("response_json"))
    },
    read,
    keys: &["datetime_utc"],
    name: "a log of llm",
};

/// Why there are no values, where there are none.
const WHY: &str =
    "`llm` keeps values of tokens only from completion models that were asked for `logprobs`";

/// Reads one call.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`response` beside `prompt` and `datetime_utc`");
    let mut choice = ChoiceDraft {
        finished: true,
        why: Some(WHY),
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"prompt" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "prompt")?;
            }
            b"datetime_utc" => draft.head.created = time::created(cursor)?,
            b"response" => choice.text = text(cursor, draft, "response")?,
            b"input_tokens" => draft.head.prompt_tokens = count(cursor, draft, "input_tokens")?,
            b"output_tokens" => {
                draft.head.completion_tokens = count(cursor, draft, "output_tokens")?;
            }
            b"response_json" if cursor.kind()? == ValueKind::Object => {
                let mut response = cursor.object()?;
                while let Some(key) = response.next(cursor)? {
                    if key.as_ref() == b"logprobs" && cursor.kind()? == ValueKind::Array {
                        choice.content = pieces(cursor, draft)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    if !choice.content.is_empty() {
        choice.values = Values::Listed;
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::LLM_LOG))
}

/// Reads `[{"text": " a", "top_logprobs": [{" a": -0.5, " b": -1}]}]`: the text of a piece tells which of them was written.
fn pieces(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::Object {
            cursor.skip()?;
            continue;
        }
        let (mut said, mut listed) = (None, None);
        let mut fields = cursor.object()?;
        while let Some(key) = fields.next(cursor)? {
            match key.as_ref() {
                b"text" if cursor.kind()? == ValueKind::String => {
                    said = Some(string(cursor, draft)?)
                }
                b"top_logprobs" => {
                    listed = Some(cursor.clone());
                    cursor.skip()?;
                }
                _ => cursor.skip()?,
            }
        }
        if let Some(mut listed) = listed {
            let answer = Answer {
                ids: &[],
                text: said,
            };
            positions::tokens(&mut listed, draft, Keys::Texts, answer)?;
        }
    }
    Ok(TokenRange::since(start, draft))
}
