//! Writes JSON in the styles that files come in.
use std::fmt::{Display, Write};

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Nothing between the parts.
    Compact,
    /// A space after each comma and colon.
    Spaced,
    /// Each part on a line of its own.
    Indented,
}

/// A text that grows by parts.
#[derive(Debug)]
pub(crate) struct Json {
    pub(crate) text: String,
    style: Style,
    depth: usize,
    /// Nothing has been written since the last bracket was opened.
    fresh: bool,
    /// Characters beyond ASCII become `\u` escapes.
    pub(crate) ascii: bool,
}

impl Json {
    /// An empty text; `depth` is that of what surrounds it.
    pub(crate) fn new(style: Style, depth: usize) -> Self {
        Self {
            text: String::new(),
            style,
            depth,
            fresh: true,
            ascii: false,
        }
    }

    fn line(&mut self) {
        if self.style == Style::Indented {
            self.text.push('\n');
            for _ in 0..self.depth {
                self.text.push_str("  ");
            }
        }
    }

    /// Before each element of an array, and each key.
    pub(crate) fn next(&mut self) {
        if !self.fresh {
            self.text.push_str(if self.style == Style::Spaced {
                ", "
            } else {
                ","
            });
        }
        self.fresh = false;
        self.line();
    }

    /// Opens an array or an object.
    pub(crate) fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.fresh = true;
    }

    /// Closes it.
    pub(crate) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.fresh {
            self.line();
        }
        self.text.push(bracket);
        self.fresh = false;
    }

    /// A key; its value comes next.
    pub(crate) fn key(&mut self, name: &str) {
        self.next();
        self.string(name);
        self.text.push_str(if self.style == Style::Compact {
            ":"
        } else {
            ": "
        });
    }

    /// A value that needs no quotes.
    pub(crate) fn plain(&mut self, value: impl Display) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}");
    }

    /// A string.
    pub(crate) fn string(&mut self, value: &str) {
        self.text.push('"');
        for letter in value.chars() {
            match letter {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                _ if letter.is_ascii() || !self.ascii => self.text.push(letter),
                _ => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        let _ = write!(self.text, "\\u{unit:04x}");
                    }
                }
            }
        }
        self.text.push('"');
    }
}
