//! Compressed files, made as the tests need them.
use flate2::{Compression, write::DeflateEncoder, write::GzEncoder};
use std::io::Write;

pub(crate) fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// One frame with a checksum.
pub(crate) fn zstd(text: impl AsRef<[u8]>) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_ref(), ruzstd::encoding::CompressionLevel::Fastest)
}

/// Text that has something to compress, but not too much.
pub(crate) fn lines(count: usize) -> String {
    let line = |nth: usize| {
        let value = nth.wrapping_mul(0x9e37_79b9) % 10_007;
        format!("{{\"id\":\"c{nth}\",\"logprob\":-0.{value}}}\n")
    };
    (0..count).map(line).collect()
}

/// A writer of zip archives, with all that real ones have.
#[derive(Default)]
pub(crate) struct Archive {
    pub(crate) bytes: Vec<u8>,
    pub(crate) list: Vec<u8>,
    pub(crate) count: u16,
    /// Sizes behind the data.
    pub(crate) behind: bool,
    /// Sizes as 64-bit numbers.
    pub(crate) large: bool,
    pub(crate) flags: u16,
}

impl Archive {
    pub(crate) fn member(mut self, name: &str, method: u16, text: &[u8]) -> Self {
        let data = match method {
            8 => deflate(text),
            93 => zstd(text),
            _ => text.to_vec(),
        };
        let mut crc = flate2::Crc::new();
        crc.update(text);
        let sizes = [data.len() as u32, text.len() as u32];
        let flags = self.flags | if self.behind { 8 } else { 0 };
        let local = if self.behind {
            [0; 3]
        } else {
            [crc.sum(), sizes[0], sizes[1]]
        };
        let offset = self.bytes.len() as u32;
        let mut extra = Vec::new();
        if self.large {
            extra.extend([1, 0, 16, 0]);
            extra.extend(u64::from(sizes[1]).to_le_bytes());
            extra.extend(u64::from(sizes[0]).to_le_bytes());
        }
        let header = |numbers: [u32; 3]| {
            let mut header = Vec::new();
            header.extend([20, 0]);
            header.extend(flags.to_le_bytes());
            header.extend(method.to_le_bytes());
            header.extend([0; 4]);
            header.extend(numbers[0].to_le_bytes());
            for number in &numbers[1..] {
                let number = if self.large { u32::MAX } else { *number };
                header.extend(number.to_le_bytes());
            }
            header.extend((name.len() as u16).to_le_bytes());
            header.extend((extra.len() as u16).to_le_bytes());
            header
        };
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(header(local));
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(&extra);
        self.bytes.extend(&data);
        if self.behind {
            self.bytes.extend(b"PK\x07\x08");
            for number in [crc.sum(), sizes[0], sizes[1]] {
                self.bytes.extend(number.to_le_bytes());
            }
        }
        self.list.extend(b"PK\x01\x02\x14\0");
        self.list.extend(header([crc.sum(), sizes[0], sizes[1]]));
        self.list.extend([0; 10]);
        self.list.extend(offset.to_le_bytes());
        self.list.extend(name.as_bytes());
        self.list.extend(&extra);
        self.count += 1;
        self
    }

    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.member(name, 8, text.as_bytes())
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let (offset, size) = (self.bytes.len() as u64, self.list.len() as u64);
        self.bytes.append(&mut self.list);
        let (mut short_size, mut short_offset) = (size as u32, offset as u32);
        if self.large {
            let place = self.bytes.len() as u64;
            self.bytes.extend(b"PK\x06\x06");
            self.bytes.extend(44u64.to_le_bytes());
            self.bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            self.bytes.extend(u64::from(self.count).to_le_bytes());
            self.bytes.extend(u64::from(self.count).to_le_bytes());
            self.bytes.extend(size.to_le_bytes());
            self.bytes.extend(offset.to_le_bytes());
            self.bytes.extend(b"PK\x06\x07\0\0\0\0");
            self.bytes.extend(place.to_le_bytes());
            self.bytes.extend([1, 0, 0, 0]);
            (short_size, short_offset) = (u32::MAX, u32::MAX);
        }
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(self.count.to_le_bytes());
        self.bytes.extend(short_size.to_le_bytes());
        self.bytes.extend(short_offset.to_le_bytes());
        self.bytes.extend([7, 0]);
        self.bytes.extend(b"comment");
        self.bytes
    }
}

pub(crate) fn archive() -> Archive {
    Archive::default()
}

pub(crate) fn units<const N: usize>(text: &str, bytes: fn(u16) -> [u8; N]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

pub(crate) fn points(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().map(u32::from).flat_map(bytes).collect()
}
