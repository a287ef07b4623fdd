//! Lines of a range of bytes: those that begin in it, whole, each one in one range only.
use crate::stream::Stream;
use web_sys::File;

/// Bytes read beyond a range at first: its last line ends there.
const TAIL_BYTES: u64 = 64 * 1024;

/// A range of bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// Which one it is, from 0.
    pub(crate) nth: u32,
    pub(crate) start: u64,
    /// May lie behind the end of the file.
    pub(crate) end: u64,
}

/// Reads the lines of a range, piece by piece.
pub(crate) struct Lines {
    file: File,
    stream: Stream,
    cut: Cut,
    lost: String,
}

impl Lines {
    /// The lines that begin in a range; `lost` is what to say when the file cannot be read.
    pub(crate) fn new(range: Range, file: &File, lost: &str) -> Result<Self, String> {
        let cut = Cut::new(range);
        let stream = Stream::part(file, cut.at, range.end + TAIL_BYTES, lost)?;
        Ok(Self {
            file: file.clone(),
            stream,
            cut,
            lost: lost.to_owned(),
        })
    }

    /// The next bytes of the lines; `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<&[u8]>, String> {
        while !self.cut.is_done {
            if self.stream.advance().await? {
                let lines = self.cut.take(self.stream.piece());
                if !lines.is_empty() {
                    return Ok(self.stream.piece().get(lines));
                }
            } else if self.cut.at < self.file.size() as u64 {
                // A long line: it goes on behind the tail.
                let (at, more) = (self.cut.at, self.cut.at + 16 * TAIL_BYTES);
                self.stream = Stream::part(&self.file, at, more, &self.lost)?;
            } else {
                break;
            }
        }
        Ok(None)
    }

    /// Offset after the last line, once all are read; `None` when no line begins in the range.
    pub(crate) fn end(&self) -> Option<u64> {
        self.cut.has_begun.then_some(self.cut.at)
    }
}

/// Cuts lines out of pieces of a file.
#[derive(Debug, PartialEq)]
struct Cut {
    /// Where the range ends.
    end: u64,
    /// Offset of the next piece; at last, of what follows the lines.
    at: u64,
    has_begun: bool,
    is_done: bool,
}

impl Cut {
    /// In front of the byte before a range, which tells whether a line begins at its start.
    fn new(range: Range) -> Self {
        Self {
            end: range.end,
            at: range.start.saturating_sub(1),
            has_begun: range.start == 0,
            is_done: range.end == range.start,
        }
    }

    /// Which bytes of the next piece belong to the lines.
    fn take(&mut self, piece: &[u8]) -> std::ops::Range<usize> {
        let at = self.at;
        self.at += piece.len() as u64;
        let mut first = 0;
        if !self.has_begun {
            let Some(before) = memchr::memchr(b'\n', piece) else {
                self.is_done = self.at >= self.end;
                return 0..0;
            };
            first = before + 1;
            if at + first as u64 >= self.end {
                self.is_done = true;
                return 0..0;
            }
            self.has_begun = true;
        }
        // The last line ends with the range, or behind it.
        let least = usize::try_from((self.end - 1).saturating_sub(at)).unwrap_or(usize::MAX);
        let rest = piece.get(least..).unwrap_or_default();
        let Some(last) = memchr::memchr(b'\n', rest) else {
            return first..piece.len();
        };
        let end = least + last + 1;
        self.at = at + end as u64;
        self.is_done = true;
        first..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What [`Lines`] does, on bytes in memory.
    fn lines(bytes: &[u8], range: Range, piece: usize) -> (Vec<u8>, Option<u64>) {
        let mut cut = Cut::new(range);
        let mut lines = Vec::new();
        while !cut.is_done && cut.at < bytes.len() as u64 {
            let rest = &bytes[cut.at as usize..];
            let next = &rest[..rest.len().min(piece)];
            let found = cut.take(next);
            lines.extend_from_slice(&next[found]);
        }
        (lines, cut.has_begun.then_some(cut.at))
    }

    #[test]
    fn every_line_is_in_one_range() {
        for text in [
            "",
            "\n",
            "a",
            "a\n",
            "a\nbb\n\nccc\ndddddddddd\ne",
            "a\r\nbb\n\n\n\nccc\ndddddddddddddddddddd\n",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let bytes = text.as_bytes();
            for length in 1..=bytes.len() as u64 + 2 {
                for piece in 1..=bytes.len() + 1 {
                    let mut joined = Vec::new();
                    let mut nth = 0;
                    while u64::from(nth) * length < bytes.len() as u64 {
                        let start = u64::from(nth) * length;
                        let range = Range {
                            nth,
                            start,
                            end: start + length,
                        };
                        let (found, end) = lines(bytes, range, piece);
                        let case = format!("{text:?}, ranges of {length}, pieces of {piece}");
                        joined.extend_from_slice(&found);
                        assert!(end.is_some() || found.is_empty(), "{case}");
                        if let Some(end) = end {
                            assert_eq!(joined.len() as u64, end, "{case}");
                            assert!(joined.len() == bytes.len() || joined.ends_with(b"\n"));
                        }
                        nth += 1;
                    }
                    assert_eq!(joined, bytes, "{text:?}, ranges of {length}");
                }
            }
        }
    }
}
