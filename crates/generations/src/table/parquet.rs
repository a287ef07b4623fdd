//! Parquet, group by group.
use super::column::{Cell, Column, Type};
use crate::Generation;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type as Schema,
};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows and bytes of texts that are held at once.
const ROWS: usize = 1 << 13;
const BYTES: usize = 8 << 20;

/// Bytes that were written and not yet taken.
#[derive(Debug, Clone, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    writer: SerializedFileWriter<Outbox>,
    out: Outbox,
    rows: Vec<Vec<Option<Cell>>>,
    bytes: usize,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> io::Result<Self> {
        let out = Outbox::default();
        let writer = schema(&columns)
            .and_then(|schema| {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_created_by(concat!("surprisal ", env!("CARGO_PKG_VERSION")).to_owned())
                    .build();
                SerializedFileWriter::new(out.clone(), Arc::new(schema), Arc::new(properties))
            })
            .map_err(io::Error::other)?;
        Ok(Self {
            columns,
            writer,
            out,
            rows: Vec::new(),
            bytes: 0,
        })
    }

    pub(super) fn state(&mut self, key: &str, value: &str) {
        let pair = KeyValue::new(key.to_owned(), value.to_owned());
        self.writer.append_key_value_metadata(pair);
    }

    pub(super) fn push(&mut self, record: &Generation) -> io::Result<()> {
        let json = serde_json::to_value(record)?;
        let row: Vec<Option<Cell>> = self
            .columns
            .iter()
            .map(|column| column.cell(&json, record))
            .collect();
        self.bytes += row.iter().map(|cell| size(cell.as_ref())).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= ROWS || self.bytes >= BYTES {
            self.group().map_err(io::Error::other)?;
        }
        Ok(())
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut *self.out.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.group().map_err(io::Error::other)?;
        let out = self.out.clone();
        self.writer.close().map_err(io::Error::other)?;
        Ok(std::mem::take(
            &mut *out.0.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for (nth, column) in self.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| row.get(nth).and_then(Option::as_ref));
            match column.kind {
                Type::Text => optional::<ByteArrayType, _>(
                    &mut group,
                    cells.map(|cell| match cell {
                        Some(Cell::Text(text)) => Some(ByteArray::from(text.as_str())),
                        _ => None,
                    }),
                )?,
                Type::Number => optional::<DoubleType, _>(
                    &mut group,
                    cells.map(|cell| match cell {
                        Some(Cell::Number(number)) => Some(*number),
                        _ => None,
                    }),
                )?,
                Type::Count | Type::Time => optional::<Int64Type, _>(
                    &mut group,
                    cells.map(|cell| match cell {
                        Some(Cell::Count(count)) => Some(*count),
                        _ => None,
                    }),
                )?,
            }
        }
        group.close()?;
        Ok(())
    }
}

fn size(cell: Option<&Cell>) -> usize {
    match cell {
        Some(Cell::Text(text)) => text.len(),
        _ => 8,
    }
}

/// All columns may lack values. Their names have dots in them, which readers quote.
fn schema(columns: &[Column]) -> Result<Schema, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Type::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Type::Number => (Physical::DOUBLE, None),
            Type::Count => (Physical::INT64, None),
            Type::Time => (
                Physical::INT64,
                Some(LogicalType::timestamp(true, TimeUnit::MILLIS)),
            ),
        };
        let field = Schema::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<Result<Vec<_>, ParquetError>>()?;
    Schema::group_type_builder("generations")
        .with_fields(fields)
        .build()
}

fn optional<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let mut there = Vec::new();
    let mut levels = Vec::new();
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    let column = out.next_column()?;
    let mut column = column.ok_or_else(|| ParquetError::General("no such column".to_owned()))?;
    column
        .typed::<T>()
        .write_batch(&there, Some(&levels), None)?;
    column.close()
}
