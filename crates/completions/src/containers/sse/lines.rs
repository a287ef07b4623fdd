//! Lines that end with LF, CRLF or CR, across chunks.
use super::Spot;

/// A line without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its bytes; of a line beyond the limit only the first ones.
    pub(super) bytes: &'a [u8],
    /// How many it really has.
    pub(super) len: usize,
    /// Its last byte that is not white space.
    pub(super) last: u8,
    pub(super) start: Spot,
}

impl Line<'_> {
    /// Offset in the stream after its last byte.
    pub(super) fn end(&self) -> u64 {
        self.start.byte + self.len as u64
    }
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Kept of a line in any case: more than the name of a field and a byte order mark.
const SHORTEST: usize = 16;

/// Cuts chunks into lines.
#[derive(Debug)]
pub(super) struct Lines {
    /// Bytes of a line that are kept.
    kept: usize,
    /// The beginning of a line that goes on in the next chunk.
    held: Vec<u8>,
    held_len: usize,
    held_last: u8,
    /// Where the current line begins.
    start: Spot,
    /// The last byte was CR: an LF after it is part of the same line end.
    after_cr: bool,
}

impl Lines {
    pub(super) fn new(max_bytes: usize, start: Spot) -> Self {
        Self {
            kept: max_bytes.max(SHORTEST).saturating_add(BOM.len()),
            held: Vec::new(),
            held_len: 0,
            held_last: 0,
            start,
            after_cr: false,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(Line<'_>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_cr) && rest[0] == b'\n' {
                self.start.byte += 1;
                rest = &rest[1..];
                continue;
            }
            let Some(len) = memchr::memchr2(b'\n', b'\r', rest) else {
                return self.hold(rest);
            };
            if self.held_len == 0 {
                let line = &rest[..len];
                // Cut as a line across chunks is, so that both mean the same.
                let bytes = &line[..len.min(self.kept)];
                self.hand_out(bytes, len, last(line).unwrap_or(0), out);
            } else {
                self.hold(&rest[..len]);
                self.hand_out_held(out);
            }
            self.start.byte += 1;
            self.start.line += 1;
            self.after_cr = rest[len] == b'\r';
            rest = &rest[len + 1..];
        }
    }

    /// The last line may have no end.
    pub(super) fn finish(&mut self, out: &mut dyn FnMut(Line<'_>)) {
        if self.held_len > 0 {
            self.hand_out_held(out);
        }
    }

    fn hold(&mut self, piece: &[u8]) {
        let room = self.kept.saturating_sub(self.held.len());
        self.held.extend_from_slice(&piece[..piece.len().min(room)]);
        self.held_len += piece.len();
        if let Some(last) = last(piece) {
            self.held_last = last;
        }
    }

    fn hand_out_held(&mut self, out: &mut dyn FnMut(Line<'_>)) {
        let mut held = std::mem::take(&mut self.held);
        let (len, last) = (self.held_len, self.held_last);
        self.hand_out(&held, len, last, out);
        held.clear();
        self.held = held;
        self.held_len = 0;
        self.held_last = 0;
    }

    fn hand_out(&mut self, bytes: &[u8], len: usize, last: u8, out: &mut dyn FnMut(Line<'_>)) {
        let mut line = Line {
            bytes,
            len,
            last,
            start: self.start,
        };
        // At the beginning, and where files were put one behind the other.
        if let Some(text) = bytes.strip_prefix(BOM) {
            line.bytes = text;
            line.len -= BOM.len();
            line.start.byte += BOM.len() as u64;
        }
        out(line);
        self.start.byte += len as u64;
    }
}

fn last(bytes: &[u8]) -> Option<u8> {
    bytes.trim_ascii_end().last().copied()
}
