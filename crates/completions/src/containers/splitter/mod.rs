//! Chunks in, records out.
//!
//! Values may stand alone, one per line, one after the other, or as elements of a root array: nothing is decided by line
//! ends. A record inside one chunk is read in place, by its decoder alone. Only a record across chunks is copied, after the
//! [`Automaton`] has found its end; a broken or oversized one is passed over the same way.
//!
//! Here is what happens between values; [`value`] is inside of one, [`skip`] after a broken one, [`ends`] at the end;
//! [`mod@line`] lets the last line of a chunk wait for the next chunk; [`stretch`] goes past lines that were read elsewhere;
//! [`utf8`] checks the text.
mod ends;
mod line;
mod skip;
mod stretch;
mod utf8;
mod value;

use super::automaton::Automaton;
use super::layout::Layout;
use super::resync::{self, Resync};
use super::sniff;
use super::{Position, RecordSink};
use crate::Limits;
use crate::report::Code;
use skip::{Broken, Excerpt};
pub(crate) use stretch::Stretch;

#[derive(Debug)]
enum State {
    /// Between values, or between elements of a root array.
    Between,
    /// After a `[` at the root, before it is known whether its elements are records.
    ArrayOpened,
    /// Inside a value.
    Value,
    /// Inside a line that waits for its end.
    Line,
    /// Inside something broken.
    Resync(Resync, Broken),
    /// Inside text that is no JSON.
    Stray(Resync, Broken, Excerpt),
}

/// The value that is being followed by the automaton.
#[derive(Debug, Default)]
struct Open {
    at: Position,
    /// A limit is exceeded: nothing is kept of it.
    dropped: bool,
}

