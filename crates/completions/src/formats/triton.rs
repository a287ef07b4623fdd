//! Triton with the backend of TensorRT-LLM: a text, and values of its tokens without their texts.
use super::Rule;
use super::fields::{text, value};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, TokenDraft};

impl FormatId {
    /// Triton with TensorRT-LLM.
    pub const TRITON: Self = Self::new("triton");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.is("text_output", ValueKind::String),
    read,
    keys: &["text_output", "output_log_probs"],
    name: "an answer of Triton",
};

/// Reads one answer.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`text_output`");
    let mut choice = ChoiceDraft {
        finished: true,
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = super::fields::identifier(cursor, draft, "id")?,
            b"model_name" => draft.head.model = text(cursor, draft, "model_name")?,
            b"text_output" => choice.text = text(cursor, draft, "text_output")?,
            b"output_log_probs" => {
                choice.content = values(cursor, draft)?;
                choice.values = if choice.content.is_empty() {
                    Values::Empty
                } else {
                    Values::Listed
                };
            }
            _ => cursor.skip()?,
        }
    }
    super::sglang::without_texts(draft, choice.content, choice.text);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::TRITON))
}

/// A list of values, in as many lists as there are; a single value stands for itself.
fn values(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<TokenRange, JsonError> {
    let start = draft.tokens.len();
    list(cursor, draft, 0)?;
    Ok(TokenRange::since(start, draft))
}

fn list(cursor: &mut Cursor<'_>, draft: &mut Draft, depth: u32) -> Result<(), JsonError> {
    // One list for each prompt, and in it one for each beam.
    const DEEPEST: u32 = 3;
    if cursor.kind()? != ValueKind::Array {
        let raw = value(cursor, draft, "output_log_probs[]")?;
        draft.tokens.push(TokenDraft {
            raw,
            ..TokenDraft::default()
        });
        return Ok(());
    }
    if depth == DEEPEST {
        return cursor.skip();
    }
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        list(cursor, draft, depth + 1)?;
    }
    Ok(())
}
