//! Where the tokens of a sequence lie in the text that its record states.
use std::ops::Range;

/// Tokens against a text, by bytes: what lies before the gap and behind it is the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// Tokens without a place in the text; those before them and behind them have one.
    pub tokens: Range<usize>,
    /// Bytes of the text that no token has.
    pub text: Range<usize>,
}

impl Alignment {
    /// Aligns tokens from the left as far as their bytes are those of the text, then from the right. Takes one pass over both.
    ///
    /// ```
    /// let found = completions::Alignment::of(&[b"a", b" ", b"b", b"<end>"], b"a b");
    /// assert_eq!((found.tokens, found.text), (3..4, 3..3));
    /// ```
    pub fn of(tokens: &[&[u8]], text: &[u8]) -> Self {
        let (mut left, mut before) = (text, 0);
        while let Some(rest) = tokens
            .get(before)
            .and_then(|token| left.strip_prefix(*token))
        {
            left = rest;
            before += 1;
        }
        let start = text.len() - left.len();
        let mut right = left;
        let mut end = tokens.len();
        while let Some(rest) = tokens[before..end]
            .last()
            .and_then(|token| right.strip_suffix(*token))
        {
            right = rest;
            end -= 1;
        }
        Self {
            tokens: before..end,
            text: start..start + right.len(),
        }
    }

    /// Every token has its place, and the text nothing else.
    pub fn is_whole(&self) -> bool {
        self.tokens.is_empty() && self.text.is_empty()
    }
}
