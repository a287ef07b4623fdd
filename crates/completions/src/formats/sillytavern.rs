//! Chats of SillyTavern, one message a line: what the model said is listed, with the other answers that it gave (`swipes`).
use super::fields::{string, text};
use super::{Rule, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome, Span};
use crate::report::Code;

impl FormatId {
    /// A chat of SillyTavern.
    pub const SILLYTAVERN: Self = Self::new("sillytavern");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.is("mes", ValueKind::String) && shape.has("is_user")
            || shape.has("user_name") && shape.has("character_name") && shape.has("create_date")
    },
    read,
    keys: &["mes"],
    name: "a message of SillyTavern",
};

/// Why there are no values.
const WHY: &str = "SillyTavern stores the texts of a chat, not their tokens";

/// Reads one message, or the head of the chat.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`mes` beside `is_user`");
    let (mut said, mut others, mut model) = (None, Vec::new(), true);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"mes" => said = text(cursor, draft, "mes")?,
            b"name" => draft.head.label = text(cursor, draft, "name")?,
            b"send_date" => draft.head.created = time::created(cursor)?,
            b"is_user" | b"is_system" => model &= cursor.raw()? != b"true",
            b"swipes" if cursor.kind()? == ValueKind::Array => others = texts(cursor, draft)?,
            b"extra" if cursor.kind()? == ValueKind::Object => {
                let mut extra = cursor.object()?;
                while let Some(key) = extra.next(cursor)? {
                    if key.as_ref() == b"model" {
                        draft.head.model = text(cursor, draft, "extra.model")?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    let Some(said) = said else {
        return Ok(Outcome::Without(
            FormatId::SILLYTAVERN,
            Code::LogHead,
            String::new(),
        ));
    };
    if !model {
        let why = "it is a message that no model wrote";
        return Ok(Outcome::Without(
            FormatId::SILLYTAVERN,
            Code::NoCompletion,
            why.to_owned(),
        ));
    }
    // The one that is shown stands first, and once.
    others.retain(|other| draft.bytes(*other) != draft.bytes(said));
    for (index, text) in (0..).zip(std::iter::once(said).chain(others)) {
        draft.choices.push(ChoiceDraft {
            index,
            text: Some(text),
            finished: true,
            why: Some(WHY),
            ..ChoiceDraft::default()
        });
    }
    Ok(Outcome::Completion(FormatId::SILLYTAVERN))
}

fn texts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Vec<Span>, JsonError> {
    let mut texts = Vec::new();
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? == ValueKind::String {
            texts.push(string(cursor, draft)?);
        } else {
            cursor.skip()?;
        }
    }
    Ok(texts)
}
