//! The last line of a chunk, which ends in a later one.
//!
//! In a file of lines it waits for its end, and is then read in place as all the others: to follow it byte by byte, and then
//! read the copy, takes more than twice as long. Nothing is decided by that: for the rest of this module it only looks as if
//! the chunks were other ones.
use super::{Splitter, State};
use crate::containers::RecordSink;

/// A longer line does not wait.
const LONGEST: usize = 4 << 20;

impl Splitter {
    /// The next byte begins a line of a file of lines.
    pub(super) fn expects_line(&self) -> bool {
        self.layout.values > 0 && self.is_at_line()
    }

    /// A line begins that has no end in this chunk.
    pub(super) fn begin_line(&mut self, bytes: &[u8]) -> usize {
        self.carry.clear();
        self.carry.extend_from_slice(bytes);
        self.state = State::Line;
        bytes.len()
    }

    /// The line goes on.
    pub(super) fn line(&mut self, bytes: &[u8], sink: &mut dyn RecordSink) -> usize {
        let end = memchr::memchr(b'\n', bytes).map(|end| end + 1);
        let used = end.unwrap_or(bytes.len());
        self.carry.extend_from_slice(&bytes[..used]);
        if end.is_some() || self.carry.len() > LONGEST {
            self.release(sink);
        }
        used
    }

    /// Nothing waits any more.
    pub(crate) fn release(&mut self, sink: &mut dyn RecordSink) {
        while matches!(self.state, State::Line) {
            self.state = State::Between;
            let mut line = std::mem::take(&mut self.carry);
            self.read(&line, line.len(), sink);
            if self.carry.is_empty() {
                // Its memory is used again.
                line.clear();
                self.carry = line;
            }
        }
    }
}
