//! Lines of Batch input: requests by name, without answers. Whoever asks for contexts gets them, to be joined to the output.
use super::Rule;
use crate::FormatId;
use crate::json::cursor::ValueKind;
use crate::json::{Cursor, JsonError};
use crate::record::{Draft, Outcome};
use crate::report::Code;

impl FormatId {
    /// A line of Batch input.
    pub const BATCH_REQUEST: Self = Self::new("batch_request");
}

pub(super) const RULE: Rule = Rule {
    test: |shape| {
        shape.has("custom_id") && shape.is("body", ValueKind::Object) && !shape.has("response")
    },
    read,
    keys: &["custom_id", "body"],
    name: "a line of Batch input",
};

/// Passes over the request.
fn read(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<Outcome, JsonError> {
    cursor.skip()?;
    draft.head.evidence = Some("`custom_id` beside `body`");
    let why = "it is a request of a Batch; answers are in the output of the Batch";
    Ok(Outcome::Without(
        FormatId::BATCH_REQUEST,
        Code::NoCompletion,
        why.to_owned(),
    ))
}
