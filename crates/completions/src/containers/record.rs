//! What the splitter hands out.
use crate::report::Code;

/// Where a value begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Position {
    /// Number of the record, from 1.
    pub(crate) record: u64,
    /// Offset of its first byte in the stream.
    pub(crate) byte: u64,
    /// Line of its first byte, from 1.
    pub(crate) line: u64,
}

/// Who takes the records.
pub(crate) trait RecordSink {
    /// Tries to read the value that begins at the first of `bytes`, which are UTF-8 and may go on after it.
    /// Returns its length, or `None`, without any trace, when it is not whole or not right.
    fn try_read(&mut self, bytes: &[u8], at: Position) -> Option<usize>;
    /// Reads one whole value, right or wrong.
    fn read(&mut self, record: &[u8], at: Position);
    /// Something that is no record.
    fn problem(&mut self, code: Code, at: Position, detail: String);
}

impl Position {
    /// The file as a whole.
    pub(crate) const START: Self = Self {
        record: 0,
        byte: 0,
        line: 1,
    };
}
