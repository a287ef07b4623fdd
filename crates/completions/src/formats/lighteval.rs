//! Details of lighteval: one total per answer option, sometimes the texts of answers. There are no tokens.
use super::Rule;
use super::fields::string;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// Details of lighteval.
    pub const LIGHTEVAL: Self = Self::new("lighteval");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.at("test_cases[].model_response") == Some(ValueKind::Object)
            || shape.at("model_response.logprobs[]") == Some(ValueKind::Number)
    },
    read,
    keys: &["test_cases", "model_response"],
    name: "details of lighteval",
};

/// Why there are no values.
const WHY: &str = "lighteval stores the texts of answers, not their tokens";

/// Reads the texts of the answers, if there are any.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`model_response.logprobs` is a list of numbers");
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"model_response" && cursor.kind()? == ValueKind::Object {
            draft.choices.truncate(draft.first_choice());
            let mut response = cursor.object()?;
            while let Some(key) = response.next(cursor)? {
                if key.as_ref() == b"text" && cursor.kind()? == ValueKind::Array {
                    texts(cursor, draft)?;
                } else {
                    cursor.skip()?;
                }
            }
        } else {
            cursor.skip()?;
        }
    }
    if draft.choices.len() > draft.first_choice() {
        return Ok(Outcome::Completion(FormatId::LIGHTEVAL));
    }
    let why = "`model_response.logprobs` has one total per answer option";
    Ok(Outcome::Without(
        FormatId::LIGHTEVAL,
        Code::OnlyTotals,
        why.to_owned(),
    ))
}

fn texts(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut items = cursor.array()?;
    while items.next(cursor)? {
        if cursor.kind()? != ValueKind::String {
            cursor.skip()?;
            continue;
        }
        let text = string(cursor, draft)?;
        draft.choices.push(ChoiceDraft {
            text: Some(text),
            why: Some(WHY),
            ..draft.next_choice()
        });
    }
    Ok(())
}
