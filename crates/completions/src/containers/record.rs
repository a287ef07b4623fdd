//! What the containers hand out.
use crate::Form;
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

/// What a record takes up in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Bytes.
    pub(crate) len: u64,
    /// What they are.
    pub(crate) form: Form,
}

impl Extent {
    /// Of a JSON value that stands in the stream as it is.
    pub(crate) fn value(len: usize) -> Self {
        Self {
            len: len as u64,
            form: Form::Value,
        }
    }

    /// The place after `before`, the first bytes of the JSON of a record at `at`. Where the JSON is not what stands in the
    /// stream, it is the place of the record.
    pub(crate) fn place_of(self, at: Position, before: &[u8]) -> Position {
        if self.form != Form::Value {
            return at;
        }
        let lines = memchr::memchr_iter(b'\n', before).count() as u64;
        Position {
            byte: at.byte + before.len() as u64,
            line: at.line + lines,
            ..at
        }
    }
}

/// Who takes the records.
pub(crate) trait RecordSink {
    /// Tries to read the value that begins at the first of `bytes`, which are UTF-8 and may go on after it.
    /// Returns its length, or `None`, without any trace, when it is not whole or not right.
    fn try_read(&mut self, bytes: &[u8], at: Position) -> Option<usize>;
    /// Reads one whole value, right or wrong, as JSON. It takes up `extent` of the stream from `at` on.
    fn read(&mut self, record: &[u8], at: Position, extent: Extent);
    /// Reads a whole text in which a response is written: JSON or server-sent events. `request` is the JSON that was asked.
    fn read_text(&mut self, text: &[u8], request: Option<&[u8]>, at: Position, extent: Extent);
    /// A stream of pieces is over.
    fn stream_end(&mut self);
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
