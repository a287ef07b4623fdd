//! Walks over one JSON value, whether or not it is well-formed.
//!
//! Passed over without a word: commas too many and too few, brackets that close what is not open, quotes of the other kind, keys
//! without quotes, white space and line ends in texts. A text that ends too early ends all that is open.
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Objects and arrays in each other; what lies deeper is passed over.
const DEPTH: usize = 128;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A text in quotes.
    Text,
    /// A number.
    Number,
    /// `true` or `false`, also as Python writes them.
    Truth,
    /// `null` or `None`.
    Null,
    /// `{}` or `[]`.
    Empty,
    /// Something without quotes that is none of these.
    Bare,
}

impl Kind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Truth => "truth",
            Self::Null => "null",
            Self::Empty => "empty",
            Self::Bare => "bare",
        }
    }
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A key, as it is written between its quotes.
    Key(&'a [u8]),
    /// The place in an array, from 0.
    Index(u32),
}

/// A value that has no others in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf<'p, 'a> {
    pub(super) path: &'p [Step<'a>],
    pub(super) kind: Kind,
    /// Its bytes, of texts those between the quotes.
    pub(super) bytes: Range<usize>,
    /// It has an end; otherwise the text ended before.
    pub(super) whole: bool,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Key,
    Value,
    Comma,
}

struct Walk<'a, 'f> {
    text: &'a [u8],
    at: usize,
    /// Of the value that comes next, or is open.
    path: Vec<Step<'a>>,
    /// What is open: where it began, and whether anything was in it.
    open: Vec<(usize, bool)>,
    /// Brackets that are open below [`DEPTH`].
    deeper: usize,
    found: &'f mut dyn FnMut(Leaf<'_, 'a>),
}

/// Calls `found` with the values of the object or array that begins at `start`, in order. Returns where it ends.
pub(super) fn walk<'a>(text: &'a [u8], start: usize, found: &mut dyn FnMut(Leaf<'_, 'a>)) -> usize {
    let mut walk = Walk {
        text,
        at: start,
        path: Vec::new(),
        open: Vec::new(),
        deeper: 0,
        found,
    };
    let mut next = Next::Value;
    while let Some(byte) = walk.peek() {
        // The block of code ends, whatever is open.
        if text
            .get(walk.at..)
            .is_some_and(|rest| rest.starts_with(b"```"))
        {
            return walk.at;
        }
        next = walk.step(byte, next);
        if walk.open.is_empty() {
            return walk.at;
        }
    }
    text.len()
}

impl<'a> Walk<'a, '_> {
    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        let blank = rest.len() - rest.trim_ascii_start().len();
        self.at += blank;
        rest.get(blank).copied()
    }

    /// Passes over what begins with this byte.
    fn step(&mut self, byte: u8, next: Next) -> Next {
        match (byte, next) {
            (b'}' | b']', _) => self.close(byte),
            (b',', _) => {
                self.at += 1;
                self.following()
            }
            (b':', _) => {
                self.at += 1;
                Next::Value
            }
            // The next one begins, without a comma in between.
            (_, Next::Comma) => self.following(),
            // A key belongs here.
            (b'{' | b'[', Next::Key) => {
                self.at += 1;
                Next::Key
            }
            (_, Next::Key) => self.key(byte),
            (b'{' | b'[', Next::Value) => self.begin(byte),
            (_, Next::Value) => self.scalar(byte),
        }
    }

    /// What follows in what is open, behind a value.
    fn following(&mut self) -> Next {
        match self.path.last_mut() {
            Some(Step::Index(nth)) => {
                *nth += u32::from(self.open.last().is_some_and(|(_, any)| *any));
                Next::Value
            }
            _ => Next::Key,
        }
    }

    fn begin(&mut self, byte: u8) -> Next {
        self.has_value();
        let start = self.at;
        self.at += 1;
        if self.open.len() >= DEPTH {
            self.deeper += 1;
            return Next::Value;
        }
        self.open.push((start, false));
        if byte == b'[' {
            self.path.push(Step::Index(0));
            Next::Value
        } else {
            self.path.push(Step::Key(b""));
            Next::Key
        }
    }

    /// Closes what is open up to what this bracket closes; where nothing like it is open, it is passed over.
    fn close(&mut self, byte: u8) -> Next {
        self.at += 1;
        if self.deeper > 0 {
            self.deeper -= 1;
            return Next::Comma;
        }
        let is_its = |step: &Step<'_>| matches!(step, Step::Index(_)) == (byte == b']');
        let Some(depth) = self.path.iter().rposition(is_its) else {
            return Next::Comma;
        };
        self.path.truncate(depth);
        let closed = self.open.get(depth).copied();
        self.open.truncate(depth);
        if let Some((start, false)) = closed {
            self.leaf(Kind::Empty, start..self.at, true);
        }
        Next::Comma
    }

    /// Reads a key, with or without quotes.
    fn key(&mut self, byte: u8) -> Next {
        let bytes = if matches!(byte, b'"' | b'\'') {
            self.quoted(byte).0
        } else {
            self.bare(|byte| matches!(byte, b':' | b',' | b'}' | b']' | b'\n'))
        };
        if let Some(Step::Key(key)) = self.path.last_mut() {
            *key = self.text.get(bytes).unwrap_or_default();
        }
        // Whatever follows, the object is not empty.
        self.has_value();
        if self.peek() == Some(b':') {
            self.at += 1;
            Next::Value
        } else {
            // It is no key, then.
            Next::Key
        }
    }

    fn scalar(&mut self, byte: u8) -> Next {
        self.has_value();
        if matches!(byte, b'"' | b'\'') {
            let (bytes, whole) = self.quoted(byte);
            self.leaf(Kind::Text, bytes, whole);
            return Next::Comma;
        }
        let bytes = self.bare(|byte| matches!(byte, b',' | b'}' | b']' | b'\n'));
        let kind = match self.text.get(bytes.clone()).unwrap_or_default() {
            b"true" | b"false" | b"True" | b"False" => Kind::Truth,
            b"null" | b"None" => Kind::Null,
            word if is_number(word) => Kind::Number,
            _ => Kind::Bare,
        };
        let whole = bytes.end < self.text.len();
        self.leaf(kind, bytes, whole);
        Next::Comma
    }

    /// What is open has something in it.
    fn has_value(&mut self) {
        if let Some((_, any)) = self.open.last_mut() {
            *any = true;
        }
    }

    fn leaf(&mut self, kind: Kind, bytes: Range<usize>, whole: bool) {
        if self.deeper == 0 {
            let path = &self.path;
            (self.found)(Leaf {
                path,
                kind,
                bytes,
                whole,
            });
        }
    }

    /// The bytes between quotes, and whether they are closed.
    fn quoted(&mut self, quote: u8) -> (Range<usize>, bool) {
        let start = self.at + 1;
        let mut at = start;
        while let Some(&byte) = self.text.get(at) {
            if byte == quote {
                self.at = at + 1;
                return (start..at, true);
            }
            at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at = self.text.len();
        (start..self.text.len().max(start), false)
    }

    /// The bytes up to the first that ends them, without white space at their end; at least one.
    fn bare(&mut self, ends: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let len = rest
            .iter()
            .position(|&byte| ends(byte))
            .unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default().trim_ascii_end();
        self.at = start + len.max(1);
        start..start + word.len()
    }
}

/// As JSON has numbers, and `NaN` and the like.
fn is_number(word: &[u8]) -> bool {
    let word = std::str::from_utf8(word).unwrap_or_default();
    word.parse::<f64>().is_ok()
}
