//! Anthropic Messages: texts, for which the service gives no values of tokens.
use super::fields::{finish, identifier, text};
use super::openai_responses::usage;
use super::{Rule, message};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// Anthropic Messages.
    pub const ANTHROPIC: Self = Self::new("anthropic");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("content", ValueKind::Array)
            && shape.has("stop_reason")
            && shape.text_at("type").as_ref() == b"message"
    },
    read,
    keys: &["stop_reason"],
    name: "an answer of Anthropic",
};

/// Reads one answer.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`type` is message, beside `content` and `stop_reason`");
    let mut choice = ChoiceDraft {
        why: Some("the service gives no values of tokens"),
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"content" => choice.text = message::content(cursor, draft, "content")?,
            b"stop_reason" => finish(cursor, draft, &mut choice)?,
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    choice.finished = true;
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::ANTHROPIC))
}
