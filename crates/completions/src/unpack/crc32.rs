//! The checksum of gzip and zip.
//!
//! Its tables are computed when they are first needed: as constants they would be the larger part of what gzip adds to
//! the browser's bundle, because they cannot be compressed.
use std::sync::LazyLock;

/// Tables for eight bytes at a time.
static TABLES: LazyLock<[[u32; 256]; 8]> = LazyLock::new(|| {
    let mut tables = [[0u32; 256]; 8];
    for first in 0..256usize {
        let mut crc = first as u32;
        for table in &mut tables {
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
            table[first] = crc;
        }
    }
    tables
});

/// A running checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crc32(u32);

impl Crc32 {
    pub(super) fn new() -> Self {
        Self(!0)
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        let tables = &*TABLES;
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut crc = self.0;
        for &[a, b, c, d, e, f, g, h] in eights {
            let [i, j, k, l] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            crc = tables[7][usize::from(i)]
                ^ tables[6][usize::from(j)]
                ^ tables[5][usize::from(k)]
                ^ tables[4][usize::from(l)]
                ^ tables[3][usize::from(e)]
                ^ tables[2][usize::from(f)]
                ^ tables[1][usize::from(g)]
                ^ tables[0][usize::from(h)];
        }
        for &byte in rest {
            crc = crc >> 8 ^ tables[0][usize::from(crc as u8 ^ byte)];
        }
        self.0 = crc;
    }

    pub(super) fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Crc32;

    #[test]
    fn published_values() {
        for (text, expected) in [
            (&b""[..], 0),
            (b"a", 0xe8b7_be43),
            (b"123456789", 0xcbf4_3926),
            (b"The quick brown fox jumps over the lazy dog", 0x414f_a339),
        ] {
            let mut whole = Crc32::new();
            whole.update(text);
            assert_eq!(whole.value(), expected);
            let mut parts = Crc32::new();
            text.chunks(3).for_each(|part| parts.update(part));
            assert_eq!(parts, whole);
        }
    }
}
