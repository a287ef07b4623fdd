//! Records on their way out: lines of JSON, CSV, Parquet. What is written comes out piece by piece, so that memory is that of
//! a few hundred records however many there are.
//!
//! * [`mod@column`] names columns by the dotted names of fields and takes their values.
//! * [`csv`], [`parquet`] write tables; [`jsonl`] writes records, or the parts of them that are asked for.
pub mod column;
mod csv;
mod jsonl;
mod parquet;

#[cfg(test)]
mod tests;

use crate::Generation;
use column::Column;
use std::io;

/// What records are written as.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Deserialize,
    serde::Serialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One line of JSON for each record, in its own shape.
    #[default]
    Jsonl,
    /// RFC 4180 with a header.
    Csv,
    /// Apache Parquet, columns with the names of fields.
    Parquet,
}

impl Format {
    /// Media type and ending of a file name.
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Jsonl => ("application/x-ndjson", "jsonl"),
            Self::Csv => ("text/csv; charset=utf-8", "csv"),
            Self::Parquet => ("application/vnd.apache.parquet", "parquet"),
        }
    }
}

/// Writes records into memory, from which they are taken.
#[derive(Debug)]
pub struct Writer {
    way: Way,
}

#[derive(Debug)]
enum Way {
    Jsonl(jsonl::Jsonl),
    Csv(csv::Csv),
    Parquet(Box<parquet::Table>),
}

impl Writer {
    /// A table with these columns; without any, whole records or [`Column::usual`] ones.
    ///
    /// # Errors
    /// Columns that Parquet cannot have, such as two of one name.
    pub fn new(format: Format, columns: Option<Vec<Column>>) -> io::Result<Self> {
        let usual = || Column::usual().collect::<Vec<_>>();
        let way = match format {
            Format::Jsonl => Way::Jsonl(jsonl::Jsonl::new(columns)),
            Format::Csv => Way::Csv(csv::Csv::new(columns.unwrap_or_else(usual))),
            Format::Parquet => {
                let columns = columns.unwrap_or_else(usual);
                Way::Parquet(Box::new(parquet::Table::new(columns)?))
            }
        };
        Ok(Self { way })
    }

    /// States something about the whole table inside of it, where its format has a place for that: in the key-value metadata
    /// of Parquet. Lines and rows are data alone.
    #[must_use]
    pub fn stating(mut self, key: &str, value: &str) -> Self {
        if let Way::Parquet(table) = &mut self.way {
            table.state(key, value);
        }
        self
    }

    /// Writes a record.
    ///
    /// # Errors
    /// None that what was read from JSON can cause.
    pub fn push(&mut self, record: &Generation) -> io::Result<()> {
        match &mut self.way {
            Way::Jsonl(jsonl) => jsonl.push(record),
            Way::Csv(csv) => csv.push(record),
            Way::Parquet(table) => table.push(record),
        }
    }

    /// What has been written since it was last taken.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.way {
            Way::Jsonl(jsonl) => std::mem::take(&mut jsonl.out),
            Way::Csv(csv) => std::mem::take(&mut csv.out),
            Way::Parquet(table) => table.take(),
        }
    }

    /// The end, with what is left.
    ///
    /// # Errors
    /// As [`Writer::push`].
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        if let Way::Parquet(table) = self.way {
            return table.finish();
        }
        Ok(self.take())
    }
}
