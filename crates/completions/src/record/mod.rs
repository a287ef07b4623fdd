//! One record between its bytes and the columns.
//!
//! Decoders fill a [`Draft`]; what they have read is judged ([`judge`]) and then either appended to the columns
//! ([`crate::reader`]) or shown in detail ([`crate::detail`]). Both see the same draft, so they cannot disagree. A decoder that
//! fails half-way leaves nothing behind: the draft is cleared.
pub(crate) mod draft;
pub(crate) mod fingerprint;
pub(crate) mod judge;
pub(crate) mod mass;
pub(crate) mod outcome;
pub(crate) mod text;

pub(crate) use draft::{ChoiceDraft, CompletionDraft, Draft, Head, Span, TokenDraft};
pub(crate) use fingerprint::Fingerprint;
pub(crate) use outcome::{Outcome, Piece, Role};
