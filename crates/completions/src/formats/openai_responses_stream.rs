//! Events of the Responses API, saved as a stream or one per line.
//!
//! A stream says its tokens up to five times: as deltas, then whole with the text, the part, the item and the response. The
//! response at the end is taken; deltas count when the stream was cut before it.
use super::Rule;
use super::fields::{count, string, text};
use super::openai_responses::{Answer, item, logprobs, response};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{ToolCall, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span};

impl FormatId {
    /// OpenAI Responses as a stream of events.
    pub const OPENAI_RESPONSES_STREAM: Self = Self::new("openai_responses_stream");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let kind = shape.text_at("type");
        kind.starts_with(b"response.")
            // What a server says when it gives up; `error` itself is missing.
            || (kind.as_ref() == b"error" && shape.has("message") && shape.has("code"))
    },
    read,
    keys: &["type"],
    name: "an event of the Responses API",
};

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Begin,
    End,
    TextDelta,
    RefusalDelta,
    CallDelta,
    ItemAdded,
    Error,
    /// Everything else repeats, or says that it goes on.
    Other,
}

impl Event {
    fn told(kind: &[u8]) -> Self {
        match kind {
            b"response.created" => Self::Begin,
            b"response.completed"
            | b"response.incomplete"
            | b"response.failed"
            | b"response.cancelled" => Self::End,
            b"response.output_text.delta" => Self::TextDelta,
            b"response.refusal.delta" => Self::RefusalDelta,
            b"response.function_call_arguments.delta"
            | b"response.custom_tool_call_input.delta"
            | b"response.mcp_call_arguments.delta" => Self::CallDelta,
            b"response.output_item.added" => Self::ItemAdded,
            b"error" => Self::Error,
            _ => Self::Other,
        }
    }
}

/// Reads one event.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("events whose `type` begins `response.`");
    let first_token = draft.tokens.len();
    let mut kind = None;
    let mut answer = None;
    let mut delta = None;
    let mut values = (Values::Absent, Default::default());
    let mut added = ChoiceDraft::default();
    let mut index = 0;
    let mut message = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"type" if cursor.kind()? == ValueKind::String => {
                kind = Some(Event::told(&cursor.string()?.text()));
            }
            b"response" if cursor.kind()? == ValueKind::Object => {
                answer = Some(response(cursor, draft)?);
            }
            b"delta" if cursor.kind()? == ValueKind::String => {
                delta = Some(string(cursor, draft)?);
            }
            // The repetitions are passed over, if their type is known by now.
            b"logprobs" if kind.is_none_or(|kind| kind == Event::TextDelta) => {
                values = logprobs(cursor, draft, "logprobs")?;
            }
            b"output_index" => {
                let said = count(cursor, draft, "output_index")?;
                index = said.and_then(|said| u32::try_from(said).ok()).unwrap_or(0);
            }
            b"item"
                if kind.is_none_or(|kind| kind == Event::ItemAdded)
                    && cursor.kind()? == ValueKind::Object =>
            {
                item(cursor, draft, &mut added, 0)?;
            }
            b"message" => message = text(cursor, draft, "message")?,
            _ => cursor.skip()?,
        }
    }
    let kind = kind.unwrap_or(Event::Other);
    if kind == Event::Error {
        let message = draft.text_or_empty(message);
        return Ok(Outcome::Failed(crate::containers::sniff::excerpt(&message)));
    }
    let mut choice = ChoiceDraft::default();
    let mut role = Role::Next;
    match kind {
        Event::End => (choice, role) = end(draft, answer.unwrap_or_default()),
        Event::TextDelta => {
            choice.text = delta;
            (choice.values, choice.content) = values;
        }
        Event::RefusalDelta => choice.refusal_text = delta,
        Event::CallDelta => choice.tool_calls.push(ToolCall {
            index,
            name: Span::default(),
            arguments: delta.unwrap_or_default(),
        }),
        Event::ItemAdded => {
            choice.tool_calls = added.tool_calls;
            for call in &mut choice.tool_calls {
                call.index = index;
            }
        }
        Event::Begin | Event::Error | Event::Other => {}
    }
    if !matches!(kind, Event::TextDelta | Event::End) {
        draft.tokens.truncate(first_token);
    }
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    // Only some events have the id; the others belong to what was begun last.
    let key = draft.head.id.unwrap_or_default();
    Ok(Outcome::Piece(
        FormatId::OPENAI_RESPONSES_STREAM,
        Piece {
            key,
            role,
            position: (kind == Event::Begin).then_some(0),
        },
    ))
}

/// The last event. It has everything, or, in the case of some servers, only the end.
fn end(draft: &mut Draft, answer: Answer) -> (ChoiceDraft, Role) {
    draft.failures.extend(answer.error);
    let role = if answer.is_empty {
        Role::Last
    } else {
        Role::Whole
    };
    (answer.choice, role)
}
