//! Responses of LlamaIndex: `{"message", "raw", "logprobs"}`, or `text` in the place of `message`. `raw` is the response as the
//! service gave it; where it is not kept, `logprobs` has what was likely at each position ([`super::positions`]).
use super::positions::{self, Answer, Keys};
use super::{Rule, envelope, message};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome, Span};

impl FormatId {
    /// A response of LlamaIndex.
    pub const LLAMAINDEX: Self = Self::new("llamaindex");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let answer = shape.is("message", ValueKind::Object) || shape.is("text", ValueKind::String);
        answer && shape.has("raw") && shape.has("additional_kwargs")
    },
    read,
    keys: &["raw"],
    name: "a response of LlamaIndex",
};

/// Reads the raw response, else the message.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = ChoiceDraft {
        finished: true,
        ..ChoiceDraft::default()
    };
    let (mut raw, mut values) = (None, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"message" if cursor.kind()? == ValueKind::Object => {
                message::message(&mut cursor.clone(), draft, &mut choice)?;
                choice.text = choice.text.or(blocks(&mut cursor.clone(), draft)?);
                cursor.skip()?;
            }
            b"text" => choice.text = message::content(cursor, draft, "text")?,
            name => {
                match name {
                    b"raw" => raw = Some(cursor.clone()),
                    b"logprobs" => values = Some(cursor.clone()),
                    _ => {}
                }
                cursor.skip()?;
            }
        }
    }
    let first = draft.completions.len();
    if let Some(mut raw) = raw.filter(|raw| raw.clone().kind() == Ok(ValueKind::Object)) {
        envelope::inside(&mut raw, draft)?;
    }
    if draft.completions.len() > first {
        draft.layer("nested");
        return Ok(Outcome::Completions);
    }
    draft.head.evidence = Some("`raw` beside `message` or `text`");
    if let Some(mut values) = values {
        choice.values = match values.kind()? {
            ValueKind::Null => Values::Null,
            _ => Values::Empty,
        };
        let answer = Answer {
            ids: &[],
            text: choice.text,
        };
        choice.content = positions::tokens(&mut values, draft, Keys::Texts, answer)?;
        if !choice.content.is_empty() {
            choice.values = Values::Listed;
        }
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    Ok(Outcome::Completion(FormatId::LLAMAINDEX))
}

/// `blocks` of a message: what newer releases have in the place of `content`.
fn blocks(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Option<Span>, JsonError> {
    let mut text = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        if key.as_ref() == b"blocks" {
            text = message::content(cursor, draft, "message.blocks")?;
        } else {
            cursor.skip()?;
        }
    }
    Ok(text)
}
