//! What can be wrong with a layer.

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnpackProblemKind {
    /// The end of a layer is missing; what came before was delivered.
    CutOff,
    /// A layer cannot be read on from here; what came before was delivered.
    Corrupt,
    /// A layer was read to its end, but its checksum or size does not agree.
    Checksum,
    /// Bytes after the end of a layer, which were not read.
    Trailing,
    /// Encrypted, or packed by a method or with a dictionary that is not at hand.
    Unsupported,
    /// A zip archive without a member that could hold completions.
    NoMembers,
    /// Members of a zip archive that were left out.
    SkippedMembers,
    /// The text is not UTF-8, but was read as what it is.
    Utf16,
    /// Half of a pair of code units, or no code point at all: U+FFFD stands there.
    Surrogate,
    /// More compressed layers than are taken off; the innermost was not read.
    LimitNesting,
    /// It unpacks to more than is allowed; reading ended there.
    LimitExpansion,
    /// A zip archive is larger than what is held in memory; it was not read.
    LimitZip,
    /// A zstd frame wants more memory than is given; it was not read.
    LimitWindow,
}

impl UnpackProblemKind {
    /// How many there are.
    pub(super) const COUNT: usize = 13;

    /// All of them, in order.
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::CutOff,
        Self::Corrupt,
        Self::Checksum,
        Self::Trailing,
        Self::Unsupported,
        Self::NoMembers,
        Self::SkippedMembers,
        Self::Utf16,
        Self::Surrogate,
        Self::LimitNesting,
        Self::LimitExpansion,
        Self::LimitZip,
        Self::LimitWindow,
    ];
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackProblem {
    /// What kind.
    pub kind: UnpackProblemKind,
    /// Where it was met: bytes of the innermost text delivered before it, counted from the beginning of the member.
    pub offset: u64,
    /// How many it stands for: lone surrogates of a text, members left out, or problems beyond those listed; else 1.
    pub count: u64,
    /// The member of a zip archive.
    pub member: Option<String>,
    /// What was met, to be put behind a colon.
    pub detail: String,
}
