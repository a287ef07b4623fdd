//! The kinds of generated files.

/// A kind of file. All hold chat completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines, five alternatives, with `bytes`.
    Top5Bytes,
    /// Lines, five alternatives, no `bytes`.
    Top5,
    /// Lines, twenty alternatives, with `bytes`.
    Top20,
    /// As [`Self::Top5Bytes`] with the spaces of Python's `json.dumps`.
    Spaced,
    /// An array at the root, indented.
    Pretty,
    /// An array at the root on one line.
    Array,
    /// Values with all digits of a double.
    Digits17,
    /// Texts beyond ASCII, with characters that are split between tokens and, in some records, `\u` escapes.
    NonAscii,
    /// The keys of every object in any order.
    Shuffled,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Top5Bytes,
        Self::Top5,
        Self::Top20,
        Self::Spaced,
        Self::Pretty,
        Self::Array,
        Self::Digits17,
        Self::NonAscii,
        Self::Shuffled,
    ];

    /// Its name in file names and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Top5Bytes => "top5-bytes",
            Self::Top5 => "top5",
            Self::Top20 => "top20",
            Self::Spaced => "spaced",
            Self::Pretty => "pretty",
            Self::Array => "array",
            Self::Digits17 => "digits17",
            Self::NonAscii => "non-ascii",
            Self::Shuffled => "shuffled",
        }
    }

    /// The shape of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }

    pub(crate) fn alternatives(self) -> usize {
        if self == Self::Top20 { 20 } else { 5 }
    }

    pub(crate) fn has_bytes(self) -> bool {
        self != Self::Top5
    }

    pub(crate) fn is_array(self) -> bool {
        matches!(self, Self::Pretty | Self::Array)
    }
}
