//! Events of a transcription: deltas, and at the end everything once more.
use super::Rule;
use super::fields::text;
use super::openai_responses::{logprobs, usage};
use super::openai_transcription::transcript;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome, Piece, Role};

impl FormatId {
    /// OpenAI transcriptions as a stream of events.
    pub const OPENAI_TRANSCRIPTION_STREAM: Self = Self::new("openai_transcription_stream");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        STARTS
            .iter()
            .any(|start| shape.text_at("type").starts_with(start))
    },
    read,
    keys: &["type"],
    name: "an event of a transcription",
};

/// How the names of the events begin: of a request, and of a session of the Realtime API.
const STARTS: [&[u8]; 2] = [
    b"transcript.",
    b"conversation.item.input_audio_transcription.",
];

/// Reads one event.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    draft.head.evidence = Some("events whose `type` begins `transcript.`");
    let mut choice = transcript();
    let (mut delta, mut whole, mut item, mut role) = (None, None, None, Role::Next);
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"type" if cursor.kind()? == ValueKind::String => {
                let name = cursor.string()?.text();
                let is_end = name.ends_with(b".done") || name.ends_with(b".completed");
                role = if is_end { Role::Whole } else { Role::Next };
            }
            b"delta" => delta = text(cursor, draft, "delta")?,
            b"text" | b"transcript" => whole = text(cursor, draft, "text")?,
            b"item_id" => item = text(cursor, draft, "item_id")?,
            b"logprobs" => (choice.values, choice.content) = logprobs(cursor, draft, "logprobs")?,
            b"usage" if cursor.kind()? == ValueKind::Object => usage(cursor, draft)?,
            _ => cursor.skip()?,
        }
    }
    choice.finished = role == Role::Whole;
    choice.text = if choice.finished { whole } else { delta };
    choice.remarks = std::mem::take(&mut draft.remarks);
    draft.choices.push(choice);
    let piece = Piece {
        key: item.unwrap_or_default(),
        role,
        ..Piece::default()
    };
    Ok(Outcome::Piece(FormatId::OPENAI_TRANSCRIPTION_STREAM, piece))
}
