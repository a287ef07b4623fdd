//! UTF-16 and UTF-32 to UTF-8.
use super::UnpackProblem;
use super::UnpackProblemKind as Problem;
use super::detect::Encoding;
use super::ledger::Sink;
use std::slice::ChunksExact;

/// Bytes that are read at once, a multiple of all units. Two of them can become three.
const ROOM: usize = 8 << 10;
const MARK: u32 = 0xfeff;

/// A transcoder.
pub(super) struct Transcoder {
    encoding: Encoding,
    /// Bytes of an unfinished unit.
    pending: Vec<u8>,
    /// The first half of a pair.
    high: Option<u16>,
    out: Vec<u8>,
    /// The mark can only be the first unit.
    started: bool,
    lone: u64,
    first_lone: u64,
}

impl Transcoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            pending: Vec::with_capacity(4),
            high: None,
            out: Vec::with_capacity(ROOM / 2 * 3 + 8),
            started: false,
            lone: 0,
            first_lone: 0,
        }
    }

    /// The name of the layer.
    pub(super) fn layer(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf16Little | Encoding::Utf16Big => "utf16",
            Encoding::Utf32Little | Encoding::Utf32Big => "utf32",
        }
    }

    /// The encoding in words.
    pub(super) fn name(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf16Little => "UTF-16, little end first",
            Encoding::Utf16Big => "UTF-16, big end first",
            Encoding::Utf32Little => "UTF-32, little end first",
            Encoding::Utf32Big => "UTF-32, big end first",
        }
    }

    fn width(&self) -> usize {
        match self.encoding {
            Encoding::Utf16Little | Encoding::Utf16Big => 2,
            Encoding::Utf32Little | Encoding::Utf32Big => 4,
        }
    }

    pub(super) fn push(&mut self, mut chunk: &[u8], sink: &mut Sink<'_>) {
        let width = self.width();
        if !self.pending.is_empty() {
            let missing = width.saturating_sub(self.pending.len()).min(chunk.len());
            let (more, rest) = chunk.split_at(missing);
            self.pending.extend_from_slice(more);
            chunk = rest;
            if self.pending.len() < width {
                return;
            }
            let unit = std::mem::take(&mut self.pending);
            self.unit(&unit, sink);
            self.flush(sink);
        }
        for piece in chunk.chunks(ROOM) {
            let mut units = piece.chunks_exact(width);
            while let Some(unit) = self.skip_ascii(&mut units) {
                self.unit(unit, sink);
            }
            self.pending.extend_from_slice(units.remainder());
            self.flush(sink);
        }
    }

    /// Takes ASCII, which is most of any file, and gives the first unit that needs more care.
    fn skip_ascii<'a>(&mut self, units: &mut ChunksExact<'a, u8>) -> Option<&'a [u8]> {
        if self.high.is_some() {
            return units.next();
        }
        for unit in units {
            let byte = match (self.encoding, unit) {
                (Encoding::Utf16Little, &[byte, 0]) => byte,
                (Encoding::Utf16Big, &[0, byte]) => byte,
                (Encoding::Utf32Little, &[byte, 0, 0, 0]) => byte,
                (Encoding::Utf32Big, &[0, 0, 0, byte]) => byte,
                _ => return Some(unit),
            };
            if !byte.is_ascii() {
                return Some(unit);
            }
            self.started = true;
            self.out.push(byte);
        }
        None
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) {
        if self.high.take().is_some() {
            self.replace(sink);
        }
        let cut = !self.pending.is_empty();
        if cut {
            self.put(char::REPLACEMENT_CHARACTER);
        }
        self.flush(sink);
        if self.lone > 0 {
            let member = sink.ledger.member.clone();
            sink.ledger.add(UnpackProblem {
                kind: Problem::Surrogate,
                offset: self.first_lone,
                count: self.lone,
                member,
                detail: "halves of characters without the other half".to_owned(),
            });
        }
        if cut {
            let detail = "the text ends inside a character".to_owned();
            sink.ledger.problem(Problem::CutOff, detail);
        }
    }

    fn unit(&mut self, bytes: &[u8], sink: &Sink<'_>) {
        match (self.encoding, bytes) {
            (Encoding::Utf16Little, &[a, b]) => self.half(u16::from_le_bytes([a, b]), sink),
            (Encoding::Utf16Big, &[a, b]) => self.half(u16::from_be_bytes([a, b]), sink),
            (Encoding::Utf32Little, &[a, b, c, d]) => {
                self.point(u32::from_le_bytes([a, b, c, d]), sink);
            }
            (Encoding::Utf32Big, &[a, b, c, d]) => {
                self.point(u32::from_be_bytes([a, b, c, d]), sink);
            }
            _ => {}
        }
    }

    /// A unit of UTF-16.
    fn half(&mut self, unit: u16, sink: &Sink<'_>) {
        let is_low = matches!(unit, 0xdc00..=0xdfff);
        match self.high.take() {
            Some(high) if is_low => {
                let point = (u32::from(high) - 0xd800) << 10 | (u32::from(unit) - 0xdc00);
                return self.point(point + 0x1_0000, sink);
            }
            Some(_) => self.replace(sink),
            None => {}
        }
        if matches!(unit, 0xd800..=0xdbff) {
            self.high = Some(unit);
        } else {
            self.point(u32::from(unit), sink);
        }
    }

    fn point(&mut self, point: u32, sink: &Sink<'_>) {
        let first = !std::mem::replace(&mut self.started, true);
        match char::from_u32(point) {
            Some(_) if first && point == MARK => {}
            Some(character) => self.put(character),
            None => self.replace(sink),
        }
    }

    fn put(&mut self, character: char) {
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// U+FFFD for what is no character.
    fn replace(&mut self, sink: &Sink<'_>) {
        if self.lone == 0 {
            self.first_lone = sink.ledger.delivered + self.out.len() as u64;
        }
        self.lone += 1;
        self.put(char::REPLACEMENT_CHARACTER);
    }

    fn flush(&mut self, sink: &mut Sink<'_>) {
        sink.deliver(&self.out);
        self.out.clear();
    }
}
