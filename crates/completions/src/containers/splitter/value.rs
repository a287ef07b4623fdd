//! Inside a value that was not read in place: it goes on in the next chunk, or something is wrong with it.
use super::Splitter;
use crate::containers::automaton::Step;
use crate::containers::{Extent, RecordSink};
use crate::report::Code;

impl Splitter {
    /// Inside a value that the decoder did not read in place.
    pub(super) fn value(&mut self, bytes: &[u8], sink: &mut dyn RecordSink) -> usize {
        match self.automaton.push(bytes) {
            Step::More => {
                self.keep(bytes, sink);
                self.pass(bytes)
            }
            Step::End(len) => {
                if self.carry.is_empty() && !self.open.dropped && !self.over_limit(len, sink) {
                    sink.read(&bytes[..len], self.open.at, Extent::value(len));
                    self.pass(&bytes[..len]);
                    self.whole_value(&bytes[..len]);
                } else {
                    self.keep(&bytes[..len], sink);
                    self.pass(&bytes[..len]);
                    self.value_ends(sink);
                }
                len
            }
            Step::Broken(len, kind) => {
                self.keep(&bytes[..len], sink);
                self.pass(&bytes[..len]);
                self.breaks(kind, sink);
                len
            }
        }
    }

    /// The value ends here; all of it is in `carry`, unless it exceeds a limit.
    pub(super) fn value_ends(&mut self, sink: &mut dyn RecordSink) {
        if !self.open.dropped {
            let record = std::mem::take(&mut self.carry);
            sink.read(&record, self.open.at, Extent::value(record.len()));
            self.whole_value(&record);
            // Its memory is used again.
            self.carry = record;
            self.carry.clear();
        } else {
            self.whole_value(b"");
        }
    }

    /// Keeps bytes of a value that goes on in the next chunk.
    fn keep(&mut self, bytes: &[u8], sink: &mut dyn RecordSink) {
        if !self.open.dropped && !self.over_limit(bytes.len(), sink) {
            self.carry.extend_from_slice(bytes);
        }
    }

    /// Checks the limits of the open value, which grows by `more` bytes.
    fn over_limit(&mut self, more: usize, sink: &mut dyn RecordSink) -> bool {
        let (max_depth, max_bytes) = (self.limits.depth(), self.limits.record_bytes());
        let deep = || format!("nested deeper than {max_depth} levels");
        let long = || format!("longer than {max_bytes} bytes");
        // Whichever limit the bytes exceed first, however they are cut into chunks.
        let (code, detail) = match self.automaton.too_deep_at() {
            Some(at) if at <= max_bytes => (Code::LimitDepth, deep()),
            _ if self.carry.len() + more > max_bytes => (Code::LimitRecord, long()),
            Some(_) => (Code::LimitDepth, deep()),
            None => return false,
        };
        sink.problem(code, self.open.at, detail);
        self.open.dropped = true;
        self.carry = Vec::new();
        true
    }
}
