//! What the importer refuses to hold.

/// Bounds of the importer's memory. Past one of them a record is skipped and reported; reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record (one JSON value), default 1 GiB, which is also the most: offsets in a sequence are 32 bits wide.
    pub record_bytes: usize,
    /// Nesting of arrays and objects in one record, default 256, at most 512.
    pub depth: usize,
    /// Places kept per kind of problem, default 20. All are counted.
    pub places: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: LARGEST,
            depth: 256,
            places: 20,
        }
    }
}

const LARGEST: usize = 1 << 30;
const DEEPEST: usize = 512;

impl Limits {
    /// The limit of a record that is applied, bytes.
    pub(crate) fn record_bytes(&self) -> usize {
        self.record_bytes.min(LARGEST)
    }

    /// The limit of nesting that is applied.
    pub(crate) fn depth(&self) -> usize {
        self.depth.min(DEEPEST)
    }
}
