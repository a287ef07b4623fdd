//! watsonx: results with their generated tokens, also in pieces.
use super::fields::{bad_field, count, finish, identifier, text};
use super::{Rule, time, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role};

impl FormatId {
    /// IBM watsonx.
    pub const WATSONX: Self = Self::new("watsonx");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        // An answer of TGI has the same text, and its tokens below `details`.
        shape.at("results[].details").is_none()
            && (shape.at("results[].generated_text").is_some()
                || shape.at("results[].generated_tokens").is_some())
    },
    read,
    keys: &["results"],
    name: "a response of watsonx",
};

/// Reads a response: one sequence for each result.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`results[].generated_text`");
    let mut open = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model_id" => draft.head.model = text(cursor, draft, "model_id")?,
            b"created_at" => draft.head.created = time::created(cursor)?,
            b"results" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                (draft.head.prompt_tokens, draft.head.completion_tokens) = (None, None);
                open = false;
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    open |= result(cursor, draft)?;
                }
            }
            _ => cursor.skip()?,
        }
    }
    // A result that is not finished is a piece of a stream; nothing but the model tells of which.
    let piece = Piece {
        key: draft.head.model.unwrap_or_default(),
        role: if open { Role::Next } else { Role::Perhaps },
        position: None,
    };
    Ok(Outcome::Piece(FormatId::WATSONX, piece))
}

/// Reads one result; tells whether it goes on in another record.
fn result(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "results[]", "an object").map(|()| false);
    }
    let mut choice = ChoiceDraft {
        // Only `not_finished` says that there is more.
        finished: true,
        ..draft.next_choice()
    };
    let mut open = false;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"generated_text" => choice.text = text(cursor, draft, "results[].generated_text")?,
            b"stop_reason" => {
                let start = cursor.clone();
                finish(cursor, draft, &mut choice)?;
                open = not_finished(start)?;
                choice.finished = !open;
            }
            b"generated_token_count" => {
                let count = count(cursor, draft, "results[].generated_token_count")?;
                add(&mut draft.head.completion_tokens, count);
            }
            b"input_token_count" => {
                let count = count(cursor, draft, "results[].input_token_count")?;
                add(&mut draft.head.prompt_tokens, count);
            }
            b"generated_tokens" => {
                choice.content = token_object::tokens(cursor, draft, "results[].generated_tokens")?;
                choice.values = if choice.content.is_empty() {
                    Values::Empty
                } else {
                    Values::Listed
                };
            }
            b"input_tokens" => {
                choice.prompt = token_object::tokens(cursor, draft, "results[].input_tokens")?;
            }
            _ => cursor.skip()?,
        }
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(open)
}

fn not_finished(mut cursor: Cursor<'_>) -> Result<bool, JsonError> {
    Ok(cursor.kind()? == ValueKind::String
        && cursor
            .string()?
            .text()
            .eq_ignore_ascii_case(b"not_finished"))
}

fn add(sum: &mut Option<u64>, more: Option<u64>) {
    *sum = match (*sum, more) {
        (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
        (one, other) => one.or(other),
    };
}
