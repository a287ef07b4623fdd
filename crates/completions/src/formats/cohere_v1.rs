//! Cohere's first generation interface: likelihoods of the tokens, with those of the prompt in front if asked for. Its chat of
//! that time has texts only.
use super::fields::{bad_field, count, finish, identifier, text};
use super::shape::Shape;
use super::{Rule, echo, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// Cohere Generate.
    pub const COHERE_V1: Self = Self::new("cohere_v1");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.at("generations[].token_likelihoods").is_some()
            || (shape.at("generations[].text").is_some()
                && (shape.has("meta") || shape.has("prompt")))
            || is_chat(shape)
    },
    read,
    keys: &["generations"],
    name: "a response of Cohere",
};

/// Its chat before v2, which gives no values.
fn is_chat(shape: &Shape<'_>) -> bool {
    shape.is("text", ValueKind::String) && shape.has("generation_id") && shape.has("chat_history")
}

/// Reads a response. The `likelihood` of a generation is a mean over the prompt too, so it is not compared with anything.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`generations[].token_likelihoods`");
    let mut chat = ChoiceDraft::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"prompt" => draft.head.prompt = text(cursor, draft, "prompt")?.or(draft.head.prompt),
            b"generations" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    generation(cursor, draft)?;
                }
            }
            b"response_id" => draft.head.id = identifier(cursor, draft, "response_id")?,
            b"text" if cursor.kind()? == ValueKind::String => {
                chat.text = text(cursor, draft, "text")?;
            }
            b"finish_reason" => finish(cursor, draft, &mut chat)?,
            b"meta" if cursor.kind()? == ValueKind::Object => meta(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    if draft.choices.len() == draft.first_choice() && chat.text.is_some() {
        draft.head.evidence = Some("`text` beside `generation_id` and `chat_history`");
        chat.why = Some("the chat of Cohere before v2 gives no values of tokens");
        draft.choices.push(chat);
    }
    echo::settle(draft);
    Ok(Outcome::Completion(FormatId::COHERE_V1))
}

fn generation(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return bad_field(cursor, draft, "generations[]", "an object");
    }
    let mut choice = draft.next_choice();
    // The prompt may be in front, as in arrays with echo.
    choice.saw.array_values = true;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"index" => {
                let index = count(cursor, draft, "generations[].index")?;
                choice.index = index
                    .and_then(|index| u32::try_from(index).ok())
                    .unwrap_or(choice.index);
            }
            b"text" => choice.text = text(cursor, draft, "generations[].text")?,
            b"finish_reason" => finish(cursor, draft, &mut choice)?,
            b"token_likelihoods" => {
                let is_null = cursor.kind()? == ValueKind::Null;
                choice.content =
                    token_object::tokens(cursor, draft, "generations[].token_likelihoods")?;
                choice.values = match (is_null, choice.content.is_empty()) {
                    (true, _) => Values::Null,
                    (false, true) => Values::Empty,
                    (false, false) => Values::Listed,
                };
            }
            _ => cursor.skip()?,
        }
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(())
}

/// `meta.billed_units` has the only counts.
fn meta(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"billed_units" && cursor.kind()? == ValueKind::Object {
            super::openai_responses::usage(cursor, draft)?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(())
}
