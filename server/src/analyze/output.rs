//! The run as text, JSON or CSV, or each input as a line of JSON.
pub mod lines;
mod problems;
pub mod run;
pub mod text;

use super::read::Analysis;
use export::cells::row;
use export::csv::{HEADER, cells};
use std::io::{self, Write};

/// Text of a file as a terminal may show it: escape sequences in it stay text.
pub fn clean(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

/// A row of CSV for each sequence.
pub(in crate::analyze) fn csv(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let columns = &analysis.import.columns;
    row(out, HEADER)?;
    for index in (0u32..).take(columns.sequences.len()) {
        if let Some(cells) = cells(columns, index) {
            row(out, cells.iter().map(AsRef::as_ref))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_file_does_not_speak_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
