//! The place in a record, and how one moves on.
use super::error::{Expected, JsonError, JsonErrorKind};
use super::number;
use super::string::{self, RawStr};
use std::borrow::Cow;

/// A place in the bytes of one record.
///
/// Copying it is cheap: a reader that wants to look at something twice keeps a copy and skips ahead.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) max_depth: usize,
}

/// The kind of the next value, told from its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Object,
    Array,
    String,
    Null,
    Bool,
    Number,
}

impl ValueKind {
    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
        }
    }
}

/// The members of an object that is being read: `while let Some(key) = fields.next(cursor)?`.
/// The caller reads or skips the value after each key.
#[derive(Debug)]
pub(crate) struct Fields {
    first: bool,
}

/// The elements of an array that is being read: `while items.next(cursor)?`.
/// The caller reads or skips the value each time.
#[derive(Debug)]
pub(crate) struct Items {
    first: bool,
}

impl<'a> Cursor<'a> {
    /// At the first of `bytes`, which must be UTF-8. [`Cursor::skip`] calls itself: `max_depth` must be moderate.
    pub(crate) fn new(bytes: &'a [u8], max_depth: usize) -> Self {
        Self {
            bytes,
            at: 0,
            depth: 0,
            max_depth,
        }
    }

    /// Offset of the next byte.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// All bytes, for a reader that goes ahead by itself and then comes back with [`Self::jump`].
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Goes on at this offset, which is at the end of a value.
    pub(crate) fn jump(&mut self, to: usize) {
        self.at = to;
    }

    /// How many more brackets may be opened inside of each other.
    pub(crate) fn room(&self) -> usize {
        self.max_depth - self.depth
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// The next byte that is not white space, without taking it.
    #[inline(always)]
    pub(super) fn peek(&mut self, expected: Expected) -> Result<u8, JsonError> {
        // Compact files have no white space, Python's have one space: looking first is cheaper than the loop.
        match self.bytes.get(self.at..self.at + 2) {
            Some(&[byte, _]) if byte > b' ' => Ok(byte),
            Some(&[b' ', byte]) if byte > b' ' => {
                self.at += 1;
                Ok(byte)
            }
            _ => self.peek_after_space(expected),
        }
    }

    #[inline(never)]
    fn peek_after_space(&mut self, expected: Expected) -> Result<u8, JsonError> {
        self.skip_space();
        match self.bytes.get(self.at) {
            Some(&byte) => Ok(byte),
            None => Err(JsonError {
                at: self.at,
                kind: JsonErrorKind::End(expected),
            }),
        }
    }

    #[cold]
    fn unexpected<T>(&self, found: u8, expected: Expected) -> Result<T, JsonError> {
        Err(JsonError {
            at: self.at,
            kind: JsonErrorKind::Unexpected(found, expected),
        })
    }

    /// The kind of the next value.
    #[inline(always)]
    pub(crate) fn kind(&mut self) -> Result<ValueKind, JsonError> {
        Ok(match self.peek(Expected::Value)? {
            b'{' => ValueKind::Object,
            b'[' => ValueKind::Array,
            b'"' => ValueKind::String,
            b't' | b'f' => ValueKind::Bool,
            // `null`, or the `nan` of a careless writer; one byte is enough at the end of the bytes too.
            b'n' if self.bytes.get(self.at + 1) != Some(&b'a') => ValueKind::Null,
            b'-' | b'0'..=b'9' | b'n' | b'N' | b'I' | b'i' => ValueKind::Number,
            other => return self.unexpected(other, Expected::Value),
        })
    }

    /// Is this the first byte of the next value?
    #[inline(always)]
    pub(crate) fn starts_with(&mut self, first: u8) -> Result<bool, JsonError> {
        Ok(self.peek(Expected::Value)? == first)
    }

    /// Is the next value a number in the usual form?
    #[inline(always)]
    pub(crate) fn is_plain_number(&mut self) -> Result<bool, JsonError> {
        Ok(matches!(self.peek(Expected::Value)?, b'-' | b'0'..=b'9'))
    }

    fn open(&mut self, bracket: u8, expected: Expected) -> Result<(), JsonError> {
        let found = self.peek(expected)?;
        if found != bracket {
            return self.unexpected(found, expected);
        }
        if self.depth == self.max_depth {
            return Err(JsonError {
                at: self.at,
                kind: JsonErrorKind::TooDeep(self.max_depth),
            });
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Enters an object.
    #[inline]
    pub(crate) fn object(&mut self) -> Result<Fields, JsonError> {
        self.open(b'{', Expected::Object)?;
        Ok(Fields { first: true })
    }

    /// Enters an array.
    #[inline]
    pub(crate) fn array(&mut self) -> Result<Items, JsonError> {
        self.open(b'[', Expected::Array)?;
        Ok(Items { first: true })
    }

    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<RawStr<'a>, JsonError> {
        match self.peek(Expected::String)? {
            b'"' => self.string_at_quote(),
            other => self.unexpected(other, Expected::String),
        }
    }

    #[inline(always)]
    fn string_at_quote(&mut self) -> Result<RawStr<'a>, JsonError> {
        let (text, after) = string::lex(self.bytes, self.at + 1)?;
        self.at = after;
        Ok(text)
    }

    #[inline(always)]
    fn colon(&mut self) -> Result<(), JsonError> {
        match self.peek(Expected::Colon)? {
            b':' => {
                self.at += 1;
                Ok(())
            }
            other => self.unexpected(other, Expected::Colon),
        }
    }

    /// Reads a number; `NaN` and the infinities included.
    // One copy, with the reading of digits in it: many decoders call it.
    #[inline(never)]
    pub(crate) fn number(&mut self) -> Result<f64, JsonError> {
        self.peek(Expected::Value)?;
        let (value, after) = number::lex(self.bytes, self.at)?;
        self.at = after;
        Ok(value)
    }

    /// Takes `null` if it is next.
    #[inline]
    pub(crate) fn null(&mut self) -> Result<bool, JsonError> {
        if self.kind()? == ValueKind::Null {
            self.word(b"null")?;
            return Ok(true);
        }
        Ok(false)
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), JsonError> {
        for (offset, &letter) in word.iter().enumerate() {
            let at = self.at + offset;
            match self.bytes.get(at) {
                Some(&found) if found == letter => {}
                Some(&found) => {
                    return Err(JsonError {
                        at,
                        kind: JsonErrorKind::Unexpected(found, Expected::Value),
                    });
                }
                None => {
                    return Err(JsonError {
                        at,
                        kind: JsonErrorKind::End(Expected::Value),
                    });
                }
            }
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over the next value, checking it.
    pub(crate) fn skip(&mut self) -> Result<(), JsonError> {
        match self.kind()? {
            ValueKind::String => self.string_at_quote().map(|_| ()),
            ValueKind::Number => self.number().map(|_| ()),
            ValueKind::Null => self.word(b"null"),
            ValueKind::Bool if self.bytes[self.at] == b't' => self.word(b"true"),
            ValueKind::Bool => self.word(b"false"),
            ValueKind::Object => {
                let mut fields = self.object()?;
                while fields.next_raw(self)?.is_some() {
                    self.skip()?;
                }
                Ok(())
            }
            ValueKind::Array => {
                let mut items = self.array()?;
                while items.next(self)? {
                    self.skip()?;
                }
                Ok(())
            }
        }
    }

    /// Reads each object of the array that is next; whatever else is in it is passed over.
    pub(crate) fn objects(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let mut items = self.array()?;
        while items.next(self)? {
            match self.kind()? {
                ValueKind::Object => read(self)?,
                _ => self.skip()?,
            }
        }
        Ok(())
    }

    /// Passes over the next value and returns it as written.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], JsonError> {
        self.peek(Expected::Value)?;
        let start = self.at;
        self.skip()?;
        Ok(&self.bytes[start..self.at])
    }
}

impl Fields {
    /// The next key, or `None` after the last one.
    #[inline]
    pub(crate) fn next<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
    ) -> Result<Option<Cow<'a, [u8]>>, JsonError> {
        Ok(self.next_raw(cursor)?.map(RawStr::text))
    }

