//! Answers that are JSON: how sure the model was of each value.
//!
//! | module | what it is |
//! |---|---|
//! | `find` | where JSON begins in a text |
//! | `walk` | the values in it, whether or not it is well-formed |
//! | [`mod@value`] | a value with the tokens that wrote it |
//! | [`mod@table`] | all values at one path, over many answers |
//!
//! Nothing is refused: a text that was cut off, or breaks the rules of JSON, has the values that can be told.
mod find;
pub mod table;
pub mod value;
mod walk;

pub use table::{Least, Row, Table};
pub use value::{Value, values};
pub use walk::Kind;
