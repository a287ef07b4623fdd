//! Generations of Langfuse, from its API or an export, alone or in lists below anything else.
use super::fields::{count, identifier, text};
use super::{Rule, asked, said, time};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// An observation of Langfuse.
    pub const LANGFUSE: Self = Self::new("langfuse");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let kind = shape.text("type").eq_ignore_ascii_case(b"generation");
        kind && ["output", "traceId", "trace_id"]
            .iter()
            .any(|key| shape.has(key))
    },
    read,
    keys: &["traceId"],
    name: "an observation of Langfuse",
};

/// Reads one generation.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut output = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"model" | b"providedModelName" => {
                let model = text(cursor, draft, "model")?;
                draft.head.model = model.or(draft.head.model);
            }
            b"startTime" | b"start_time" => draft.head.created = time::created(cursor)?,
            b"input" if cursor.kind()? == ValueKind::String => {
                draft.head.prompt = text(cursor, draft, "input")?;
            }
            b"input" => {
                draft.head.asked = asked::of(cursor.clone());
                cursor.skip()?;
            }
            b"output" => {
                output = Some(cursor.clone());
                cursor.skip()?;
            }
            b"usage" | b"usageDetails" | b"usage_details"
                if cursor.kind()? == ValueKind::Object =>
            {
                usage(cursor, draft)?;
            }
            _ => cursor.skip()?,
        }
    }
    let first = draft.completions.len();
    let read = match output {
        Some(output) => said::read(output, draft)?,
        None => false,
    };
    if draft.completions.len() > first {
        draft.layer("nested");
        return Ok(Outcome::Completions);
    }
    draft.head.evidence = Some("`type` is GENERATION, beside `output`");
    Ok(if read {
        Outcome::Completion(FormatId::LANGFUSE)
    } else {
        let why = "`output` has no text";
        Outcome::Without(FormatId::LANGFUSE, Code::NoCompletion, why.to_owned())
    })
}

fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"input" | b"promptTokens" => {
                draft.head.prompt_tokens = count(cursor, draft, "usage.input")?
            }
            b"output" | b"completionTokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.output")?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}
