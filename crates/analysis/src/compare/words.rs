//! What a word is.
//!
//! A run of letters and digits, or of white space; every other character is one of its own, and so are those of scripts that put
//! no space between words. Bytes that are no character are words, too: nothing is lost, and texts are the same only where their
//! bytes are.
use super::diff::Span;
use std::ops::Range;

/// A text cut into words.
pub(super) struct Words<'a> {
    text: &'a [u8],
    /// Where each of them ends.
    ends: Vec<u32>,
}

/// What a character is to its neighbours.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Class {
    Word,
    Blank,
    /// It is a word by itself.
    Alone,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        let mut ends = Vec::new();
        let mut before = Class::Alone;
        let mut at = 0;
        let mut add = |class: Class, len: usize| {
            at += len;
            let end = u32::try_from(at).unwrap_or(u32::MAX);
            match ends.last_mut() {
                Some(last) if class == before && class != Class::Alone => *last = end,
                _ => ends.push(end),
            }
            before = class;
        };
        for chunk in text.utf8_chunks() {
            let valid = chunk.valid().chars();
            valid.for_each(|char| add(class(char), char.len_utf8()));
            chunk.invalid().iter().for_each(|_| add(Class::Alone, 1));
        }
        Self { text, ends }
    }

    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn number(&self) -> u32 {
        u32::try_from(self.count()).unwrap_or(u32::MAX)
    }

    fn start(&self, word: u32) -> u32 {
        let before = (word as usize).checked_sub(1);
        before
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&end| end)
    }

    pub(super) fn span(&self, words: Range<u32>) -> Span {
        Span {
            start: self.start(words.start),
            end: self.start(words.end),
        }
    }

    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + '_ {
        (0..self.number()).map(|word| self.span(word..word + 1).of(self.text))
    }

    pub(super) fn is_blank(&self, words: Range<u32>) -> bool {
        self.span(words).of(self.text).trim_ascii().is_empty()
    }
}

fn class(char: char) -> Class {
    /// From here to there scripts put no space between words: kana, ideographs, Hangul stays with letters.
    const UNSPACED: [(char, char); 5] = [
        ('\u{e00}', '\u{eff}'),
        ('\u{1000}', '\u{109f}'),
        ('\u{3040}', '\u{30ff}'),
        ('\u{3400}', '\u{9fff}'),
        ('\u{20000}', '\u{323af}'),
    ];
    if char.is_whitespace() {
        Class::Blank
    } else if UNSPACED
        .iter()
        .any(|&(first, last)| (first..=last).contains(&char))
    {
        Class::Alone
    } else if char.is_alphanumeric() || char == '_' {
        Class::Word
    } else {
        Class::Alone
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    fn words(text: &str) -> Vec<&str> {
        let words = Words::of(text.as_bytes());
        let texts: Vec<&str> = words
            .all()
            .map(|word| std::str::from_utf8(word).unwrap())
            .collect();
        texts
    }

    #[test]
    fn what_a_word_is() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("a b", &["a", " ", "b"]),
            ("don't  stop_2", &["don", "'", "t", "  ", "stop_2"]),
            ("((x", &["(", "(", "x"]),
            ("Größe-5", &["Größe", "-", "5"]),
            ("日本語 한국어", &["日", "本", "語", " ", "한국어"]),
            ("👍👍", &["👍", "👍"]),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), *expected);
        }
        let broken = Words::of(b"a\xc3(");
        assert_eq!(broken.all().collect::<Vec<_>>(), [&b"a"[..], b"\xc3", b"("]);
    }
}
