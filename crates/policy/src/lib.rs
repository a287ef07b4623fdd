//! What may be kept of runs, for how long, and how they are made anonymous. Bytes in, bytes out: nothing here does I/O.
//!
//! | module | job |
//! |---|---|
//! | [`rules`] | the policy file |
//! | `mask` | patterns of e-mail addresses, phone numbers and whatever else is named, in a text |
//! | `json` | where the values of a JSON text lie |
//! | `fields` | which of them are dropped or hashed |
//! | `tokens` | texts that are cut into tokens or events: a pattern may begin in one and end in another |
//! | [`file`](mod@file) | a whole file: every JSON value in it, and the text between |
//!
//! What is not touched keeps its bytes: numbers, order and white space of a file stay as they are.
mod fields;
pub mod file;
mod json;
mod mask;
pub mod rules;
mod tokens;

pub use file::{Changed, Counts, Unreadable};
pub use rules::{Anonymise, Otherwise, Policy, PolicyError};
