//! JSON values inside other text: fenced blocks of Markdown, `name = […];`, `callback(…)`, pages with scripts.
//!
//! Nothing is known about the text around them, so nothing but the values themselves is looked at: from a bracket on, the
//! [`Automaton`] follows the grammar. Where it breaks, the values that were whole by then are kept and the search goes on at
//! the break, not after the first bracket: however many brackets there are, no byte is read more than a few times.
//!
//! A break inside a string or right after one is the exception: its quotes may have been those of the text, so what lies
//! between them is read again. It has no quotes of its own but behind backslashes, and those break the grammar: so it can
//! begin no string that was seen before.
use super::automaton::{Automaton, Step};
use crate::json::{JsonErrorKind, string};
use std::ops::Range;

#[cfg(test)]
mod tests;

/// The largest ranges that are JSON and have at least one object with a key in them, in order. All else is text: a citation
/// like `[1]` is JSON too, but says nothing.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let mut search = Search {
        bytes: text.as_bytes(),
        automaton: Automaton::new(usize::MAX),
        open: Vec::new(),
        found: Vec::new(),
    };
    let mut at = 0;
    while let Some(step) = memchr::memchr2(b'{', b'[', &search.bytes[at..]) {
        at = search.value(at + step);
    }
    search.found
}

/// A bracket that is open.
struct Open {
    start: usize,
    /// How many values had been found before it.
    found: usize,
    /// There is a key inside.
    keyed: bool,
}

struct Search<'a> {
    bytes: &'a [u8],
    automaton: Automaton,
    open: Vec<Open>,
    found: Vec<Range<usize>>,
}

impl Search<'_> {
    /// Follows the value that begins at `start` and keeps what is whole of it. Returns where to go on.
    fn value(&mut self, start: usize) -> usize {
        self.automaton.restart();
        self.open.clear();
        let mut at = start;
        // The last quote that opened a string, and whether nothing but white space has come since that string.
        let mut quote = start;
        let mut after_string = false;
        while at < self.bytes.len() {
            let inside = self.automaton.in_string();
            // The inside of a string in one piece, all else byte by byte.
            let end = match inside {
                true => string::find_stop(self.bytes, at).unwrap_or(self.bytes.len()),
                false => at,
            };
            let end = (end + 1).min(self.bytes.len());
            match self.automaton.push(&self.bytes[at..end]) {
                Step::Broken(..) if inside || after_string => return quote + 1,
                Step::Broken(..) => return at,
                Step::End(_) => {
                    self.close(end);
                    return end;
                }
                Step::More if inside => after_string = !self.automaton.in_string(),
                Step::More => match self.bytes[at] {
                    b'{' | b'[' => self.open.push(Open {
                        start: at,
                        found: self.found.len(),
                        keyed: false,
                    }),
                    b'}' | b']' => self.close(end),
                    b':' => {
                        if let Some(open) = self.open.last_mut() {
                            open.keyed = true;
                        }
                    }
                    b'"' => quote = at,
                    _ => {}
                },
            }
            after_string &= inside || self.bytes[at].is_ascii_whitespace();
            at = end;
        }
        match self.automaton.end_of_text() {
            JsonErrorKind::EndInString => quote + 1,
            _ => at,
        }
    }

    /// The innermost bracket closes before `end`: it takes the place of what was found in it.
    fn close(&mut self, end: usize) {
        let Some(open) = self.open.pop() else {
            return;
        };
        if open.keyed {
            self.found.truncate(open.found);
            self.found.push(open.start..end);
            if let Some(outer) = self.open.last_mut() {
                outer.keyed = true;
            }
        }
    }
}
