//! What the importer refuses to hold, and to unpack.

/// Bounds of the importer's memory. Past one of them a record, or a layer around the records, is skipped and reported;
/// reading goes on, but past [`Limits::expanded_bytes`], where it ends; past [`Limits::remembered`] nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record (one JSON value), default 1 GiB, which is also the most: offsets in a sequence are 32 bits wide.
    pub record_bytes: usize,
    /// Nesting of arrays and objects in one record, default 256, at most 512.
    pub depth: usize,
    /// Places kept per kind of problem, default 20. All are counted.
    pub places: usize,
    /// Bytes that one compressed layer may unpack to, of a zip archive all members together; default 64 GiB. Memory does not
    /// grow with them: this bounds the time that a small file can take.
    pub expanded_bytes: u64,
    /// Bytes of zip archives held in memory, default 1 GiB: they are read from their end.
    pub zip_bytes: usize,
    /// Window of a zstd frame, bytes: default 128 MiB, which is also the most. Half as much again is in use while it grows;
    /// only the highest levels of compression make one so large.
    pub zstd_window: u64,
    /// Sequences whose fingerprints and perplexities stay in memory (32 bytes each) while their columns do not, default 131,072. Those
    /// of others go to temporary files, 24 bytes each, where the system has any.
    pub remembered: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const LARGEST: usize = 1 << 30;
const DEEPEST: usize = 512;
const WIDEST: u64 = 128 << 20;

impl Limits {
    /// All defaults.
    pub const DEFAULT: Self = Self {
        record_bytes: LARGEST,
        depth: 256,
        places: 20,
        expanded_bytes: 64 << 30,
        zip_bytes: 1 << 30,
        zstd_window: WIDEST,
        remembered: 128 << 10,
    };

    /// The limit of a window that is applied, bytes.
    pub(crate) fn zstd_window(&self) -> u64 {
        self.zstd_window.min(WIDEST)
    }

    /// The limit of a record that is applied, bytes.
    pub(crate) fn record_bytes(&self) -> usize {
        self.record_bytes.min(LARGEST)
    }

    /// The limit of nesting that is applied.
    pub(crate) fn depth(&self) -> usize {
        self.depth.min(DEEPEST)
    }
}
