//! Lines that another splitter has gone through.
use super::{Splitter, State};
use crate::containers::layout::Layout;

/// How far a splitter got with lines of one value each, from its beginning.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Stretch {
    pub(crate) bytes: u64,
    pub(crate) records: u64,
    line_ends: u64,
    last_end: u64,
    ends_a_line: bool,
    layout: Layout,
}

impl Splitter {
    /// The next byte begins a line, and nothing before it has a say in how it is read.
    pub(crate) fn is_at_line(&self) -> bool {
        self.at_line_start && self.is_between_lines()
    }

    fn is_between_lines(&self) -> bool {
        matches!(self.state, State::Between)
            && !self.in_array
            && self.mark == 0
            && self.layout.is_lines()
    }

    /// What it has gone through; `None` when that is not a number of whole lines with one value each.
    pub(crate) fn stretch(&self) -> Option<Stretch> {
        let whole = self.is_between_lines() && !self.begins_with_mark;
        whole.then(|| Stretch {
            bytes: self.offset,
            records: self.records,
            line_ends: self.line - 1,
            last_end: self.last_end,
            ends_a_line: self.at_line_start,
            layout: self.layout.clone(),
        })
    }

    /// Goes on behind a stretch that begins at the next byte.
    pub(crate) fn advance(&mut self, stretch: &Stretch) {
        if stretch.last_end > 0 {
            self.last_end = self.offset + stretch.last_end;
        }
        self.layout.follow(&stretch.layout, self.line);
        self.offset += stretch.bytes;
        self.line += stretch.line_ends;
        self.records += stretch.records;
        self.at_line_start = stretch.ends_a_line;
    }
}
