//! Where a page ended: the last run's id and, in an order other than by time, what it was ordered by. The value is in
//! the cursor because the run may be deleted or renamed before the next page is asked for.
use super::query::Sort;
use crate::{StorageError, keys};
use rusqlite::types::Value;
use ulid::Ulid;

/// A place in an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor {
    /// The last run of the page before.
    pub(super) id: Ulid,
    /// Its value in the column of the order; `None` for an order by time.
    pub(super) value: Option<Value>,
}

impl Cursor {
    /// Reads `ID`, or `ID.VALUE` where the order has a column. Empty is the first page.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] for a text that is no place in this order.
    pub(super) fn parse(text: &str, sort: Sort) -> Result<Option<Self>, StorageError> {
        if text.is_empty() {
            return Ok(None);
        }
        let (id, value) = match text.split_once('.') {
            Some((id, value)) => (id, Some(value)),
            None => (text, None),
        };
        let value = match (sort, value) {
            (Sort::Newest | Sort::Oldest, None) => Some(None),
            (Sort::Name, Some(value)) => Some(Some(Value::from(value.to_owned()))),
            (Sort::Largest, Some(value)) => value.parse::<i64>().ok().map(|size| Some(size.into())),
            (Sort::LowestPerplexity | Sort::HighestPerplexity, Some(value)) => {
                let value = value.parse::<f64>().ok().filter(|value| !value.is_nan());
                value.map(|perplexity| Some(perplexity.into()))
            }
            _ => None,
        };
        match (keys::parse_id(id), value) {
            (Some(id), Some(value)) => Ok(Some(Self { id, value })),
            _ => Err(StorageError::BadRequest(
                "`before` must be the `next` of the page before, in the same order; begin again with the first page."
                    .into(),
            )),
        }
    }

    /// What [`Cursor::parse`] reads.
    pub(super) fn text(&self) -> String {
        let id = keys::lower(self.id);
        match &self.value {
            Some(Value::Text(text)) => format!("{id}.{text}"),
            Some(Value::Integer(number)) => format!("{id}.{number}"),
            // The shortest text that reads back as the same bits.
            Some(Value::Real(number)) => format!("{id}.{number}"),
            _ => id,
        }
    }
}
