//! Results of promptfoo: the text of an answer, and at most the values of its tokens without their texts.
use super::fields::{identifier, text};
use super::{Rule, arrays};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome};

impl FormatId {
    /// A result of promptfoo.
    pub const PROMPTFOO: Self = Self::new("promptfoo");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.at("response.output") == Some(ValueKind::String)
            && (shape.has("promptIdx") || shape.has("vars"))
    },
    read,
    keys: &["promptIdx", "vars"],
    name: "a result of promptfoo",
};

/// Why there are no values, where there are none.
const WHY: &str = "promptfoo keeps the texts of answers, and their values only from providers that give `logProbs`";

/// Reads one result.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`response.output` beside `promptIdx` or `vars`");
    let mut choice = ChoiceDraft {
        finished: true,
        why: Some(WHY),
        ..ChoiceDraft::default()
    };
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"prompt" if cursor.kind()? == ValueKind::Object => {
                let mut prompt = cursor.object()?;
                while let Some(key) = prompt.next(cursor)? {
                    if key.as_ref() == b"raw" {
                        draft.head.prompt = text(cursor, draft, "prompt.raw")?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            b"response" if cursor.kind()? == ValueKind::Object => {
                response(cursor, draft, &mut choice)?;
            }
            _ => cursor.skip()?,
        }
    }
    super::sglang::without_texts(draft, choice.content, choice.text);
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::PROMPTFOO))
}

fn response(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let mut values = arrays::Arrays::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"output" => choice.text = text(cursor, draft, "response.output")?,
            b"logProbs" => values.values(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    if values.is_there() {
        choice.content = values.finish(draft)?;
        if !choice.content.is_empty() {
            choice.values = Values::Listed;
        }
    }
    Ok(())
}
