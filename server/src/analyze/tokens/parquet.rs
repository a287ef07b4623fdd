//! The tokens as Parquet.
use super::{Row, rows};
use completions::Columns;
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties, writer::SerializedFileWriter,
        writer::SerializedRowGroupWriter,
    },
    schema::parser::parse_message_type,
};
use std::{
    io::{self, Write},
    sync::Arc,
};

const SCHEMA: &str = "message tokens {
    required int64 sequence;
    required int32 position;
    optional binary token (string);
    optional binary bytes (string);
    optional float logprob;
    optional float probability;
    required binary status (string);
}";

/// Tokens that lie together; this many are held at once.
const GROUP: usize = 1 << 17;

pub(super) fn write(runs: &[Columns], out: &mut (dyn Write + Send)) -> io::Result<()> {
    write_groups(runs, out).map_err(|error| match error {
        // The cause keeps its kind, for a pipe whose reader is gone.
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        error => io::Error::other(error),
    })
}

fn write_groups(runs: &[Columns], out: &mut (dyn Write + Send)) -> Result<(), ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("surprisal ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
    let mut rows = rows(runs);
    loop {
        let group: Vec<Row<'_>> = rows.by_ref().take(GROUP).collect();
        if group.is_empty() {
            break;
        }
        let mut columns = writer.next_row_group()?;
        write_group(&group, &mut columns)?;
        columns.close()?;
    }
    writer.close()?;
    Ok(())
}

/// The columns in the order of the schema.
fn write_group<W: Write + Send>(
    group: &[Row<'_>],
    out: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), ParquetError> {
    let text = |row: &Row<'_>| row.text().ok().map(ByteArray::from);
    let hex = |row: &Row<'_>| {
        row.text()
            .err()
            .map(|hex| ByteArray::from(hex.into_bytes()))
    };
    required::<Int64Type, _>(out, group.iter().map(|row| i64::from(row.sequence)))?;
    // A sequence has less than a gibibyte of tokens.
    required::<Int32Type, _>(out, group.iter().map(|row| row.position as i32))?;
    optional::<ByteArrayType, _>(out, group.iter().map(text))?;
    optional::<ByteArrayType, _>(out, group.iter().map(hex))?;
    optional::<FloatType, _>(out, group.iter().map(|row| row.logprob))?;
    optional::<FloatType, _>(out, group.iter().map(Row::probability))?;
    required::<ByteArrayType, _>(out, group.iter().map(|row| ByteArray::from(row.status())))
}

fn required<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<T::T> = values.collect();
    column::<T, W>(out, &values, None)
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
    column::<T, W>(out, &there, Some(&levels))
}

fn column<T: DataType, W: Write + Send>(
    out: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let column = out.next_column()?;
    let mut column = column.ok_or_else(|| ParquetError::General("no such column".to_owned()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}
