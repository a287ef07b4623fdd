//! Cutting a stream of bytes into records.
//!
//! * [`sniff`] looks at the first bytes: JSON, or a file of another kind?
//! * [`automaton`] follows the grammar of one JSON value byte by byte, across chunks, and says where it ends or breaks.
//! * [`resync`] finds the place to go on after a broken value.
//! * [`embedded`] finds JSON values inside other text.
//! * [`layout`] watches how the values lie, which names the container.
//! * [`sse`] reads the events of a saved stream.
//! * [`splitter`] puts them together: chunks in, records with their places ([`record`]) out.
pub(crate) mod automaton;
#[allow(dead_code, reason = "wired in by the reader")]
pub(crate) mod embedded;
pub(crate) mod layout;
pub(crate) mod record;
pub(crate) mod resync;
pub(crate) mod sniff;
pub(crate) mod splitter;
#[allow(dead_code, reason = "wired in by the reader")]
pub(crate) mod sse;

pub(crate) use record::{Extent, Position, RecordSink};
pub(crate) use splitter::Splitter;
