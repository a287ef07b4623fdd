//! The run as text, JSON or CSV, or each input as a line of JSON.
pub mod cells;
pub mod csv;
pub mod lines;
mod problems;
pub mod run;
pub mod text;

use completions::Columns;
use std::borrow::Cow;

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

/// Name of a source: the file, and the member if the file is an archive.
fn source(columns: &Columns, index: u32) -> Cow<'_, str> {
    let source = columns.sources.get(index as usize);
    source.map_or(Cow::Borrowed("-"), |source| match &source.member {
        Some(member) => Cow::Owned(format!("{}/{member}", source.name)),
        None => Cow::Borrowed(&source.name),
    })
}

#[cfg(test)]
mod tests {
    use super::{clean, source};
    use completions::{Columns, Source};

    #[test]
    fn a_member_is_named_with_its_archive() {
        let named = |member: Option<&str>| Source {
            name: "a.zip".to_owned(),
            member: member.map(str::to_owned),
            ..Source::default()
        };
        let columns = Columns {
            sources: vec![named(None), named(Some("runs/b.json"))],
            ..Columns::default()
        };
        let names = [0, 1, 2].map(|index| source(&columns, index));
        assert_eq!(names, ["a.zip", "a.zip/runs/b.json", "-"]);
    }

    #[test]
    fn a_file_does_not_speak_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