/// Cuts a stream into records.
#[derive(Debug)]
pub(crate) struct Splitter {
    limits: Limits,
    state: State,
    automaton: Automaton,
    open: Open,
    /// The beginning of a value, or line, that started in an earlier chunk.
    carry: Vec<u8>,
    /// A root array is open.
    in_array: bool,
    /// Stream offset and line of the next byte.
    offset: u64,
    line: u64,
    /// The last byte before the next one is a line end.
    at_line_start: bool,
    /// Bytes of a byte order mark seen between values.
    mark: usize,
    records: u64,
    /// Stream offset after the last whole value.
    last_end: u64,
    /// A byte order mark is what it began with: in the middle of a file that is worth a note.
    begins_with_mark: bool,
    /// First key of the first whole value: the others probably begin the same way.
    sibling_key: Option<Vec<u8>>,
    layout: Layout,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Splitter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Between,
            automaton: Automaton::new(limits.depth()),
            open: Open::default(),
            carry: Vec::new(),
            in_array: false,
            offset: 0,
            line: 1,
            at_line_start: true,
            mark: 0,
            begins_with_mark: false,
            records: 0,
            last_end: 0,
            sibling_key: None,
            layout: Layout::default(),
        }
    }

    /// Records met, good or bad.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }

    /// Name of the container; final only at the end.
    pub(crate) fn container(&self) -> &'static str {
        self.layout.container()
    }

    /// Takes the next bytes of the stream, or bytes that have to be looked at again.
    pub(crate) fn push(&mut self, chunk: &[u8], sink: &mut dyn RecordSink) {
        let lines = memchr::memrchr(b'\n', chunk).map_or(0, |end| end + 1);
        self.read(chunk, lines, sink);
    }

    /// Reads a chunk; a line that begins after `lines` bytes has no end in it.
    fn read(&mut self, chunk: &[u8], lines: usize, sink: &mut dyn RecordSink) {
        let unfinished = chunk.len() - lines;
        let mut rest = chunk;
        // Valid UTF-8 from `rest` on; `None`: not looked at yet.
        let mut valid: Option<usize> = None;
        while !rest.is_empty() {
            let used = match self.state {
                State::Between if rest.len() <= unfinished && self.expects_line() => {
                    self.begin_line(rest)
                }
                State::Line => self.line(rest, sink),
                State::Between => self.between(rest, &mut valid, sink),
                State::ArrayOpened => self.array_opened(rest),
                State::Value => self.value(rest, sink),
                State::Resync(..) | State::Stray(..) => self.resync(rest, sink),
            };
            rest = &rest[used..];
            valid = valid
                .and_then(|valid| valid.checked_sub(used))
                .filter(|&valid| valid > 0);
        }
    }

    /// The next byte, as the place of this record.
    pub(crate) fn position(&self, record: u64) -> Position {
        Position {
            record,
            byte: self.offset,
            line: self.line,
        }
    }

    /// Counts bytes and lines of `bytes`.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        self.offset += bytes.len() as u64;
        // In a file of lines a record has none: finding that out takes half the time of counting.
        if let Some(first) = memchr::memchr(b'\n', bytes) {
            self.line += memchr::memchr_iter(b'\n', &bytes[first..]).count() as u64;
        }
        if let Some(last) = bytes.last() {
            self.at_line_start = *last == b'\n';
        }
        bytes.len()
    }

    /// Between values: one step.
    fn between(
        &mut self,
        bytes: &[u8],
        valid: &mut Option<usize>,
        sink: &mut dyn RecordSink,
    ) -> usize {
        let byte = bytes[0];
        if self.mark > 0 || byte == BYTE_ORDER_MARK[0] {
            if byte == BYTE_ORDER_MARK[self.mark] {
                self.mark = (self.mark + 1) % BYTE_ORDER_MARK.len();
                let line_start = self.at_line_start;
                self.pass(&bytes[..1]);
                // One at the beginning says what the text is; further ones come of files that were joined.
                self.begins_with_mark |= self.offset == BYTE_ORDER_MARK.len() as u64;
                if self.mark == 0 && self.offset > BYTE_ORDER_MARK.len() as u64 {
                    let mut at = self.position(self.records + 1);
                    at.byte -= BYTE_ORDER_MARK.len() as u64;
                    sink.problem(Code::ByteOrderMark, at, String::new());
                }
                // A value after the mark is still the first of its line.
                self.at_line_start = line_start;
                return 1;
            }
            self.mark = 0;
        }
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e => {
                let gap = |byte: &u8| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e);
                let len = bytes.iter().position(gap).unwrap_or(bytes.len());
                self.pass(&bytes[..len])
            }
            b'{' => self.object(bytes, valid, sink),
            b'[' if !self.in_array => {
                self.layout.start(self.line);
                self.layout.arrays += 1;
                let at = self.position(self.records + 1);
                self.open = Open { at, dropped: false };
                self.automaton.restart();
                self.automaton.push(&bytes[..1]);
                self.carry.clear();
                self.carry.push(b'[');
                self.state = State::ArrayOpened;
                self.pass(&bytes[..1])
            }
            b']' if self.in_array => {
                self.in_array = false;
                let used = self.pass(&bytes[..1]);
                self.last_end = self.offset;
                self.layout.end(self.line);
                used
            }
            _ if self.in_array => {
                self.start_value();
                0
            }
            _ => {
                self.layout.stray_text = true;
                let at = self.position(self.records);
                let broken = Broken {
                    at,
                    what: String::new(),
                    start: at,
                };
                self.state = State::Stray(
                    Resync::new(None, false, self.at_line_start),
                    broken,
                    Excerpt::default(),
                );
                0
            }
        }
    }

    /// After `[` at the root: are its elements records?
    fn array_opened(&mut self, bytes: &[u8]) -> usize {
        let space = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let spaces = bytes
            .iter()
            .position(|byte| !space(byte))
            .unwrap_or(bytes.len());
        match bytes.get(spaces) {
            None => {}
            // A failed request may have left a `null`.
            Some(b'{' | b'n' | b']') => {
                self.in_array = true;
                self.carry.clear();
                self.state = State::Between;
                return self.pass(&bytes[..spaces]);
            }
            // Numbers, strings or arrays: the whole array is one record.
            Some(_) => {
                self.records += 1;
                self.state = State::Value;
            }
        }
        // White space belongs to such a record; a mountain of it is not worth keeping.
        let kept = spaces.min(sniff::HEAD.saturating_sub(self.carry.len()));
        self.automaton.push(&bytes[..kept]);
        self.carry.extend_from_slice(&bytes[..kept]);
        self.pass(&bytes[..spaces])
    }

    /// At a `{`: the decoder may read it in place.
    fn object(
        &mut self,
        bytes: &[u8],
        valid: &mut Option<usize>,
        sink: &mut dyn RecordSink,
    ) -> usize {
        self.start_value();
        let valid = *valid.get_or_insert_with(|| utf8::valid_up_to(bytes));
        match sink.try_read(&bytes[..valid], self.open.at) {
            Some(len) => {
                self.pass(&bytes[..len]);
                self.whole_value(&bytes[..len]);
                len
            }
            None => 0,
        }
    }

    /// A value begins at the next byte.
    fn start_value(&mut self) {
        self.records += 1;
        if !self.in_array {
            self.layout.start(self.line);
        }
        self.open = Open {
            at: self.position(self.records),
            dropped: false,
        };
        self.automaton.restart();
        self.carry.clear();
        self.state = State::Value;
    }

    /// A value has just ended.
    fn whole_value(&mut self, record: &[u8]) {
        self.last_end = self.offset;
        if self.sibling_key.is_none() {
            self.sibling_key = resync::first_key(record);
        }
        if !self.in_array {
            self.layout.end(self.line);
        }
        self.carry.clear();
        self.state = State::Between;
    }
}