    /// As [`Self::next`], with the key as written.
    #[inline]
    pub(crate) fn next_raw<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
    ) -> Result<Option<RawStr<'a>>, JsonError> {
        if !self.at_key(cursor)? {
            return Ok(None);
        }
        let key = cursor.string_at_quote()?;
        cursor.colon()?;
        Ok(Some(key))
    }

    /// Is there another key? The cursor is then at its opening quote.
    #[inline(always)]
    fn at_key(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, JsonError> {
        let after_value = if self.first {
            Expected::KeyOrBrace
        } else {
            Expected::CommaOrBrace
        };
        let mut found = cursor.peek(after_value)?;
        if found == b'}' {
            cursor.at += 1;
            cursor.depth -= 1;
            return Ok(false);
        }
        if !self.first {
            if found != b',' {
                return cursor.unexpected(found, after_value);
            }
            cursor.at += 1;
            found = cursor.peek(Expected::Key)?;
        }
        if found != b'"' {
            return cursor.unexpected(
                found,
                if self.first {
                    Expected::KeyOrBrace
                } else {
                    Expected::Key
                },
            );
        }
        self.first = false;
        Ok(true)
    }

    /// As [`Self::next`], for objects that come by the million. `known` sees the bytes after the opening quote of the key and
    /// tells it with its length, closing quote included, without looking for its end. A key that it does not tell, perhaps
    /// because it is escaped, goes to `other` in full.
    #[inline(always)]
    pub(crate) fn next_known<K>(
        &mut self,
        cursor: &mut Cursor<'_>,
        known: impl Fn(&[u8]) -> Option<(K, usize)>,
        other: impl Fn(&[u8]) -> K,
    ) -> Result<Option<K>, JsonError> {
        if !self.at_key(cursor)? {
            return Ok(None);
        }
        let key = match known(&cursor.bytes[cursor.at + 1..]) {
            Some((key, len)) => {
                cursor.at += 1 + len;
                key
            }
            None => other(&cursor.string_at_quote()?.text()),
        };
        cursor.colon()?;
        Ok(Some(key))
    }
}

impl Items {
    /// Is there another element? The cursor is then in front of it.
    #[inline]
    pub(crate) fn next(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, JsonError> {
        let after_value = if self.first {
            Expected::ValueOrBracket
        } else {
            Expected::CommaOrBracket
        };
        let found = cursor.peek(after_value)?;
        if found == b']' {
            cursor.at += 1;
            cursor.depth -= 1;
            return Ok(false);
        }
        if self.first {
            self.first = false;
            return Ok(true);
        }
        if found != b',' {
            return cursor.unexpected(found, after_value);
        }
        cursor.at += 1;
        // `[1,]` is no JSON: a value has to follow, which whoever reads it will notice.
        Ok(true)
    }
}
