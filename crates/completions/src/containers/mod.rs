//! Cutting a stream of bytes into records.
//!
//! * [`sniff`] looks at the first bytes: JSON, or a file of another kind?
//! * [`automaton`] follows the grammar of one JSON value byte by byte, across chunks, and says where it ends or breaks.
//! * [`resync`] finds the place to go on after a broken value.
//! * [`cassette`] reads recorded traffic in YAML.
//! * [`embedded`] finds JSON values inside other text.
//! * [`layout`] watches how the values lie, which names the container.
//! * [`python`] reads what Python prints.
//! * [`quoted`] finds JSON that was written as a JSON text once more.
//! * [`splitter`] puts them together for JSON: chunks in, records with their places ([`record`]) out.
//! * [`sse`] reads the events of a saved stream, [`events`] makes records of them.
//! * [`text`] makes the best of other text.
//! * [`stream`] chooses between them; [`replay`] reads a part of a source again.
pub(crate) mod automaton;
pub(crate) mod base64;
mod cassette;
mod embedded;
mod events;
pub(crate) mod json_text;
pub(crate) mod layout;
mod literals;
mod python;
mod quoted;
pub(crate) mod record;
pub(crate) mod recorded;
mod replay;
pub(crate) mod resync;
pub(crate) mod sniff;
pub(crate) mod splitter;
mod sse;
pub(crate) mod stream;
mod text;

pub(crate) use record::{Extent, Position, RecordSink};
pub(crate) use replay::{read_again, read_whole};
pub(crate) use splitter::{Splitter, Stretch};
pub(crate) use stream::Stream;
