//! Cohere's chat interface: items of one text and the values of all its tokens, whole or as events.
use super::fields::{bad_field, count, finish, identifier, text, value};
use super::{Rule, message};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::text::is_special;
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role, Span, TokenDraft};

impl FormatId {
    /// Cohere Chat, also as a stream of events.
    pub const COHERE_V2: Self = Self::new("cohere_v2");
}

/// The names of its events; nobody else writes them with hyphens.
const EVENTS: [&[u8]; 11] = [
    b"message-start",
    b"content-start",
    b"content-delta",
    b"content-end",
    b"tool-plan-delta",
    b"tool-call-start",
    b"tool-call-delta",
    b"tool-call-end",
    b"citation-start",
    b"citation-end",
    b"message-end",
];

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let items = shape.at("logprobs[].token_ids").is_some();
        let usage = shape.at("usage.tokens").is_some() || shape.at("usage.billed_units").is_some();
        (items && (shape.has("message") || shape.has("text")))
            || (usage && shape.has("message") && shape.has("finish_reason"))
            || EVENTS.contains(&shape.text_at("type").as_ref())
    },
    read,
    keys: &["message", "logprobs"],
    name: "a response of Cohere",
};

/// Reads a response or one event.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut choice = ChoiceDraft::default();
    let mut event: Option<Vec<u8>> = None;
    let mut index = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"type" if cursor.kind()? == ValueKind::String => {
                event = Some(cursor.string()?.text().into_owned());
            }
            b"id" => draft.head.id = identifier(cursor, draft, "id")?,
            b"index" => index = count(cursor, draft, "index")?,
            b"model" => draft.head.model = text(cursor, draft, "model")?,
            b"logprobs" => logprobs(cursor, draft, &mut choice)?,
            b"delta" if cursor.kind()? == ValueKind::Object => {
                let mut delta = cursor.object()?;
                while let Some(key) = delta.next(cursor)? {
                    field(key.as_ref(), cursor, draft, &mut choice)?;
                }
            }
            other => field(other, cursor, draft, &mut choice)?,
        }
    }
    let Some(event) = event.filter(|event| EVENTS.contains(&event.as_slice())) else {
        draft.head.evidence = Some("`logprobs[].token_ids` beside `message`");
        draft.choices.push(choice);
        return Ok(Outcome::Completion(FormatId::COHERE_V2));
    };
    draft.head.evidence = Some("events such as `content-delta`");
    if let Some(index) = index.and_then(|index| u32::try_from(index).ok()) {
        for call in &mut choice.tool_calls {
            call.index = index;
        }
    }
    choice.finished |= event == b"message-end";
    draft.choices.push(choice);
    let piece = Piece {
        // Only the first event has the id.
        key: Span::default(),
        role: if event == b"message-end" {
            Role::Last
        } else {
            Role::Next
        },
        position: (event == b"message-start").then_some(0),
    };
    Ok(Outcome::Piece(FormatId::COHERE_V2, piece))
}

/// What stands at the root of a response, and in the `delta` of an event.
fn field(
    key: &[u8],
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    match key {
        b"finish_reason" => finish(cursor, draft, choice),
        b"text" => {
            choice.text = text(cursor, draft, "text")?;
            Ok(())
        }
        b"message" if cursor.kind()? == ValueKind::Object => {
            message::message(cursor, draft, choice)
        }
        b"usage" if cursor.kind()? == ValueKind::Object => {
            let mut fields = cursor.object()?;
            while let Some(key) = fields.next(cursor)? {
                if key.as_ref() == b"tokens" && cursor.kind()? == ValueKind::Object {
                    super::openai_responses::usage(cursor, draft)?;
                } else {
                    cursor.skip()?;
                }
            }
            Ok(())
        }
        _ => cursor.skip(),
    }
}

/// A list of items, or a single one.
fn logprobs(
    cursor: &mut Cursor<'_>,
    draft: &mut Draft,
    choice: &mut ChoiceDraft,
) -> Result<(), JsonError> {
    let start = draft.tokens.len();
    choice.remarks.grouped = false;
    match cursor.kind()? {
        ValueKind::Object => choice.remarks.grouped = item(cursor, draft)?,
        ValueKind::Array => {
            let mut items = cursor.array()?;
            while items.next(cursor)? {
                if cursor.kind()? == ValueKind::Object {
                    choice.remarks.grouped |= item(cursor, draft)?;
                } else {
                    bad_field(cursor, draft, "logprobs[]", "an object")?;
                }
            }
        }
        ValueKind::Null => {
            choice.values = Values::Null;
            return cursor.skip();
        }
        _ => return bad_field(cursor, draft, "logprobs", "a list"),
    }
    choice.content = TokenRange::since(start, draft);
    choice.values = if choice.content.is_empty() {
        Values::Empty
    } else {
        Values::Listed
    };
    Ok(())
}

/// One item: one token for each value, the text on the first. Returns whether the text stands for several.
fn item(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, JsonError> {
    let (mut words, mut ids, mut values) = (None, Vec::new(), Vec::new());
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"text" => words = text(cursor, draft, "logprobs[].text")?,
            b"token_ids" if cursor.kind()? == ValueKind::Array => {
                ids.clear();
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    ids.push(count(cursor, draft, "logprobs[].token_ids[]")?);
                }
            }
            b"logprobs" if cursor.kind()? == ValueKind::Array => {
                values.clear();
                let mut items = cursor.array()?;
                while items.next(cursor)? {
                    values.push(value(cursor, draft, "logprobs[].logprobs[]")?);
                }
            }
            _ => cursor.skip()?,
        }
    }
    let words = words.unwrap_or_default();
    let count = ids.len().max(values.len());
    let count = count.max(usize::from(words.start < words.end));
    for nth in 0..count {
        let bytes = if nth == 0 { words } else { Span::default() };
        let special = is_special(draft.bytes(bytes));
        draft.tokens.push(TokenDraft {
            bytes,
            raw: values.get(nth).copied().unwrap_or(f64::NAN),
            id: ids.get(nth).copied().flatten(),
            special,
            ..TokenDraft::default()
        });
    }
    Ok(count > 1)
}
