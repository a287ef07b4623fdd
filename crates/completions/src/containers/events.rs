//! Server-sent events as records: each payload is one, `[DONE]` ends a stream.
use super::sniff::excerpt;
use super::sse::{Event, EventReader};
use super::{Extent, Position, RecordSink};
use crate::report::Code;
use crate::{Form, Limits};

/// Reads the events of a source.
#[derive(Debug)]
pub(crate) struct Events {
    reader: EventReader,
    limits: Limits,
    records: u64,
}

impl Events {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            reader: EventReader::new(limits.record_bytes()),
            limits,
            records: 0,
        }
    }

    /// Events met, good or bad.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8], sink: &mut dyn RecordSink) {
        let records = &mut self.records;
        self.reader
            .push(chunk, &mut |event| take(event, records, sink));
    }

    /// The end of the stream.
    pub(crate) fn finish(&mut self, sink: &mut dyn RecordSink) {
        let records = &mut self.records;
        self.reader.finish(&mut |event| take(event, records, sink));
        self.problems(sink);
        if self.records == 0 {
            let detail = "it is a stream of events, and none of them has data".to_owned();
            sink.problem(Code::EmptyFile, Position::START, detail);
        }
    }

    /// Told at the end, so that chunks make no difference.
    fn problems(&mut self, sink: &mut dyn RecordSink) {
        let problems = self.reader.take_problems();
        for spot in problems.too_long {
            let at = Position {
                record: 0,
                byte: spot.byte,
                line: spot.line,
            };
            let detail = format!(
                "an event is longer than {} bytes",
                self.limits.record_bytes()
            );
            sink.problem(Code::LimitRecord, at, detail);
        }
        if let Some(spot) = problems.first_stray {
            let at = Position {
                record: 0,
                byte: spot.byte,
                line: spot.line,
            };
            let detail = match problems.stray_lines {
                1 => "1 line is no field of an event".to_owned(),
                lines => format!("{lines} lines are no fields of events"),
            };
            sink.problem(Code::StrayText, at, detail);
        }
    }
}

fn take(event: Event<'_>, records: &mut u64, sink: &mut dyn RecordSink) {
    let data = event.data.trim_ascii();
    if data == b"[DONE]" {
        return sink.stream_end();
    }
    *records += 1;
    let at = Position {
        record: *records,
        byte: event.start,
        line: event.line,
    };
    if matches!(data.first(), Some(b'{' | b'[')) {
        let extent = Extent {
            len: event.end - event.start,
            form: Form::Events,
        };
        sink.read(data, at, extent);
    } else {
        let detail = format!("an event has `{}`", excerpt(&String::from_utf8_lossy(data)));
        sink.problem(Code::StrayText, at, detail);
    }
}
