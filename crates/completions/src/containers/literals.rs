//! Python literals as records: each value is one.
use super::sniff::excerpt;
use super::{Extent, Position, RecordSink, python};
use crate::report::Code;
use crate::{Form, Limits};
use metrics::format::counted;

/// Reads a whole text; returns how many values it has.
pub(super) fn read(text: &str, limits: Limits, sink: &mut dyn RecordSink) -> u64 {
    let (values, skipped) = python::values(text, limits.depth());
    hand_out(text, &values, &skipped, sink)
}

/// Reads what has values of tokens in it, in a text that is not Python as a whole; returns how many there are.
pub(super) fn read_some(text: &str, limits: Limits, sink: &mut dyn RecordSink) -> u64 {
    if memchr::memmem::find(text.as_bytes(), TELLS).is_none() {
        return 0;
    }
    let (mut values, _) = python::values(text, limits.depth());
    values.retain(|value| memchr::memmem::find(value.json.as_bytes(), TELLS).is_some());
    hand_out(text, &values, &[], sink)
}

/// What values of tokens have in their names, wherever they come from.
const TELLS: &[u8] = b"logprob";

fn hand_out(
    text: &str,
    values: &[python::PyValue],
    skipped: &[python::Skipped],
    sink: &mut dyn RecordSink,
) -> u64 {
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let mut records = 0;
    for value in values {
        records += 1;
        let at = Position {
            record: records,
            byte: value.range.start as u64,
            line: lines.of(value.range.start),
        };
        if records == 1 {
            sink.problem(Code::PythonRepr, at, String::new());
        }
        sink.read(value.json.as_bytes(), at, extent(value));
    }
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    for skipped in skipped {
        let Some(reason) = skipped.reason else {
            continue;
        };
        let at = Position {
            record: 0,
            byte: skipped.range.start as u64,
            line: lines.of(skipped.range.start),
        };
        let left_out = text.get(skipped.range.clone()).unwrap_or_default().trim();
        let first = excerpt(left_out.lines().next().unwrap_or_default());
        sink.problem(
            Code::BadValue,
            at,
            format!(
                "{reason}; {} skipped from `{first}` on",
                counted(skipped.range.len() as u64, "byte", "bytes")
            ),
        );
    }
    records
}

/// Reads the values of a record again: one, or the pieces of a stream.
pub(super) fn read_again(record: &[u8], limits: Limits, sink: &mut dyn RecordSink) {
    let text = String::from_utf8_lossy(record);
    let (values, _) = python::values(&text, limits.depth());
    for (record, value) in (1..).zip(&values) {
        let at = Position {
            record,
            byte: value.range.start as u64,
            line: 1,
        };
        sink.read(value.json.as_bytes(), at, extent(value));
    }
}

fn extent(value: &python::PyValue) -> Extent {
    Extent {
        len: value.range.len() as u64,
        form: Form::Python,
    }
}

/// Lines of places that come in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u64 {
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = at;
        self.line
    }
}
