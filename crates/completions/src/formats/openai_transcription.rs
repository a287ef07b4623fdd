//! What was said in a recording: a text and its tokens, without alternatives.
use super::Rule;
use super::fields::text;
use super::openai_responses::{logprobs, usage};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome};
use crate::{FormatId, Kind};

impl FormatId {
    /// OpenAI transcriptions.
    pub const OPENAI_TRANSCRIPTION: Self = Self::new("openai_transcription");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("text", ValueKind::String)
            && shape.at("logprobs[].token") == Some(ValueKind::String)
    },
    read,
    keys: &["text", "logprobs"],
    name: "a transcription",
};

/// Reads a whole one.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`text` beside a list of token objects");
    let mut choice = transcript();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => choice.text = text(cursor, draft, "text")?,
            b"logprobs" => (choice.values, choice.content) = logprobs(cursor, draft, "logprobs")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    choice.finished = true;
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::OPENAI_TRANSCRIPTION))
}

/// A sequence that was not written by a model of language.
pub(super) fn transcript() -> ChoiceDraft {
    ChoiceDraft {
        kind: Some(Kind::Transcription),
        ..ChoiceDraft::default()
    }
}
