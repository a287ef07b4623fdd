//! Ollama: `{"response", "done"}` or `{"message", "done"}`, whole or line by line, with the values at the root.
use super::fields::{bad_field, count, finish, text};
use super::shape::Shape;
use super::{Rule, message, time, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role};

impl FormatId {
    /// Ollama's own answers, also as a stream.
    pub const OLLAMA: Self = Self::new("ollama");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        shape.is("done", ValueKind::Bool)
            && !shape.has("choices")
            && (shape.is("response", ValueKind::String) || shape.is("message", ValueKind::Object))
    },
    read,
    keys: &["done"],
    name: "an answer of Ollama",
};

/// Reads an answer, or a line of its stream. Nothing names the stream: lines of one model belong together until one is `done`.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = ChoiceDraft::default();
    let mut done = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"response" => choice.text = text(cursor, draft, "response")?,
            b"message" if cursor.kind()? == ValueKind::Object => {
                message::message(cursor, draft, &mut choice)?;
            }
            b"message" if !cursor.null()? => bad_field(cursor, draft, "message", "an object")?,
            b"message" => {}
            b"logprobs" => {
                choice.values = match cursor.kind()? {
                    ValueKind::Null => Values::Null,
                    _ => Values::Empty,
                };
                choice.content = token_object::tokens(cursor, draft, "logprobs")?;
            }
            b"done" => done = cursor.raw()? == b"true",
            b"done_reason" => finish(cursor, draft, &mut choice)?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"created_at" => draft.head.created = time::created(cursor)?,
            b"prompt_eval_count" => {
                draft.head.prompt_tokens = count(cursor, draft, "prompt_eval_count")?;
            }
            b"eval_count" => draft.head.completion_tokens = count(cursor, draft, "eval_count")?,
            _ => cursor.skip()?,
        }
    }
    let listed = !choice.content.is_empty();
    if listed {
        choice.values = Values::Listed;
    }
    choice.finished = done;
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    draft.head.evidence = Some("`done` beside `response` or `message`");
    let piece = Piece {
        key: draft.head.model.unwrap_or_default(),
        role: if done { Role::Last } else { Role::Next },
        position: None,
    };
    Ok(Outcome::Piece(FormatId::OLLAMA, piece))
}
