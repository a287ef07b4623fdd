//! Streams of Text Generation Inference: `{"index", "token", "generated_text", "details"}`, one object for each token.
use super::fields::{bad_field, count, text};
use super::shape::Shape;
use super::tgi::{Answer, list};
use super::{Rule, arrays, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::TokenRange;
use crate::record::{Draft, Outcome, Piece, Role, Span};

impl FormatId {
    /// Text Generation Inference, a stream of tokens.
    pub const TGI_STREAM: Self = Self::new("tgi_stream");
}

pub(super) const RULE: Rule = Rule {
    test: |shape: &Shape<'_>| {
        shape.at("token.text").is_some() && shape.at("token.id").is_some() && !shape.has("choices")
    },
    read,
    keys: &["token"],
    name: "a token of a stream of Text Generation Inference",
};

/// Reads one token; the last one comes with the text and the details of the answer. Nothing names the stream: an `index` that
/// falls back begins another one.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    let mut answer = Answer::new();
    let mut position = None;
    let mut role = Role::Next;
    let mut tokens = TokenRange::default();
    let mut listed = None;
    let mut fields = cursor.object()?;
    while let Some(key) = fields.next(cursor)? {
        match key.as_ref() {
            b"token" => tokens = token_object::one(cursor, draft, "token")?,
            b"top_tokens" => listed = list(cursor)?,
            b"index" => position = count(cursor, draft, "index")?,
            b"generated_text" => answer.text = text(cursor, draft, "generated_text")?,
            b"details" => match cursor.kind()? {
                ValueKind::Object => {
                    role = Role::Last;
                    answer.details(cursor, draft)?;
                }
                ValueKind::Null => cursor.skip()?,
                _ => bad_field(cursor, draft, "details", "an object")?,
            },
            _ => cursor.skip()?,
        }
    }
    if answer.text.is_some() {
        role = Role::Last;
    }
    answer.tokens = tokens;
    if let Some(mut listed) = listed {
        arrays::position(&mut listed, draft, tokens.start..tokens.end)?;
    }
    draft.head.evidence = Some("pieces with `token.text` and `token.id`");
    answer.push(draft)?;
    let piece = Piece {
        key: Span::default(),
        role,
        position,
    };
    Ok(Outcome::Piece(FormatId::TGI_STREAM, piece))
}
