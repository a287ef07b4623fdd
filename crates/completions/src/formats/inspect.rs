//! Logs of inspect: one object with all samples, or one sample for itself, as the members of an `.eval` archive have it.
use super::fields::{count, finish, identifier, text};
use super::{Rule, asked, batch, message, token_object};
use crate::FormatId;
use crate::containers::sniff::excerpt;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{Mark, Values};
use crate::record::{Draft, Head, Outcome};
use crate::report::Code;

impl FormatId {
    /// A log of inspect.
    pub const INSPECT: Self = Self::new("inspect");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let log = shape.is("eval", ValueKind::Object)
            && (shape.has("samples") || shape.has("plan") && shape.has("status"));
        let sample = shape.has("epoch") && shape.at("output.choices") == Some(ValueKind::Array);
        log || sample
    },
    read,
    keys: &["samples", "eval", "epoch"],
    name: "a log of inspect",
};

/// What of a log, or of a sample alone.
#[derive(Debug, Default)]
struct Found {
    /// It is a whole log.
    log: bool,
    samples: bool,
}

/// Reads a log or a sample. `events`, `transcript` and `messages` repeat the outputs and are passed over.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let start = Mark::of(draft);
    let mut copy = cursor.clone();
    let mut found = Found::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"eval" => {
                found.log = true;
                cursor.skip()?;
            }
            b"samples" if cursor.kind()? == ValueKind::Array => {
                // Of two keys with one name the last counts.
                start.restore(draft);
                found.samples = true;
                cursor.objects(|cursor| sample(cursor, draft))?;
            }
            _ => cursor.skip()?,
        }
    }
    if !found.log {
        sample(&mut copy, draft)?;
    } else if !found.samples {
        draft.head.evidence = Some("`eval` beside `plan` and `status`");
        return Ok(Outcome::Without(
            FormatId::INSPECT,
            Code::LogHead,
            String::new(),
        ));
    }
    Ok(Outcome::Completions)
}

fn sample(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let (mut id, mut epoch, mut error) = (None, None, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"id" => id = identifier(cursor, draft, "samples[].id")?,
            b"epoch" => epoch = count(cursor, draft, "samples[].epoch")?,
            b"error" => error = batch::error_text(cursor)?.or(error),
            b"input" => {
                draft.head.asked = asked::of(cursor.clone());
                cursor.skip()?;
            }
            b"output" if cursor.kind()? == ValueKind::Object => {
                draft.clear_answer();
                error = output(cursor, draft)?.or(error);
            }
            _ => cursor.skip()?,
        }
    }
    let mut label = draft.text_or_empty(id);
    if let Some(epoch) = epoch {
        label += &format!(", epoch {epoch}");
    }
    match error {
        Some(error) if draft.choices.len() == draft.first_choice() => {
            let label = excerpt(&label);
            draft.failures.push(format!("sample {label}: {error}"));
            draft.clear_answer();
            draft.head = Head::default();
        }
        _ => {
            draft.head.label = Some(draft.store(label.as_bytes()));
            draft.head.evidence = Some("`samples[].output.choices`");
            draft.seal(FormatId::INSPECT);
        }
    }
    Ok(())
}

/// Reads `output`; the answer is what went wrong.
fn output(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<String>, JsonError> {
    let mut error = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"model" => draft.head.model = text(cursor, draft, "output.model")?,
            b"error" => error = batch::error_text(cursor)?,
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            b"choices" if cursor.kind()? == ValueKind::Array => {
                draft.choices.truncate(draft.first_choice());
                cursor.objects(|cursor| choice(cursor, draft))?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(error)
}

fn usage(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"input_tokens" => {
                draft.head.prompt_tokens = count(cursor, draft, "usage.input_tokens")?
            }
            b"output_tokens" => {
                draft.head.completion_tokens = count(cursor, draft, "usage.output_tokens")?;
            }
            b"reasoning_tokens" => {
                draft.head.reasoning_tokens = count(cursor, draft, "usage.reasoning_tokens")?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

fn choice(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), JsonError> {
    let mut choice = draft.next_choice();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"message" if cursor.kind()? == ValueKind::Object => {
                message::message(cursor, draft, &mut choice)?;
            }
            b"stop_reason" => finish(cursor, draft, &mut choice)?,
            b"logprobs" => {
                choice.values = match cursor.kind()? {
                    ValueKind::Null => Values::Null,
                    _ => Values::Empty,
                };
                choice.content = list(cursor, draft)?;
                if !choice.content.is_empty() {
                    choice.values = Values::Listed;
                }
            }
            b"prompt_logprobs" => {
                choice.prompt = list(cursor, draft)?;
                choice.prompt_values = !choice.prompt.is_empty();
            }
            _ => cursor.skip()?,
        }
    }
    draft.choices.push(choice);
    Ok(())
}

/// A list of token objects, or an object with one as `content`.
fn list(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
) -> Result<crate::record::draft::TokenRange, JsonError> {
    if cursor.kind()? != ValueKind::Object {
        return token_object::tokens(cursor, draft, "choices[].logprobs");
    }
    let mut list = Default::default();
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"content" {
            list = token_object::tokens(cursor, draft, "choices[].logprobs.content")?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(list)
}
