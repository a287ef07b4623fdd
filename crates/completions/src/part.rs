//! A record's bytes again, out of a file that is compressed or not UTF-8.
use crate::unpack::{Unpacked, Unpacker};
use crate::{Limits, RecordSpan, Source};

/// Takes the bytes of one record out of its file: the file is unpacked once more, from its beginning to the end of the
/// record. Nothing else of it is kept, so the memory is that of the record; the time is that of the way to it.
///
/// For sources that are not [packed](Source::packed) the record is simply the range of bytes that its span names.
#[derive(Debug)]
pub struct RecordReader {
    unpacker: Unpacker,
    part: Part,
}

#[derive(Debug)]
struct Part {
    member: Option<String>,
    /// The bytes that come belong to the member.
    inside: bool,
    start: u64,
    end: u64,
    /// Offset in the innermost stream of the next byte.
    at: u64,
    bytes: Vec<u8>,
}

impl RecordReader {
    /// In front of the file that holds the record.
    pub fn new(limits: Limits, source: &Source, record: &RecordSpan) -> Self {
        Self {
            unpacker: Unpacker::new(limits),
            part: Part {
                member: source.member.clone(),
                inside: source.member.is_none(),
                start: record.start,
                end: record.start + record.len,
                at: 0,
                bytes: Vec::new(),
            },
        }
    }

    /// Takes the next bytes of the file; `true` when the record is whole.
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        let Self { unpacker, part } = self;
        unpacker.push(chunk, &mut |piece| part.take(piece));
        part.is_whole()
    }

    /// The end of the file: the bytes of the record, or `None` when the file has become shorter.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        if !self.part.is_whole() {
            let part = &mut self.part;
            self.unpacker.finish(&mut |piece| part.take(piece));
        }
        self.part.is_whole().then_some(self.part.bytes)
    }
}

impl Part {
    fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.end - self.start
    }

    fn take(&mut self, piece: Unpacked<'_>) {
        match piece {
            Unpacked::Member(name) => {
                // Of two members with one name the first is the one.
                self.inside = self.bytes.is_empty() && self.member.as_deref() == Some(name);
                self.at = 0;
            }
            Unpacked::Bytes(bytes) if self.inside => {
                let clip = |offset: u64| {
                    let inside = offset.saturating_sub(self.at);
                    usize::try_from(inside)
                        .unwrap_or(usize::MAX)
                        .min(bytes.len())
                };
                self.bytes
                    .extend_from_slice(&bytes[clip(self.start)..clip(self.end)]);
                self.at += bytes.len() as u64;
            }
            Unpacked::Bytes(_) => {}
        }
    }
}
