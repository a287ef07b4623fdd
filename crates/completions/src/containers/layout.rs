//! How the values lie in the file: that names the container.

/// Counts values and lines.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Layout {
    /// Values at the root, good or bad.
    pub(crate) values: u64,
    /// How many of them are arrays.
    pub(crate) arrays: u64,
    /// A value takes several lines, or two share one.
    pub(crate) not_by_line: bool,
    /// Line of the last value's end; 0 when it is not known.
    last_line: u64,
    /// Text outside of values was seen.
    pub(crate) stray_text: bool,
}

impl Layout {
    /// A value begins on this line.
    pub(crate) fn start(&mut self, line: u64) {
        self.not_by_line |= self.values > 0 && self.last_line == line;
        self.values += 1;
        self.last_line = line;
    }

    /// It ends on this line.
    pub(crate) fn end(&mut self, line: u64) {
        self.not_by_line |= self.last_line != line;
        self.last_line = line;
    }

    /// It is broken: the layout is told by the values that could be read.
    pub(crate) fn broken(&mut self) {
        self.last_line = 0;
    }

    /// Nothing but values, each on a line of its own, so far.
    pub(crate) fn is_lines(&self) -> bool {
        self.arrays == 0 && !self.not_by_line && !self.stray_text
    }

    /// The layout of lines that follow, the first of which is this one.
    pub(crate) fn follow(&mut self, next: &Self, line: u64) {
        self.values += next.values;
        if next.values > 0 {
            self.last_line = next.last_line + line - 1;
        }
    }

    /// Name of the container; final only at the end.
    pub(crate) fn container(&self) -> &'static str {
        match (self.values, self.arrays) {
            (0, _) if self.stray_text => "unknown",
            (0, _) => "empty",
            (1, 1) => "json_array",
            (1, _) => "json",
            _ if self.not_by_line => "json_concat",
            _ => "jsonl",
        }
    }
}
