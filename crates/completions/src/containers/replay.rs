//! Reading a part of a source again, or a text that stands inside of a record.
use super::events::Events;
use super::stream::Stream;
use super::{Extent, Position, RecordSink, Splitter, literals, recorded};
use crate::{Form, Limits};

/// Reads a whole text of any kind; returns the name of its container.
pub(crate) fn read_whole(text: &[u8], limits: Limits, sink: &mut dyn RecordSink) -> &'static str {
    let mut stream = Stream::new(limits);
    stream.push(text, sink);
    stream.finish(sink);
    stream.container()
}

/// Reads the bytes of a record again; they begin at offset 0.
pub(crate) fn read_again(form: Form, record: &[u8], limits: Limits, sink: &mut dyn RecordSink) {
    let start = Position {
        record: 1,
        byte: 0,
        line: 1,
    };
    match form {
        Form::Value => sink.read(record, start, Extent::value(record.len())),
        Form::Values => {
            let mut splitter = Splitter::new(limits);
            splitter.push(record, sink);
            splitter.finish(sink);
        }
        Form::Events => {
            let mut events = Events::new(limits);
            events.push(record, sink);
            events.finish(sink);
        }
        Form::Cassette => recorded::read_again(record, limits, sink),
        Form::Python => literals::read_again(record, limits, sink),
    }
    sink.stream_end();
}
