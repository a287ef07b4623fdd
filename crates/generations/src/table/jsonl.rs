//! Lines of JSON.
use super::column::Column;
use crate::Generation;
use serde_json::{Map, Value};
use std::io;

#[derive(Debug)]
pub(super) struct Jsonl {
    /// `None` for whole records.
    columns: Option<Vec<Column>>,
    pub(super) out: Vec<u8>,
}

impl Jsonl {
    pub(super) fn new(columns: Option<Vec<Column>>) -> Self {
        Self {
            columns,
            out: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, record: &Generation) -> io::Result<()> {
        match &self.columns {
            None => serde_json::to_writer(&mut self.out, record)?,
            Some(columns) => {
                let json = serde_json::to_value(record)?;
                let mut part = Map::new();
                for column in columns {
                    if let Some(value) = column.value(&json, record) {
                        put(&mut part, &column.name, value);
                    }
                }
                serde_json::to_writer(&mut self.out, &part)?;
            }
        }
        self.out.push(b'\n');
        Ok(())
    }
}

/// Puts a value where it lies in the record, so that the part has its shape.
fn put(map: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            map.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            let inside = map
                .entry(first)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inside) = inside {
                put(inside, rest, value);
            }
        }
    }
}
