//! Where the pieces of a text stand: in lines of so many columns, broken between words where that is possible.
use api::Piece;
use markup::drawn;
use unicode_width::UnicodeWidthStr;

/// Columns of a line.
pub(super) const COLUMNS: usize = 88;
/// Width of a column, pixels.
pub(super) const COLUMN: usize = 9;
/// Height of a line, pixels.
pub(super) const LINE: usize = 27;

/// A piece, or the part of it that stands on one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Index of the piece.
    pub(super) piece: usize,
    pub(super) line: usize,
    /// First column, and how many there are.
    pub(super) column: usize,
    pub(super) width: usize,
    pub(super) text: String,
    /// The text has a line break here.
    pub(super) breaks: bool,
}

/// A text in lines.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) runs: Vec<Run>,
    pub(super) lines: usize,
    /// How many pieces have a place.
    pub(super) pieces: usize,
}

impl Flow {
    /// Puts pieces into lines until there are so many of these.
    pub(super) fn of(pieces: &[Piece], most: usize) -> Self {
        let mut pen = Pen::default();
        for (index, piece) in pieces.iter().enumerate() {
            if pen.line >= most {
                break;
            }
            let rest = pieces.get(index..).unwrap_or_default();
            if pen.column > 0 && pen.column + word(rest) > COLUMNS && word(rest) <= COLUMNS {
                pen.next_line();
            }
            pen.write(index, &piece.text);
            pen.flow.pieces = index + 1;
        }
        let mut flow = pen.flow;
        // A piece with many line breaks is cut, not left out.
        flow.runs.retain(|run| run.line < most);
        flow.lines = flow.runs.last().map_or(0, |last| last.line + 1);
        flow
    }
}

/// Columns that the first piece takes together with those behind it that go on with its word.
fn word(pieces: &[Piece]) -> usize {
    let mut columns = 0;
    for (nth, piece) in pieces.iter().enumerate() {
        let starts = piece.text.starts_with(char::is_whitespace);
        if nth > 0 && starts {
            break;
        }
        let head = piece.text.split('\n').next().unwrap_or_default();
        columns += still(head).width();
        if columns > COLUMNS || head.len() < piece.text.len() {
            break;
        }
    }
    columns
}

/// The text with signs in the place of characters that steer; joiners stay, since they only change how their neighbours look.
pub(super) fn still(text: &str) -> String {
    let sign = |character| match character {
        '\u{200c}' | '\u{200d}' => character,
        // Not allowed in XML.
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => drawn(character),
    };
    text.chars().map(sign).collect()
}

#[derive(Default)]
struct Pen {
    flow: Flow,
    line: usize,
    column: usize,
}

impl Pen {
    fn next_line(&mut self) {
        self.line += 1;
        self.column = 0;
    }

    fn write(&mut self, piece: usize, text: &str) {
        let mut lines = text.split('\n').peekable();
        while let Some(part) = lines.next() {
            let breaks = lines.peek().is_some();
            let mut rest = still(part);
            loop {
                let fits = fitting(&rest, COLUMNS - self.column);
                let tail = rest.split_off(fits);
                let width = rest.width();
                let ends = tail.is_empty();
                if !rest.is_empty() || (ends && breaks) {
                    self.flow.runs.push(Run {
                        piece,
                        line: self.line,
                        column: self.column,
                        width,
                        text: rest,
                        breaks: ends && breaks,
                    });
                }
                self.column += width;
                if ends {
                    break;
                }
                self.next_line();
                rest = tail;
            }
            if breaks {
                self.next_line();
            }
        }
    }
}

/// Bytes of a text that fit into so many columns; on an empty line at least one character, however wide.
fn fitting(text: &str, columns: usize) -> usize {
    if text.width() <= columns {
        return text.len();
    }
    let mut fits = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        // Measured together: some characters change the width of those before them.
        let width = text.get(..end).map_or(0, UnicodeWidthStr::width);
        let is_first = at == 0 && columns == COLUMNS;
        if width > columns && !is_first {
            break;
        }
        fits = end;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(texts: &[&str]) -> Vec<Piece> {
        let piece = |(token, text): (u32, &&str)| Piece {
            text: (*text).to_owned(),
            mark: 8,
            token,
        };
        (0..).zip(texts).map(piece).collect()
    }

    #[test]
    fn words_stay_whole() {
        let long = "x".repeat(80);
        let flow = Flow::of(&pieces(&[&long, " un", "likely", " end"]), 10);
        let places: Vec<(usize, usize)> =
            flow.runs.iter().map(|run| (run.line, run.column)).collect();
        assert_eq!(places, [(0, 0), (1, 0), (1, 3), (1, 9)]);
    }

    #[test]
    fn line_breaks_are_kept_and_shown() {
        let flow = Flow::of(&pieces(&["a\n\n", "b"]), 10);
        let found: Vec<_> = flow
            .runs
            .iter()
            .map(|run| (run.text.as_str(), run.line, run.breaks))
            .collect();
        assert_eq!(found, [("a", 0, true), ("", 1, true), ("b", 2, false)]);
        assert_eq!(flow.lines, 3);
    }

    #[test]
    fn what_is_long_or_wide_goes_on_in_the_next_line() {
        let long = "漢".repeat(100);
        let flow = Flow::of(&pieces(&[&long]), 10);
        let widths: Vec<usize> = flow.runs.iter().map(|run| run.width).collect();
        assert_eq!(widths, [88, 88, 24]);
    }

    #[test]
    fn more_lines_than_fit_are_left_out() {
        let flow = Flow::of(&pieces(&["a\n", "b\n", "c\n", "d"]), 2);
        assert_eq!((flow.lines, flow.pieces, flow.runs.len()), (2, 2, 2));
        let one = "a\n".repeat(100);
        assert_eq!(Flow::of(&pieces(&[&one]), 5).lines, 5);
    }

    proptest! {
        #[test]
        fn every_character_has_a_place(texts in proptest::collection::vec(".*", 0..20)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let flow = Flow::of(&pieces(&texts), usize::MAX);
            let all: String = texts.concat().chars().filter(|c| *c != '\n').collect();
            let drawn: String = flow.runs.iter().map(|run| run.text.as_str()).collect();
            prop_assert_eq!(drawn, still(&all));
            prop_assert!(flow.runs.iter().all(|run| run.column + run.width <= COLUMNS));
        }
    }
}
