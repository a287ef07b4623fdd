//! Reading one JSON value from bytes in a single pass: no tree, nothing allocated per token.
//!
//! * [`cursor`] walks objects and arrays and skips what nobody wants, checking the grammar as it goes.
//! * [`string`] finds the end of a string and undoes its escapes.
//! * [`number`] reads numbers, `NaN` and `Infinity` included, [`decimal`] the usual ones; [`byte_list`] lists of small ones.
//! * [`error`] says what was met, what was expected, and where.
//!
//! Input is UTF-8 already: whoever calls this has checked the record, or repaired it.
pub(crate) mod byte_list;
pub(crate) mod cursor;
mod decimal;
pub(crate) mod error;
pub(crate) mod number;
pub(crate) mod string;

pub(crate) use cursor::Cursor;
pub(crate) use error::{Expected, JsonError, JsonErrorKind};

#[cfg(test)]
mod tests;
