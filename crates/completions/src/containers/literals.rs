//! Python literals as records: each value is one.
use super::sniff::excerpt;
use super::{Extent, Position, RecordSink, python};
use crate::report::Code;
use crate::{Form, Limits};

/// Reads a whole text; returns how many values it has.
pub(super) fn read(text: &str, limits: Limits, sink: &mut dyn RecordSink) -> u64 {
    let (values, skipped) = python::values(text, limits.depth());
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let mut records = 0;
    for value in &values {
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
                "{reason}; {} bytes skipped from `{first}` on",
                skipped.range.len()
            ),
        );
    }
    records
}

/// Reads one value again.
pub(super) fn read_again(record: &[u8], limits: Limits, sink: &mut dyn RecordSink) {
    let text = String::from_utf8_lossy(record);
    let (values, _) = python::values(&text, limits.depth());
    if let [value] = values.as_slice() {
        let at = Position {
            record: 1,
            byte: 0,
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
