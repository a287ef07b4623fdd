//! Records that are tokens: each run of them is one sequence.
use super::{Rule, token_object};
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::draft::{TokenRange, Values};
use crate::record::{ChoiceDraft, Draft, Outcome, Piece, Role};

impl FormatId {
    /// A token per record.
    pub const TOKEN_LINES: Self = Self::new("token_lines");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        let kinds = [ValueKind::Number, ValueKind::String, ValueKind::Null];
        let value = ["logprob", "log_prob"]
            .iter()
            .any(|key| shape.kind(key).is_some_and(|kind| kinds.contains(&kind)));
        let text = |key| shape.is(key, ValueKind::String);
        // A `text` with a value may as well be a whole answer.
        let listed = shape.has("bytes") || shape.has("top_logprobs");
        value && (text("token") || text("decoded_token") || text("text") && listed)
    },
    read,
    keys: &["token", "decoded_token", "text", "logprob"],
    name: "a token",
};

/// Reads one token.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    // Inside other objects, lists of tokens are mostly alternatives.
    if draft.envelopes > 0 {
        cursor.skip()?;
        let what = "it is a token inside something else";
        return Ok(Outcome::Unrecognised(what.to_owned()));
    }
    let start = draft.tokens.len();
    token_object::token(cursor, draft)?;
    draft.head.evidence = Some("records in a row that are objects with `token` and `logprob`");
    draft.choices.push(ChoiceDraft {
        content: TokenRange::since(start, draft),
        values: Values::Listed,
        ..ChoiceDraft::default()
    });
    let piece = Piece {
        role: Role::Run,
        ..Piece::default()
    };
    Ok(Outcome::Piece(FormatId::TOKEN_LINES, piece))
}
