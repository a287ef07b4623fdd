//! A stream of text of any kind: the first bytes tell what it is, then whoever reads that kind takes over.
use super::events::Events;
use super::sniff::{self, Kind};
use super::text::Text;
use super::{Position, RecordSink, Splitter};
use crate::Limits;
use crate::report::Code;

/// Reads one source.
#[derive(Debug)]
pub(crate) struct Stream {
    limits: Limits,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The kind is not known yet; the first bytes wait.
    Head(Vec<u8>),
    Json(Box<Splitter>),
    Events(Box<Events>),
    Text(Box<Text>),
    /// Something that is not read, with the name of its container.
    Ignore(&'static str),
}

impl Stream {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Head(Vec::new()),
        }
    }

    /// Records met, good or bad.
    pub(crate) fn records(&self) -> u64 {
        match &self.state {
            State::Json(splitter) => splitter.records(),
            State::Events(events) => events.records(),
            State::Text(text) => text.records(),
            State::Head(_) | State::Ignore(_) => 0,
        }
    }

    /// Name of the container; final only at the end.
    pub(crate) fn container(&self) -> &'static str {
        match &self.state {
            State::Json(splitter) => splitter.container(),
            State::Events(_) => "sse",
            State::Text(text) => text.container(),
            State::Head(_) => "empty",
            State::Ignore(name) => name,
        }
    }

    /// Who cuts it into records, if it is JSON.
    pub(crate) fn splitter(&mut self) -> Option<&mut Splitter> {
        match &mut self.state {
            State::Json(splitter) => Some(splitter),
            _ => None,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8], sink: &mut dyn RecordSink) {
        let State::Head(head) = &mut self.state else {
            return self.feed(chunk, sink);
        };
        if head.is_empty() {
            // Usually the first chunk settles it, and is then read in place.
            match sniff::sniff(chunk, false) {
                Kind::Undecided => head.extend_from_slice(chunk),
                kind => self.settle(kind, chunk, sink),
            }
            return;
        }
        let before = head.len();
        let more = chunk.len().min(2 * sniff::HEAD);
        head.extend_from_slice(&chunk[..more]);
        match sniff::sniff(head, false) {
            Kind::Undecided => {}
            kind => {
                let mut head = std::mem::take(head);
                head.truncate(before);
                self.settle(kind, &head, sink);
                self.feed(chunk, sink);
            }
        }
    }

    fn settle(&mut self, kind: Kind, head: &[u8], sink: &mut dyn RecordSink) {
        self.state = match kind {
            Kind::Undecided | Kind::Json => State::Json(Box::new(Splitter::new(self.limits))),
            Kind::Events => State::Events(Box::new(Events::new(self.limits))),
            Kind::Text => State::Text(Box::new(Text::new(self.limits, false))),
            Kind::Other(Code::Html, detail) => {
                sink.problem(Code::Html, Position::START, detail);
                State::Text(Box::new(Text::new(self.limits, true)))
            }
            Kind::Other(code, detail) => {
                sink.problem(code, Position::START, detail);
                State::Ignore(if code == Code::Table {
                    "csv"
                } else {
                    "unknown"
                })
            }
        };
        self.feed(head, sink);
    }

    fn feed(&mut self, chunk: &[u8], sink: &mut dyn RecordSink) {
        match &mut self.state {
            State::Json(splitter) => splitter.push(chunk, sink),
            State::Events(events) => events.push(chunk, sink),
            State::Text(text) => text.push(chunk, sink),
            State::Head(_) | State::Ignore(_) => {}
        }
    }

    /// The end of the stream.
    pub(crate) fn finish(&mut self, sink: &mut dyn RecordSink) {
        if let State::Head(head) = &mut self.state {
            let head = std::mem::take(head);
            let kind = sniff::sniff(&head, true);
            self.settle(kind, &head, sink);
        }
        match &mut self.state {
            State::Json(splitter) => splitter.finish(sink),
            State::Events(events) => events.finish(sink),
            State::Text(text) => text.finish(sink),
            State::Head(_) | State::Ignore(_) => {}
        }
        sink.stream_end();
    }
}
