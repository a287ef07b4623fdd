//! CSV as RFC 4180 has it, but with the line ends of this system's other text.
use super::column::{Column, Type};
use crate::Generation;
use serde_json::Value;
use std::io;

#[derive(Debug)]
pub(super) struct Csv {
    columns: Vec<Column>,
    pub(super) out: Vec<u8>,
}

impl Csv {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let mut csv = Self {
            columns,
            out: Vec::new(),
        };
        let names: Vec<String> = csv
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        csv.row(names.iter().map(String::as_str));
        csv
    }

    pub(super) fn push(&mut self, record: &Generation) -> io::Result<()> {
        let json = serde_json::to_value(record)?;
        let cells: Vec<String> = self
            .columns
            .iter()
            .map(|column| match column.value(&json, record) {
                None => String::new(),
                Some(Value::String(text)) if column.kind == Type::Text => inert(text),
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
            })
            .collect();
        self.row(cells.iter().map(String::as_str));
        Ok(())
    }

    fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        for (nth, cell) in cells.enumerate() {
            if nth > 0 {
                self.out.push(b',');
            }
            // Blanks at the ends are dropped by some readers unless they are quoted.
            if cell.contains([',', '"', '\n', '\r']) || cell.trim().len() != cell.len() {
                let quoted = cell.replace('"', "\"\"");
                self.out.push(b'"');
                self.out.extend_from_slice(quoted.as_bytes());
                self.out.push(b'"');
            } else {
                self.out.extend_from_slice(cell.as_bytes());
            }
        }
        self.out.push(b'\n');
    }
}

/// Spreadsheets run texts that begin like a formula: an apostrophe in front says that it is a text.
fn inert(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}
