//! Completions as records: what was asked, what came back, how long it took and what it cost.
//!
//! A [`Generation`] is one completion with all of its choices: the first one is its output, the others are alternatives.
//! [`Reader`] makes them out of the bytes of a file, one after the other, in the memory of the largest record;
//! [`again`] makes those of one record.
//!
//! | module | does |
//! |---|---|
//! | [`record`] | the record, as it is written in JSON |
//! | [`mod@reader`] | from the bytes of a file to records |
//! | `mapping` | from what the importer hands out to a record: one file per family of formats |
//! | [`kind`] | what an output is: text, code, JSON, image, audio |
//! | [`table`] | records as lines of JSON, CSV or Parquet |
//! | `look` | JSON without its lists of tokens, and looking into it |
mod look;
mod mapping;

pub mod kind;
pub mod reader;
pub mod record;
pub mod table;

pub use mapping::embedded;
pub use reader::{Reader, Requests, again};
pub use record::{
    Alternative, Content, Feedback, Generation, Input, Kind, Metadata, Metrics, Model, Output,
    Parameters, Performance, Score, Source, Usage,
};
