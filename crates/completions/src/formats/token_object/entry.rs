//! One token as it is written, of which nothing is copied that need not be.
use super::form::Form;
use crate::json::{byte_list, number, string};
use crate::record::Span;
use crate::record::text::is_special;

/// A text as it stands in the record, or, when it is written with escapes or as numbers, in the arena.
#[derive(Debug, Clone, Copy)]
pub(super) enum Text<'a> {
    Written(&'a [u8]),
    Stored(Span),
}

impl<'a> Text<'a> {
    #[inline(always)]
    pub(super) fn of<'b>(self, arena: &'b [u8]) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Self::Written(text) => text,
            Self::Stored(span) => arena.get(span.start..span.end).unwrap_or_default(),
        }
    }
}

/// Name, bytes and value of a token, written or listed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) name: Text<'a>,
    /// `None`: those of the name.
    pub(super) bytes: Option<Text<'a>>,
    pub(super) raw: f64,
}

/// Bytes that an entry takes, at most. A place in so many bytes is checked once, one in any number of them twice, and checks
/// are a good part of the work.
const LONGEST: usize = 256;

impl<'a> Entry<'a> {
    /// Reads it from the first byte of its name to the end of its last value.
    #[inline(always)]
    pub(super) fn read<F: Form>(
        bytes: &'a [u8],
        at: usize,
        arena: &mut Vec<u8>,
    ) -> Option<(Self, usize)> {
        let rest = bytes.get(at..)?;
        let (entry, len) = match rest.first_chunk::<LONGEST>() {
            // What is cut off by the end of the chunk is not noticed: what follows is not what follows an entry then.
            Some(near) => Self::read_in::<F>(near, arena)?,
            None => Self::read_last::<F>(rest, arena)?,
        };
        Some((entry, at + len))
    }

    #[inline(never)]
    fn read_last<F: Form>(bytes: &'a [u8], arena: &mut Vec<u8>) -> Option<(Self, usize)> {
        Self::read_in::<F>(bytes, arena)
    }

    #[inline(always)]
    fn read_in<F: Form>(bytes: &'a [u8], arena: &mut Vec<u8>) -> Option<(Self, usize)> {
        let (name, at) = string::lex(bytes, 0).ok()?;
        let name = if name.escaped {
            let start = arena.len();
            // Half of a surrogate pair has to be counted.
            if name.append_to(arena) > 0 {
                return None;
            }
            Text::Stored(Span {
                start,
                end: arena.len(),
            })
        } else {
            Text::Written(name.raw)
        };
        let (raw, at) = number::lex(bytes, after(bytes, at, F::LOGPROB)?).ok()?;
        let mut entry = Self {
            name,
            bytes: None,
            raw,
        };
        if let Some(list) = after(bytes, at, F::BYTES) {
            let same = byte_list::are(bytes, list, name.of(arena), F::SPACED)
                .and_then(|at| after(bytes, at, b"]"));
            if let Some(at) = same {
                return Some((entry, at));
            }
            let start = arena.len();
            let at = byte_list::plain(bytes, list, arena)?;
            entry.bytes = Some(Text::Stored(Span {
                start,
                end: arena.len(),
            }));
            return Some((entry, at));
        }
        if let Some(at) = after(bytes, at, F::NO_BYTES) {
            entry.bytes = is_special(name.of(arena)).then_some(Text::Written(b""));
            return Some((entry, at));
        }
        Some((entry, at))
    }

    #[inline(always)]
    pub(super) fn text(&self) -> Text<'a> {
        self.bytes.unwrap_or(self.name)
    }
}

/// The offset after `text`, if it is next.
#[inline(always)]
pub(super) fn after(bytes: &[u8], at: usize, text: &'static [u8]) -> Option<usize> {
    bytes
        .get(at..)?
        .starts_with(text)
        .then_some(at + text.len())
}
