//! One layer: undecided, then its decoder and the layer inside, or the text itself.
use super::UnpackProblemKind as Problem;
use super::detect::{HEAD, Kind, detect};
use super::gzip::Gzip;
use super::ledger::Sink;
use super::utf16::Transcoder;
use super::zip::Zip;
use super::zstd::Zstd;
use std::ops::ControlFlow;

/// Compressed layers that are taken off, one inside the other.
const DEEPEST: usize = 2;

/// What a decoder gives.
pub(super) enum Event<'a> {
    Bytes(&'a [u8]),
    Problem(Problem, String),
}

/// Takes what a decoder gives, and says whether it should go on.
pub(super) type Emit<'a> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 'a;

/// A decoder of a stream.
pub(super) trait Decode: Send {
    /// Decodes the next bytes; returns early when `emit` wants no more.
    fn push(&mut self, input: &[u8], emit: &mut Emit<'_>);
    /// The end: gives what is left, then what is wrong with it.
    fn finish(&mut self, emit: &mut Emit<'_>);
}

/// One layer.
pub(super) struct Layer {
    /// Compressed layers around it.
    outside: usize,
    state: State,
}

enum State {
    /// The first bytes, of which fewer than four have come.
    Head([u8; HEAD], usize),
    Plain,
    Text(Box<Transcoder>),
    /// The decoder, what it made so far, and what that is.
    Packed(Box<dyn Decode>, u64, Box<Layer>),
    Zip(Zip),
    /// It is not read.
    Skipped,
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match &self.state {
            State::Head(..) => "undecided",
            State::Plain => "plain",
            State::Text(_) => "text",
            State::Packed(..) => "packed",
            State::Zip(_) => "zip",
            State::Skipped => "skipped",
        };
        formatter.debug_tuple("Layer").field(&name).finish()
    }
}

impl Layer {
    pub(super) fn outermost() -> Self {
        Self::inside(0)
    }

    /// The layer inside so many others.
    pub(super) fn inside(outside: usize) -> Self {
        Self {
            outside,
            state: State::Head([0; HEAD], 0),
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut Sink<'_>) {
        match &mut self.state {
            State::Plain => sink.deliver(chunk),
            State::Head(_, 0) if chunk.len() >= HEAD => {
                self.decide(chunk.get(..HEAD).unwrap_or(chunk), sink);
                self.push(chunk, sink);
            }
            State::Head(head, len) => {
                let room = HEAD - *len;
                let (first, rest) = chunk.split_at(room.min(chunk.len()));
                head[*len..*len + first.len()].copy_from_slice(first);
                *len += first.len();
                if *len == HEAD {
                    let head = *head;
                    self.decide(&head, sink);
                    self.push(&head, sink);
                    self.push(rest, sink);
                }
            }
            State::Text(transcoder) => transcoder.push(chunk, sink),
            State::Packed(decoder, made, inner) => {
                decoder.push(chunk, &mut |event| pass(event, made, inner, sink));
            }
            State::Zip(zip) => {
                if !zip.push(chunk, sink.ledger) {
                    self.state = State::Skipped;
                }
            }
            State::Skipped => {}
        }
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) {
        let stopped = sink.ledger.stopped;
        match &mut self.state {
            State::Head(head, len) => {
                let head = head.get(..*len).unwrap_or_default().to_vec();
                if stopped {
                    self.state = State::Plain;
                } else {
                    self.decide(&head, sink);
                }
                self.push(&head, sink);
                self.finish(sink);
            }
            State::Text(transcoder) => transcoder.finish(sink),
            State::Packed(decoder, made, inner) => {
                // What is wrong is said after the text inside has come to its end.
                let mut problems = Vec::new();
                if !stopped {
                    decoder.finish(&mut |event| match event {
                        Event::Problem(kind, detail) => {
                            problems.push((kind, detail));
                            ControlFlow::Continue(())
                        }
                        bytes @ Event::Bytes(_) => pass(bytes, made, inner, sink),
                    });
                }
                inner.finish(sink);
                for (kind, detail) in problems {
                    sink.ledger.problem(kind, detail);
                }
            }
            State::Zip(zip) => {
                if !stopped {
                    zip.finish(self.outside, sink);
                }
                self.state = State::Skipped;
            }
            State::Plain | State::Skipped => {}
        }
    }

    /// What this layer is, told by its beginning.
    fn decide(&mut self, head: &[u8], sink: &mut Sink<'_>) {
        let kind = detect(head);
        let name = match kind {
            Kind::Plain => {
                self.state = State::Plain;
                return;
            }
            Kind::Text(encoding) => {
                let transcoder = Transcoder::new(encoding);
                sink.ledger.layer(self.outside, transcoder.layer());
                let detail = transcoder.name().to_owned();
                sink.ledger.problem(Problem::Utf16, detail);
                self.state = State::Text(Box::new(transcoder));
                return;
            }
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Zip => "zip",
        };
        if self.outside >= DEEPEST {
            let detail =
                format!("{name} inside {DEEPEST} other compressed layers, which was not read");
            sink.ledger.problem(Problem::LimitNesting, detail);
            self.state = State::Skipped;
            return;
        }
        sink.ledger.layer(self.outside, name);
        let packed = |decoder| {
            let inner = Box::new(Self::inside(self.outside + 1));
            State::Packed(decoder, 0, inner)
        };
        self.state = match kind {
            Kind::Gzip => packed(Box::new(Gzip::new())),
            Kind::Zstd => packed(Box::new(Zstd::new(&sink.ledger.limits))),
            _ => State::Zip(Zip::default()),
        };
    }
}

/// Hands on what a decoder gives to the layer inside, up to the limit; `made` counts it.
pub(super) fn pass(
    event: Event<'_>,
    made: &mut u64,
    inner: &mut Layer,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    match event {
        Event::Bytes(bytes) => {
            let limit = sink.ledger.limits.expanded_bytes;
            let left = usize::try_from(limit.saturating_sub(*made)).unwrap_or(usize::MAX);
            let allowed = bytes.get(..left).unwrap_or(bytes);
            *made += allowed.len() as u64;
            inner.push(allowed, sink);
            if allowed.len() < bytes.len() && !sink.ledger.stopped {
                sink.ledger.stopped = true;
                let detail = format!(
                    "it unpacks to more than {limit} bytes, the limit; the rest was not read"
                );
                sink.ledger.problem(Problem::LimitExpansion, detail);
            }
        }
        Event::Problem(kind, detail) => sink.ledger.problem(kind, detail),
    }
    if sink.ledger.stopped {
        return ControlFlow::Break(());
    }
    ControlFlow::Continue(())
}
