//! What is wrong with a text that should be JSON.
use std::fmt;

/// What the grammar allows at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Value,
    ValueOrBracket,
    Key,
    KeyOrBrace,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Digit,
    String,
    Object,
    Array,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "a value",
            Self::ValueOrBracket => "a value or `]`",
            Self::Key => "a key in double quotes",
            Self::KeyOrBrace => "a key in double quotes or `}`",
            Self::Colon => "`:`",
            Self::CommaOrBrace => "`,` or `}`",
            Self::CommaOrBracket => "`,` or `]`",
            Self::Digit => "a digit",
            Self::String => "a string",
            Self::Object => "an object",
            Self::Array => "an array",
        })
    }
}

/// The kinds of mistakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonErrorKind {
    /// The text ends where something had to follow.
    End(Expected),
    /// The text ends inside a string.
    EndInString,
    /// This byte cannot stand here.
    Unexpected(u8, Expected),
    /// A raw line break inside a string; that is where a string without its closing quote is noticed.
    LineBreakInString,
    /// A backslash before this byte means nothing.
    BadEscape(u8),
    /// Nested deeper than the limit.
    TooDeep(usize),
}

/// A mistake and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// Offset of the byte that could not be read, from the beginning of the record.
    pub(crate) at: usize,
    /// What is wrong with it.
    pub(crate) kind: JsonErrorKind,
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::End(expected) => write!(f, "the text ends here, expected {expected}"),
            Self::EndInString => f.write_str("the text ends inside a string"),
            Self::Unexpected(b'\n' | b'\r', expected) => {
                write!(f, "unexpected end of the line, expected {expected}")
            }
            Self::Unexpected(byte @ b'!'..=b'~', expected) => {
                write!(f, "unexpected `{}`, expected {expected}", char::from(byte))
            }
            Self::Unexpected(byte @ 0x80.., expected) => {
                write!(
                    f,
                    "unexpected character (byte 0x{byte:02x}), expected {expected}"
                )
            }
            Self::Unexpected(byte, expected) => write!(
                f,
                "unexpected control byte 0x{byte:02x}, expected {expected}"
            ),
            Self::LineBreakInString => {
                f.write_str("a line ends inside a string; a closing quote may be missing")
            }
            Self::BadEscape(byte @ b'!'..=b'~') => {
                write!(
                    f,
                    "`\\{}` is not an escape that JSON knows",
                    char::from(byte)
                )
            }
            Self::BadEscape(_) => {
                f.write_str("a backslash stands before something that JSON does not escape")
            }
            Self::TooDeep(limit) => write!(f, "nested deeper than {limit} levels"),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}
