//! Rows of `samples_*.jsonl` of lm-eval: the answers as texts, or one total per answer option. There are no tokens.
use super::Rule;
use super::fields::{identifier, string};
use super::shape::Shape;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError, number};
use crate::record::{ChoiceDraft, Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// A row of lm-eval.
    pub const LM_EVAL: Self = Self::new("lm_eval");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| shape.has("doc_id") && shape.is("resps", ValueKind::Array),
    read,
    keys: &["doc_id", "resps"],
    name: "a row of lm-eval",
};

/// Why there are no values.
const WHY: &str = "lm-eval stores the texts of answers, not their tokens";

/// Reads one row.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`doc_id` beside `resps`");
    // A total is often written as a text; only the request tells it from an answer such as "42".
    let shape = Shape::of(cursor.clone())?;
    let generates = shape.at("arguments.gen_args_0").is_none()
        || shape.at("arguments.gen_args_0.arg_1") == Some(ValueKind::Object);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"doc_id" => draft.head.label = identifier(cursor, draft, "doc_id")?,
            // Rows are repeated for each filter: the document tells them.
            b"doc_hash" => draft.head.id = identifier(cursor, draft, "doc_hash")?,
            b"resps" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                answers(cursor, draft, generates)?;
            }
            _ => cursor.skip()?,
        }
    }
    if draft.choices.len() > draft.first_choice() {
        return Ok(Outcome::Completion(FormatId::LM_EVAL));
    }
    let why = "`resps` has one total per answer option";
    Ok(Outcome::Without(
        FormatId::LM_EVAL,
        Code::OnlyTotals,
        why.to_owned(),
    ))
}

/// Reads `[["text", …], …]` or `["text", …]`; whatever lies deeper, or is no text, is a total.
fn answers(cursor: &mut Cursor<'_>, draft: &mut Draft, generates: bool) -> Result<(), JsonError> {
    let mut requests = cursor.array()?;
    while requests.next(cursor)? {
        match cursor.kind()? {
            ValueKind::String => answer(cursor, draft, generates)?,
            ValueKind::Array => {
                let mut repeats = cursor.array()?;
                while repeats.next(cursor)? {
                    if cursor.kind()? == ValueKind::String {
                        answer(cursor, draft, generates)?;
                    } else {
                        cursor.skip()?;
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

fn answer(cursor: &mut Cursor<'_>, draft: &mut Draft, generates: bool) -> Result<(), JsonError> {
    let text = string(cursor, draft)?;
    if !generates
        && (matches!(draft.bytes(text), b"True" | b"False")
            || number::parse_text(draft.bytes(text)).is_some())
    {
        return Ok(());
    }
    draft.choices.push(ChoiceDraft {
        text: Some(text),
        why: Some(WHY),
        ..draft.next_choice()
    });
    Ok(())
}
