//! A choice without the response around it, alone or under `raw_completion` in records of comparisons.
use super::fields::text;
use super::{Rule, openai};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// A choice of OpenAI Chat Completions without its response.
    pub const OPENAI_CHOICE: Self = Self::new("openai_choice");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let bare = shape.is("message", ValueKind::Object)
            && (shape.has("finish_reason") || shape.has("logprobs"));
        bare || (shape.has("raw_completion") && shape.has("annotator"))
    },
    read,
    keys: &["message", "raw_completion"],
    name: "a choice without its response",
};

/// Reads the choice, wherever it is.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let start = cursor.clone();
    let (mut inside, mut bare, mut annotator) = (None, false, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"message" => {
                bare |= cursor.kind()? == ValueKind::Object;
                cursor.skip()?;
            }
            b"raw_completion" => {
                inside = Some(cursor.clone());
                cursor.skip()?;
            }
            b"annotator" => annotator = text(cursor, draft, "annotator")?,
            _ => cursor.skip()?,
        }
    }
    let mut choice = match inside {
        Some(inside) if !bare => inside,
        _ => start,
    };
    draft.head.evidence = Some(if bare {
        "`message` and `logprobs` without `choices`"
    } else {
        "`raw_completion` is a choice without its response"
    });
    if let Some(why) = not_a_choice(choice.clone())? {
        return Ok(Outcome::Without(
            FormatId::OPENAI_CHOICE,
            Code::NoCompletion,
            why,
        ));
    }
    // Who judges has written it.
    draft.head.model = annotator.or(draft.head.model);
    openai::bare(&mut choice, draft)?;
    Ok(Outcome::Completion(FormatId::OPENAI_CHOICE))
}

/// What stands in the place of a choice, if it is none.
fn not_a_choice(mut cursor: Cursor<'_>) -> Result<Option<String>, JsonError> {
    let kind = cursor.kind()?;
    if kind != ValueKind::Object {
        return Ok(Some(format!("`raw_completion` is {}", kind.name())));
    }
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(&mut cursor)? {
        if matches!(key.as_ref(), b"message" | b"logprobs") {
            return Ok(None);
        }
        cursor.skip()?;
    }
    Ok(Some(
        "`raw_completion` has neither `message` nor `logprobs`".to_owned(),
    ))
}
