//! Text that is neither JSON nor events at first sight: collected, because only the whole tells what to make of it.
use super::sniff::{HEAD, excerpt};
use super::{
    Extent, Position, RecordSink, Splitter, cassette, embedded, literals, python, quoted, recorded,
};
use crate::Limits;
use crate::report::Code;
use metrics::format::counted;

/// Text up to this size is collected; a longer one is read line by line.
const LONGEST: usize = 2 << 20;

/// Reads one source of text.
#[derive(Debug)]
pub(crate) struct Text {
    limits: Limits,
    state: State,
    container: &'static str,
    records: u64,
    /// It has been said what is wrong with it: only whole values are of interest.
    explained: bool,
}

#[derive(Debug)]
enum State {
    Collecting(Vec<u8>),
    /// Lines of JSON between other lines.
    Lines(Box<Splitter>),
    Done,
}

impl Text {
    /// `explained`: it has been said that this is no file of completions.
    pub(crate) fn new(limits: Limits, explained: bool) -> Self {
        Self {
            limits,
            state: State::Collecting(Vec::new()),
            container: "unknown",
            records: 0,
            explained,
        }
    }

    /// Records met, good or bad.
    pub(crate) fn records(&self) -> u64 {
        match &self.state {
            State::Lines(splitter) => splitter.records(),
            State::Collecting(_) | State::Done => self.records,
        }
    }

    /// Name of the container; final only at the end.
    pub(crate) fn container(&self) -> &'static str {
        match &self.state {
            State::Lines(splitter) => splitter.container(),
            State::Collecting(_) | State::Done => self.container,
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8], sink: &mut dyn RecordSink) {
        match &mut self.state {
            State::Collecting(text) => {
                text.extend_from_slice(chunk);
                let whole = || is_cassette(text) || is_python(text) || quoted::looks_like(text);
                if text.len() > LONGEST && !(text.len() <= self.limits.record_bytes() && whole()) {
                    if self.explained {
                        self.state = State::Done;
                    } else {
                        self.lines(sink);
                    }
                }
            }
            State::Lines(splitter) => splitter.push(chunk, sink),
            State::Done => {}
        }
    }

    fn lines(&mut self, sink: &mut dyn RecordSink) {
        if let State::Collecting(text) = &mut self.state {
            let text = std::mem::take(text);
            let mut splitter = Box::new(Splitter::new(self.limits));
            splitter.push(&text, sink);
            self.state = State::Lines(splitter);
        }
    }

    /// The end of the stream.
    pub(crate) fn finish(&mut self, sink: &mut dyn RecordSink) {
        if let State::Collecting(bytes) = &self.state {
            let text = plain(bytes);
            let whole = if is_cassette(bytes) {
                Some(("cassette", recorded::read(&text, self.limits, sink)))
            } else if is_python(bytes) {
                Some(("python_repr", literals::read(&text, self.limits, sink)))
            } else {
                None
            };
            if let Some((container, records)) =
                whole.filter(|&(container, records)| container == "cassette" || records > 0)
            {
                (self.container, self.records) = (container, records);
                if records == 0 {
                    let detail = "it is a cassette without interactions".to_owned();
                    sink.problem(Code::EmptyFile, Position::START, detail);
                }
                self.state = State::Done;
                return;
            }
            let quoted = quoted::find(&text);
            if !quoted.is_empty() {
                let text = text.into_owned();
                self.state = State::Done;
                self.container = if quoted.len() == 1 { "json" } else { "jsonl" };
                self.values(&text, &quoted, sink);
                return;
            }
            let found = embedded::find(&text);
            if found.is_empty() && !self.explained {
                self.records = literals::read_some(&text, self.limits, sink);
                if self.records > 0 {
                    self.container = "python_repr";
                    self.state = State::Done;
                    return;
                }
            }
            if found.is_empty() && self.explained {
                self.state = State::Done;
            } else if found.is_empty() && text.trim_start().starts_with('[') && !has_lines(&text) {
                // Settings in sections: nothing there was meant as a list.
                let first = excerpt(
                    text.trim_start()
                        .lines()
                        .next()
                        .unwrap_or_default()
                        .trim_end(),
                );
                let len = counted(text.len() as u64, "byte", "bytes");
                let detail =
                    format!("it begins `{first}`; nothing readable in the {len} to the end");
                self.state = State::Done;
                sink.problem(Code::NotJson, Position::START, detail);
            } else if found.is_empty() || has_lines(&text) {
                self.lines(sink);
            } else {
                let text = text.into_owned();
                self.state = State::Done;
                self.embedded(&text, &found, sink);
            }
        }
        if let State::Lines(splitter) = &mut self.state {
            splitter.finish(sink);
        }
    }

    fn embedded(
        &mut self,
        text: &str,
        found: &[std::ops::Range<usize>],
        sink: &mut dyn RecordSink,
    ) {
        self.container = "embedded";
        let inside: usize = found.iter().map(ExactSizeIterator::len).sum();
        let start = text.trim_start();
        let detail = format!(
            "{} in {} of text, which begins `{}`",
            counted(found.len() as u64, "value", "values"),
            counted((text.len() - inside) as u64, "byte", "bytes"),
            excerpt(start.lines().next().unwrap_or_default().trim_end())
        );
        sink.problem(Code::Embedded, Position::START, detail);
        self.values(text, found, sink);
    }

    /// Hands out the values that lie there.
    fn values(&mut self, text: &str, found: &[std::ops::Range<usize>], sink: &mut dyn RecordSink) {
        let (mut line, mut before) = (1, 0);
        for range in found {
            line +=
                memchr::memchr_iter(b'\n', &text.as_bytes()[before..range.start]).count() as u64;
            before = range.start;
            self.records += 1;
            let at = Position {
                record: self.records,
                byte: range.start as u64,
                line,
            };
            sink.read(
                &text.as_bytes()[range.clone()],
                at,
                Extent::value(range.len()),
            );
        }
    }
}

/// Recorded interactions, told from the first lines.
fn is_cassette(text: &[u8]) -> bool {
    cassette::looks_like(&plain(&text[..text.len().min(HEAD)]))
}

/// Printed by Python, told from its first value.
fn is_python(text: &[u8]) -> bool {
    python::looks_like(&plain(&text[..text.len().min(HEAD)]))
}

/// The text; a byte that is not UTF-8 reads as a question mark, so that places stay what they are.
fn plain(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text.into()
}

/// Values begin at the beginning of lines, as in a log: then what is broken among them can be told from other text.
fn has_lines(text: &str) -> bool {
    let mut lines = text.lines();
    !lines.clone().any(|line| line.starts_with("```"))
        && lines.any(|line| line.starts_with("{\"") || line.starts_with("[{"))
}
