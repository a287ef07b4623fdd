//! Bytes in memory, in blocks: one growing array would need the double while it is moved.

const BLOCK: usize = 1 << 20;

/// What is held. All blocks but the last are full.
#[derive(Default)]
pub(crate) struct Held {
    blocks: Vec<Vec<u8>>,
}

impl Held {
    /// Appends; `false` when there is no memory for it.
    pub(super) fn push(&mut self, mut chunk: &[u8]) -> bool {
        while !chunk.is_empty() {
            if self.blocks.last().is_none_or(|last| last.len() == BLOCK) {
                if self.blocks.try_reserve(1).is_err() {
                    return false;
                }
                self.blocks.push(Vec::new());
            }
            let Some(last) = self.blocks.last_mut() else {
                return false;
            };
            let (part, rest) = chunk.split_at(chunk.len().min(BLOCK - last.len()));
            if last.try_reserve(part.len()).is_err() {
                return false;
            }
            last.extend_from_slice(part);
            chunk = rest;
        }
        true
    }

    /// Bytes held.
    pub(super) fn len(&self) -> usize {
        let full = self.blocks.len().saturating_sub(1) * BLOCK;
        full + self.blocks.last().map_or(0, Vec::len)
    }

    /// The pieces of the bytes from `start` to `end`, as far as they are there.
    pub(super) fn pieces(&self, start: u64, end: u64) -> impl Iterator<Item = &[u8]> {
        let len = self.len() as u64;
        // Both fit, because no more than that is held.
        let (start, end) = (start.min(len) as usize, end.min(len) as usize);
        let first = start / BLOCK;
        let blocks = self.blocks.iter().enumerate().skip(first);
        blocks.map_while(move |(nth, block)| {
            let before = nth * BLOCK;
            let to = end.checked_sub(before)?.min(block.len());
            block.get(start.saturating_sub(before)..to)
        })
    }

    /// The bytes at a place; fewer, where the end is.
    pub(super) fn copy(&self, start: u64, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in self.pieces(start, start.saturating_add(length as u64)) {
            bytes.extend_from_slice(piece);
        }
        bytes
    }

    /// So many bytes at a place, if they are there.
    pub(super) fn array<const N: usize>(&self, start: u64) -> Option<[u8; N]> {
        self.copy(start, N).try_into().ok()
    }
}
