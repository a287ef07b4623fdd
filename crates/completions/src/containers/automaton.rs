//! The grammar of one JSON value as a state machine over bytes.
//!
//! BE ADVISED. Records that lie inside one chunk never come here: their decoder finds their end by itself. This machine is
//! for the others: records across chunks, and broken ones. So that any chunking gives the same records, everything that a
//! decoder accepts must be accepted here, with the same end. It may accept more (it does not look inside numbers, words and
//! escapes), because then the decoder sees the whole value and has the last word.
use crate::json::{Expected, JsonErrorKind, string};

/// Nesting that is followed exactly; one bit per level. Beyond it a value counts as broken.
const TRACKED_DEPTH: usize = 1 << 20;

/// What the next bytes brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value goes on in the next chunk.
    More,
    /// The value ends before this offset of the chunk.
    End(usize),
    /// The byte at this offset of the chunk cannot stand there.
    Broken(usize, JsonErrorKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value must follow.
    Value,
    /// A value or `]`.
    FirstElement,
    /// A key or `}`.
    FirstKey,
    /// A key.
    Key,
    Colon,
    /// After a value inside an object or array.
    Comma,
    /// Inside a string; `true` if it is a key.
    String(bool),
    /// After a backslash inside a string.
    Escape(bool),
    /// Inside a number or word.
    Atom,
}

/// Follows one value.
#[derive(Debug)]
pub(crate) struct Automaton {
    place: Place,
    /// One bit per open bracket: 1 is an object.
    stack: Vec<u64>,
    depth: usize,
    max_depth: usize,
    /// Bytes taken in earlier chunks.
    taken: usize,
    /// Offset in the value of the first bracket that is too deep.
    too_deep_at: Option<usize>,
}

impl Automaton {
    /// In front of a value.
    pub(crate) fn new(max_depth: usize) -> Self {
        Self {
            place: Place::Value,
            stack: Vec::new(),
            depth: 0,
            max_depth,
            taken: 0,
            too_deep_at: None,
        }
    }

    /// In front of the next value, keeping the memory of the last one.
    pub(crate) fn restart(&mut self) {
        self.place = Place::Value;
        self.depth = 0;
        self.taken = 0;
        self.too_deep_at = None;
    }

    /// Offset in the value of the first bracket that is nested deeper than the limit.
    pub(crate) fn too_deep_at(&self) -> Option<usize> {
        self.too_deep_at
    }

    /// What the grammar wants next, for a text that ends here.
    pub(crate) fn end_of_text(&self) -> JsonErrorKind {
        JsonErrorKind::End(match self.place {
            Place::String(_) | Place::Escape(_) => return JsonErrorKind::EndInString,
            Place::Value => Expected::Value,
            Place::FirstElement => Expected::ValueOrBracket,
            Place::FirstKey => Expected::KeyOrBrace,
            Place::Key => Expected::Key,
            Place::Colon => Expected::Colon,
            Place::Comma | Place::Atom => self.comma_or_end(),
        })
    }

    /// The next byte belongs to a string, or ends it.
    pub(crate) fn in_string(&self) -> bool {
        matches!(self.place, Place::String(_) | Place::Escape(_))
    }

    /// The value is a number or word that ends with the text.
    pub(crate) fn may_end_here(&self) -> bool {
        self.place == Place::Atom && self.depth == 0
    }

    fn comma_or_end(&self) -> Expected {
        if self.in_object() {
            Expected::CommaOrBrace
        } else {
            Expected::CommaOrBracket
        }
    }

    fn in_object(&self) -> bool {
        match self.depth.checked_sub(1) {
            Some(level) => self.stack[level / 64] >> (level % 64) & 1 == 1,
            None => false,
        }
    }

    fn open(&mut self, object: bool) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.stack.len() {
            self.stack.push(0);
        }
        self.stack[word] = self.stack[word] & !(1 << bit) | u64::from(object) << bit;
        self.depth += 1;
        self.place = if object {
            Place::FirstKey
        } else {
            Place::FirstElement
        };
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Step {
        let step = self.follow(chunk);
        self.taken += chunk.len();
        step
    }

    fn follow(&mut self, chunk: &[u8]) -> Step {
        let mut at = 0;
        while at < chunk.len() {
            let byte = chunk[at];
            match self.place {
                Place::String(key) => {
                    let Some(stop) = string::find_stop(chunk, at) else {
                        return Step::More;
                    };
                    at = stop;
                    match chunk[at] {
                        b'\\' => self.place = Place::Escape(key),
                        b'\n' => return Step::Broken(at, JsonErrorKind::LineBreakInString),
                        _ if key => self.place = Place::Colon,
                        _ if self.depth == 0 => return Step::End(at + 1),
                        _ => self.place = Place::Comma,
                    }
                    at += 1;
                }
                // A line break cannot be escaped, and it is how a lost quote shows.
                Place::Escape(_) if byte == b'\n' => {
                    return Step::Broken(at, JsonErrorKind::LineBreakInString);
                }
                Place::Escape(key) => {
                    self.place = Place::String(key);
                    at += 1;
                }
                Place::Atom if is_atom(byte) => {
                    let len = chunk[at..].iter().position(|&byte| !is_atom(byte));
                    at = len.map_or(chunk.len(), |len| at + len);
                }
                // The byte after a number or word is looked at again.
                Place::Atom if self.depth == 0 => return Step::End(at),
                Place::Atom => self.place = Place::Comma,
                _ if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') => at += 1,
                _ => {
                    if let Err(expected) = self.token(byte) {
                        return Step::Broken(at, JsonErrorKind::Unexpected(byte, expected));
                    }
                    if self.depth > self.max_depth && self.too_deep_at.is_none() {
                        self.too_deep_at = Some(self.taken + at);
                    }
                    if self.depth > TRACKED_DEPTH {
                        return Step::Broken(at, JsonErrorKind::TooDeep(TRACKED_DEPTH));
                    }
                    at += 1;
                    if self.depth == 0 && self.place == Place::Comma {
                        return Step::End(at);
                    }
                }
            }
        }
        Step::More
    }

    /// One byte that is neither white space nor inside a string, number or word.
    fn token(&mut self, byte: u8) -> Result<(), Expected> {
        match (self.place, byte) {
            (Place::FirstElement, b']') | (Place::FirstKey, b'}') => self.close(),
            (Place::FirstKey | Place::Key, b'"') => self.place = Place::String(true),
            (Place::FirstKey, _) => return Err(Expected::KeyOrBrace),
            (Place::Key, _) => return Err(Expected::Key),
            (Place::Colon, b':') => self.place = Place::Value,
            (Place::Colon, _) => return Err(Expected::Colon),
            (Place::Comma, b',') => {
                self.place = if self.in_object() {
                    Place::Key
                } else {
                    Place::Value
                }
            }
            (Place::Comma, b'}') if self.in_object() => self.close(),
            (Place::Comma, b']') if !self.in_object() => self.close(),
            (Place::Comma, _) => return Err(self.comma_or_end()),
            (_, b'{') => self.open(true),
            (_, b'[') => self.open(false),
            (_, b'"') => self.place = Place::String(false),
            (_, byte) if is_atom(byte) => self.place = Place::Atom,
            (Place::FirstElement, _) => return Err(Expected::ValueOrBracket),
            _ => return Err(Expected::Value),
        }
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.place = Place::Comma;
    }
}

/// Bytes of numbers and words.
#[inline(always)]
fn is_atom(byte: u8) -> bool {
    ATOM[usize::from(byte)]
}

static ATOM: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] =
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
        byte += 1;
    }
    table
};
