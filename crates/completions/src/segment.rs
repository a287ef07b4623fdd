//! Lines read apart: large files on several threads.
//!
//! In a file of one value a line, any number of lines can be read before those in front of them are. A [`SegmentReader`] does
//! that; [`Importer::append`](crate::Importer::append) puts what came of it behind what is there, and the result is that of
//! reading the file in one go, bit for bit. What might differ is refused, and then read as everything else is: the rules that
//! look at the file as a whole exist once.
use crate::Limits;
use crate::containers::{Splitter, Stretch};
use crate::intake::Intake;
use crate::reader::Reader;
use crate::reader::segment::Chapter;

/// The first byte at or after a place that begins a line, or the end: whoever cuts a file at any places and asks this
/// for each of them gets whole lines, each of them once.
pub fn line_after(bytes: &[u8], place: usize) -> usize {
    let Some(before) = place.checked_sub(1) else {
        return 0;
    };
    let rest = bytes.get(before..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| place + end)
}

/// Reads lines out of the middle of a file, chunk by chunk. The first byte must be the first of a line.
#[derive(Debug)]
pub struct SegmentReader {
    splitter: Splitter,
    intake: Intake<Reader>,
}

/// What was read of a number of whole lines, for [`Importer::append`](crate::Importer::append).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Segment {
    pub(crate) stretch: Stretch,
    pub(crate) chapter: Chapter,
}

impl Segment {
    /// Bytes of the lines.
    pub fn bytes(&self) -> u64 {
        self.stretch.bytes
    }
}

impl SegmentReader {
    /// A reader that keeps to `limits`.
    pub fn new(limits: Limits) -> Self {
        Self {
            splitter: Splitter::new(limits),
            intake: Intake::new(limits, false, Reader::apart(limits)),
        }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.splitter.push(chunk, &mut self.intake);
    }

    /// The end of the lines. `None` when they are no lines of one whole value each, or something in them could not be read.
    pub fn finish(mut self) -> Option<Segment> {
        self.splitter.release(&mut self.intake);
        let stretch = self.splitter.stretch()?;
        if !self.intake.is_record_by_record() {
            return None;
        }
        let chapter = self.intake.sink.into_chapter()?;
        Some(Segment { stretch, chapter })
    }
}
