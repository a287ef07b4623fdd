//! Stop strings, looked for in the text that was written.

/// The strings that end a sequence.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stops {
    strings: Vec<Vec<u8>>,
    longest: usize,
}

impl Stops {
    pub(crate) fn new(strings: &[String]) -> Self {
        let strings: Vec<Vec<u8>> = strings.iter().map(|s| s.as_bytes().to_vec()).collect();
        let longest = strings.iter().map(Vec::len).max().unwrap_or(0);
        Self { strings, longest }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// The earliest string that ends in the last token: its number, and where it begins. `before` is the length of the
    /// text without that token; what ended earlier has been looked for then.
    pub(crate) fn find(&self, text: &[u8], before: usize) -> Option<(usize, usize)> {
        let from = (before + 1).saturating_sub(self.longest);
        let window = text.get(from..)?;
        (0..)
            .zip(&self.strings)
            .filter_map(|(number, string)| {
                let at = window
                    .windows(string.len().max(1))
                    .position(|part| part == string.as_slice())?;
                Some((number, from + at))
            })
            .min_by_key(|&(number, at)| (at, number))
    }
}

#[cfg(test)]
mod tests {
    use super::Stops;

    #[test]
    fn strings_are_found_across_tokens() {
        let stops = Stops::new(&["\n\n".to_owned(), "END".to_owned(), "D".to_owned()]);
        for (text, before, expected) in [
            ("one", 0, None),
            ("one\n\ntwo", 3, Some((0, 3))),
            ("one\n\n", 4, Some((0, 3))),
            // The earliest wins, and of two at one place the first named.
            ("xEND\n\n", 3, Some((1, 1))),
            ("", 0, None),
        ] {
            assert_eq!(stops.find(text.as_bytes(), before), expected, "{text:?}");
        }
        assert_eq!(Stops::new(&[]).find(b"text", 0), None);
    }
}
