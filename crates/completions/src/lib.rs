//! Bytes of a completions file in, columns and an import report out.
//!
//! [`Importer`] takes the file chunk by chunk and gives an [`Import`]; [`decode_sequence`] looks at one sequence again, with
//! its alternatives. What happens between:
//!
//! | module | does |
//! |---|---|
//! | `containers` | cuts the stream into records, whatever they are wrapped in, and knows where each one lies |
//! | `formats` | recognises a record and decodes it: one file per format |
//! | `json` | reads one value in a single pass |
//! | `record` | one record between its bytes and the columns |
//! | `reader` | appends what was decoded to the columns, computes the figures, reports what is odd |
//! | [`context`] | what columns do not keep: prompt, parameters, metadata |
//! | [`segment`] | lines read on other threads, put behind each other |
//! | [`report`] | every problem with its texts |
//! | `names` | what such files are called |
//!
//! Memory is bounded by the largest record plus the columns (about 9 bytes and the text of each token). Whoever needs only
//! the figures and the report takes [`Importer::summary`]: some MiB, however many sequences there are.
mod align;
pub mod columns;
pub mod context;
pub mod detail;
pub mod importer;
pub mod limits;
pub mod report;
pub mod segment;
pub mod unpack;

mod containers;
mod formats;
mod intake;
mod json;
mod names;
mod part;
mod reader;
mod record;
mod source;

pub use align::Alignment;
pub use columns::{
    Columns, Completion, Finish, Form, FormatId, Kind, RecordSpan, Sequence, Source,
};
pub use context::{Context, Said, read_record};
pub use detail::{Alternative, SequenceDetail, TokenDetail, decode_sequence};
pub use importer::{Import, Importer, Progress};
pub use limits::Limits;
pub use names::EXTENSIONS;
pub use part::RecordReader;
pub use record::text::is_special as is_special_token;
pub use report::{Level, Place, Problem, Report, Severity};
pub use segment::{Segment, SegmentReader};
