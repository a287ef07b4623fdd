//! llama.cpp's own answers, since December 2024: `{"content", "completion_probabilities"}` with token objects.
//!
//! Older servers wrote the values in another way ([`super::llamacpp_legacy`]); the answer around them is the same.
use super::fields::{bad_field, count, finish_class, text};
use super::shape::Shape;
use super::{Rule, llamacpp_legacy, token_object};
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::Values;
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};
use crate::{Finish, FormatId};

impl FormatId {
    /// llama.cpp's own answers, also as a stream.
    pub const LLAMACPP: Self = Self::new("llamacpp");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        let answer = shape.is("content", ValueKind::String);
        let ends = answer && shape.is("stop", ValueKind::Bool);
        let values = ["id", "logprob", "prob", "top_logprobs", "top_probs"];
        let lists = |list: &str| {
            let mut values = values.iter();
            values.any(|key| shape.at(&format!("{list}[].{key}")).is_some())
        };
        let server = ["tokens_predicted", "id_slot", "timings"];
        !shape.has("choices")
            && (ends && server.iter().any(|key| shape.has(key))
                || lists("completion_probabilities")
                || (answer && lists("probs")))
    },
    read: |cursor, draft| read(cursor, draft, FormatId::LLAMACPP),
    keys: &[
        "completion_probabilities",
        "probs",
        "tokens_predicted",
        "id_slot",
    ],
    name: "an answer of llama.cpp",
};

/// Reads an answer, or an event of its stream.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    format: FormatId,
) -> Result<Outcome, JsonError> {
    let legacy = format == FormatId::LLAMACPP_LEGACY;
    let mut choice = ChoiceDraft::default();
    let mut end = End::default();
    let (mut index, mut slot) = (None, None);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"content" => choice.text = text(cursor, draft, "content")?,
            b"completion_probabilities" | b"probs" if cursor.kind()? == ValueKind::Array => {
                choice.content = if legacy {
                    llamacpp_legacy::entries(cursor, draft)?
                } else {
                    token_object::tokens(cursor, draft, "completion_probabilities")?
                };
                choice.values = Values::Empty;
            }
            b"completion_probabilities" if !cursor.null()? => {
                bad_field(cursor, draft, "completion_probabilities", "a list")?;
            }
            b"completion_probabilities" => {}
            b"index" => index = number(cursor)?,
            b"id_slot" | b"slot_id" => slot = number(cursor)?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"tokens_predicted" => {
                draft.head.completion_tokens = count(cursor, draft, "tokens_predicted")?;
            }
            b"tokens_evaluated" => {
                draft.head.prompt_tokens = count(cursor, draft, "tokens_evaluated")?;
            }
            other => end.field(other, cursor)?,
        }
    }
    let listed = !choice.content.is_empty();
    choice.values = match choice.values {
        _ if listed => Values::Listed,
        Values::Absent => Values::NotAsked("`completion_probabilities` is not there"),
        other => other,
    };
    if legacy {
        llamacpp_legacy::sent_text(draft, &choice);
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    choice.remarks.after_sampling |= legacy && listed;
    choice.finished = end.stop == Some(true);
    choice.finish = end.reason();
    draft.choices.push(choice);
    draft.head.evidence = Some(match (listed, legacy) {
        (true, true) => "`completion_probabilities[].probs`",
        (true, false) => "`completion_probabilities` is a list of token objects",
        (false, _) => "`content` and `stop`, without values",
    });
    Ok(match end.stop {
        None => Outcome::Completion(format),
        Some(stop) => {
            draft.vague = !listed;
            let key = index.map_or_else(|| (b"slot ", slot), |index| (b"index", Some(index)));
            let piece = Piece {
                key: store_key(draft, key),
                role: if stop { Role::Last } else { Role::Next },
                position: None,
            };
            Outcome::Piece(format, piece)
        }
    })
}

/// What the events of one answer share: the server numbers the answers of a request, or the slots that work on them.
fn store_key(draft: &mut Draft, (name, number): (&[u8; 5], Option<&[u8]>)) -> Span {
    let Span { start, .. } = draft.store(b"llama.cpp ");
    draft.store(name);
    let Span { end, .. } = draft.store(number.unwrap_or_default());
    Span { start, end }
}

/// A number as written; `None` for anything else.
fn number<'a>(cursor: &mut Cursor<'a>) -> Result<Option<&'a [u8]>, JsonError> {
    let is_number = cursor.kind()? == ValueKind::Number;
    let written = cursor.raw()?;
    Ok(is_number.then_some(written))
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, Default)]
struct End {
    /// Nothing follows.
    stop: Option<bool>,
    /// `stop_type`.
    said: Finish,
    /// What older servers say: one `true` among several keys.
    older: Finish,
}

impl End {
    fn field(&mut self, key: &[u8], cursor: &mut Cursor<'_>) -> Result<(), JsonError> {
        let kind = cursor.kind()?;
        match (key, kind) {
            (b"stop", ValueKind::Bool) => self.stop = Some(cursor.raw()? == b"true"),
            (b"stop_type", ValueKind::String) => {
                self.said = finish_class(&cursor.string()?.text());
            }
            (b"stopped_eos" | b"stopped_word" | b"stopped_limit", ValueKind::Bool) => {
                if cursor.raw()? == b"true" {
                    self.older = if key == b"stopped_limit" {
                        Finish::Length
                    } else {
                        Finish::Stop
                    };
                }
            }
            _ => cursor.skip()?,
        }
        Ok(())
    }

    fn reason(self) -> Finish {
        match self.said {
            Finish::Unknown => self.older,
            said => said,
        }
    }
}
