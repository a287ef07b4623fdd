//! Logs of OpenAI Evals: events, of which those of the kind `sampling` have the texts of answers.
use super::fields::{identifier, string};
use super::{Rule, asked};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{ChoiceDraft, Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// A log of OpenAI Evals.
    pub const OPENAI_EVALS: Self = Self::new("openai_evals");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.has("run_id") && shape.has("event_id") && shape.has("sample_id")
            || shape.at("spec.eval_name").is_some() && shape.at("spec.run_id").is_some()
            || shape.is("final_report", ValueKind::Object)
    },
    read,
    keys: &["sample_id", "final_report"],
    name: "an event of OpenAI Evals",
};

/// Why there are no values.
const WHY: &str = "OpenAI Evals stores the texts of answers, not their tokens";

/// Reads one event.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("`sample_id` beside `event_id` and `data.sampled`");
    let (mut sampling, mut event, mut data) = (false, false, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"sample_id" => {
                event = true;
                draft.head.label = identifier(cursor, draft, "sample_id")?;
            }
            b"type" if cursor.kind()? == ValueKind::String => {
                sampling = cursor.string()?.text().as_ref() == b"sampling";
            }
            b"data" if cursor.kind()? == ValueKind::Object => {
                data = Some(cursor.clone());
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
    }
    if let Some(mut data) = data.filter(|_| sampling) {
        let mut fields = data.object()?;
        while let Some(key) = fields.next(&mut data)? {
            match key.as_ref() {
                b"prompt" => {
                    draft.head.asked = asked::of(data.clone());
                    data.skip()?;
                }
                b"sampled" => sampled(&mut data, draft)?,
                _ => data.skip()?,
            }
        }
    }
    Ok(if draft.choices.len() > draft.first_choice() {
        Outcome::Completion(FormatId::OPENAI_EVALS)
    } else if event {
        let why = "it is an event of another kind than `sampling`";
        Outcome::Without(FormatId::OPENAI_EVALS, Code::NoCompletion, why.to_owned())
    } else {
        Outcome::Without(FormatId::OPENAI_EVALS, Code::LogHead, String::new())
    })
}

/// A text, or a list of them.
fn sampled(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    match cursor.kind()? {
        ValueKind::String => {
            let text = string(cursor, draft)?;
            draft.choices.push(ChoiceDraft {
                text: Some(text),
                finished: true,
                why: Some(WHY),
                ..draft.next_choice()
            });
            Ok(())
        }
        ValueKind::Array => {
            let mut items = cursor.array()?;
            while items.next(cursor)? {
                if cursor.kind()? == ValueKind::String {
                    sampled(cursor, draft)?;
                } else {
                    cursor.skip()?;
                }
            }
            Ok(())
        }
        _ => cursor.skip(),
    }
}
