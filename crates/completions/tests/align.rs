//! Tokens against the text that a record states.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
use completions::Alignment;
use proptest::prelude::*;

/// The tokens and the bytes that have no counterpart.
fn gap<'a>(tokens: &[&'a str], text: &'a str) -> (Vec<&'a str>, &'a str) {
    let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.as_bytes()).collect();
    let found = Alignment::of(&bytes, text.as_bytes());
    (tokens[found.tokens].to_vec(), &text[found.text])
}

#[test]
fn what_differs() {
    // Tokens; text; tokens without a place, bytes without a token.
    type Row = (
        &'static [&'static str],
        &'static str,
        &'static [&'static str],
        &'static str,
    );
    let table: &[Row] = &[
        (&["a", "b"], "ab", &[], ""),
        (&["a", "b", "</s>"], "ab", &["</s>"], ""),
        (&["<s>", "a", "b"], "ab", &["<s>"], ""),
        (&[" Hi", " you"], "Hi you", &[" Hi"], "Hi"),
        (&["b"], "ab", &[], "a"),
        (&["a"], "ab", &[], "b"),
        (&["a", "\u{fffd}", "c"], "aéc", &["\u{fffd}"], "é"),
        (&["x"], "y", &["x"], "y"),
        (&[], "y", &[], "y"),
        (&["x"], "", &["x"], ""),
        // The same bytes are not counted from both ends.
        (&["a", "a", "a"], "aa", &["a"], ""),
        (&["a"], "aba", &[], "ba"),
        (&["", "a", ""], "a", &[], ""),
    ];
    for &(tokens, text, alone, bytes) in table {
        assert_eq!(
            gap(tokens, text),
            (alone.to_vec(), bytes),
            "{tokens:?} {text:?}"
        );
    }
}

proptest! {
    /// Before and behind the gap the tokens are the text, and the gap is no larger than it must be.
    #[test]
    fn both_sides_are_the_text(tokens in prop::collection::vec("[ab]{0,3}", 0..8), text in "[ab]{0,12}") {
        let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.as_bytes()).collect();
        let found = Alignment::of(&bytes, text.as_bytes());
        let before = tokens[..found.tokens.start].concat();
        let behind = tokens[found.tokens.end..].concat();
        prop_assert_eq!(before, &text[..found.text.start]);
        prop_assert_eq!(behind, &text[found.text.end..]);
        if let Some(first) = tokens.get(found.tokens.start).filter(|_| !found.tokens.is_empty()) {
            prop_assert!(!text[found.text.clone()].starts_with(first.as_str()));
        }
        prop_assert_eq!(found.is_whole(), tokens.concat() == text && found.tokens.is_empty());
    }

    /// However a text is cut into tokens, they are the text.
    #[test]
    fn tokens_of_a_text_fit(tokens in prop::collection::vec("[a-c]{0,3}", 0..8)) {
        let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.as_bytes()).collect();
        prop_assert!(Alignment::of(&bytes, tokens.concat().as_bytes()).is_whole());
    }
}
