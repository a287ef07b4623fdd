//! Finds a piece of text in bytes, in time linear in both (Knuth, Morris, Pratt): the text may come from an address.
use std::ops::Range;

/// What to look for.
#[derive(Debug)]
pub(crate) struct Needle {
    /// The folded characters.
    chars: Vec<char>,
    /// For each number of matched characters: the length of the longest proper prefix that is also their suffix.
    fallback: Vec<usize>,
    ascii: bool,
}

impl Needle {
    /// `None` for an empty text, which is no condition.
    pub(crate) fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let chars: Vec<char> = text.chars().map(fold).collect();
        let mut needle = Self {
            fallback: vec![0; chars.len() + 1],
            ascii: text.is_ascii(),
            chars,
        };
        let mut matched = 0;
        for at in 1..needle.chars.len() {
            matched = needle.step(matched, needle.chars[at]);
            needle.fallback[at + 1] = matched;
        }
        Some(needle)
    }

    /// Calls `found` with the bytes of every occurrence, overlapping ones too, in order.
    pub(crate) fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let length = self.chars.len();
        let mut matched = 0;
        if self.ascii {
            // Bytes of longer characters equal no ASCII character, so that nothing has to be decoded.
            let [first, other] = self.firsts();
            let mut at = 0;
            while let Some(&byte) = text.get(at) {
                // Most bytes begin nothing.
                if matched == 0 && byte != first && byte != other {
                    let rest = text.get(at..).unwrap_or_default();
                    let Some(next) = memchr::memchr2(first, other, rest) else {
                        return;
                    };
                    at += next;
                    matched = 1;
                } else {
                    matched = self.step(matched, char::from(byte.to_ascii_lowercase()));
                }
                at += 1;
                if matched == length {
                    found(at - length..at);
                }
            }
            return;
        }
        let mut offset = 0;
        for chunk in text.utf8_chunks() {
            let valid = chunk.valid();
            matched = 0;
            // Upper and lower case may differ in bytes: an iterator that lags behind knows where a match began.
            let mut starts = valid.char_indices();
            for (nth, (at, char)) in valid.char_indices().enumerate() {
                matched = self.step(matched, fold(char));
                let start = if nth + 1 < length {
                    None
                } else {
                    starts.next()
                };
                if let (true, Some((start, _))) = (matched == length, start) {
                    found(offset + start..offset + at + char.len_utf8());
                }
            }
            offset += valid.len() + chunk.invalid().len();
        }
    }

    /// What an ASCII text may begin with, in either case.
    fn firsts(&self) -> [u8; 2] {
        let first = self.chars.first().copied().unwrap_or_default() as u8;
        [first, first.to_ascii_uppercase()]
    }

    /// How many characters match after one more.
    fn step(&self, mut matched: usize, next: char) -> usize {
        if matched == self.chars.len() {
            matched = self.fallback[matched];
        }
        loop {
            if self.chars[matched] == next {
                return matched + 1;
            }
            if matched == 0 {
                return 0;
            }
            matched = self.fallback[matched];
        }
    }
}

/// Calls `touch` with the index of every token that holds a byte of an occurrence, each once, ascending.
/// `ends` are the ends of the tokens in the text. Returns whether there is any occurrence, also between no tokens.
pub(crate) fn touched(
    needle: &Needle,
    text: &[u8],
    ends: &[u32],
    mut touch: impl FnMut(u32),
) -> bool {
    let (mut any, mut next) = (false, 0);
    needle.find(text, |bytes| {
        any = true;
        // Occurrences come in order, so everything before `next` is done or lies before this one.
        while let Some(&end) = ends.get(next) {
            let start = if next == 0 {
                0
            } else {
                ends[next - 1] as usize
            };
            if start >= bytes.end {
                break;
            }
            let end = end as usize;
            // An empty token holds no byte.
            if end > bytes.start && end > start {
                touch(u32::try_from(next).unwrap_or(u32::MAX));
            }
            next += 1;
        }
    });
    any
}

/// Lower case where that is one letter of the same script; everything else is itself.
fn fold(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        // Not the Kelvin sign, say: an ASCII letter is found without decoding.
        (Some(one), None) if !one.is_ascii() => one,
        _ => char,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(needle: &str, text: &[u8]) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        if let Some(needle) = Needle::new(needle) {
            needle.find(text, |range| out.push((range.start, range.end)));
        }
        out
    }

    #[test]
    fn occurrences() {
        type Row<'a> = (&'a str, &'a [u8], &'a [(usize, usize)]);
        let table: &[Row] = &[
            ("", b"abc", &[]),
            ("b", b"abc", &[(1, 2)]),
            ("B", b"abcB", &[(1, 2), (3, 4)]),
            ("aa", b"aaaa", &[(0, 2), (1, 3), (2, 4)]),
            ("aab", b"aaaab", &[(2, 5)]),
            ("abab", b"abababab", &[(0, 4), (2, 6), (4, 8)]),
            (" a", b"a a  a", &[(1, 3), (4, 6)]),
            ("abc", b"ab", &[]),
            ("\u{e9}", "\u{c9}\u{e9}".as_bytes(), &[(0, 2), (2, 4)]),
            // Lower case is one byte longer here.
            ("\u{2c65}x", "\u{23a}X".as_bytes(), &[(0, 3)]),
            ("k", "\u{212a}".as_bytes(), &[]),
            ("\u{e9}a", b"\xc3\xa9\xff\xc3\xa9a", &[(3, 6)]),
            ("a", b"\xffa\xc3", &[(1, 2)]),
            ("\u{fffd}", b"\xff", &[]),
        ];
        for (needle, text, want) in table {
            assert_eq!(all(needle, text), *want, "{needle:?} in {text:?}");
        }
    }
}
