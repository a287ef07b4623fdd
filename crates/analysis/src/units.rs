//! Which tokens form a word, a sentence or a line.
//!
//! A token is never split: it belongs to the unit that its first character lies in, white space not counted; one of white space
//! only, to the unit that it begins in. So ` the` belongs to the word, and `.\n` to the sentence that it ends.
use crate::scale::Unit;
use unicode_segmentation::UnicodeSegmentation;

/// Indices of the first tokens of all units, ascending. `text` is that of a sequence, `ends` are the ends of its tokens in it.
pub(crate) fn starts(unit: Unit, text: &[u8], ends: &[u32]) -> Vec<usize> {
    let text = readable(text);
    let bounds: Vec<usize> = match unit {
        Unit::Token => return (0..ends.len()).collect(),
        Unit::Word => text.split_word_bound_indices().map(first).collect(),
        Unit::Sentence => text.split_sentence_bound_indices().map(first).collect(),
        Unit::Line => {
            let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        }
    };
    let mut starts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (token, &end) in ends.iter().enumerate() {
        let end = end as usize;
        let bytes = text.as_bytes().get(start..end).unwrap_or_default();
        let white = bytes.iter().take_while(|byte| byte.is_ascii_whitespace());
        let white = white.count();
        let at = start + if white < bytes.len() { white } else { 0 };
        let place = bounds.partition_point(|bound| *bound <= at);
        if before != Some(place) {
            starts.push(token);
            before = Some(place);
        }
        start = end;
    }
    starts
}

fn first(piece: (usize, &str)) -> usize {
    piece.0
}

/// The text with a letter for each byte that is no part of a character: all others stay where they are.
fn readable(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| 'x'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(unit: Unit, tokens: &[&[u8]]) -> Vec<String> {
        let text = tokens.concat();
        let mut end = 0;
        let ends: Vec<u32> = tokens
            .iter()
            .map(|token| {
                end += token.len() as u32;
                end
            })
            .collect();
        let starts = starts(unit, &text, &ends);
        let next = starts.iter().skip(1).copied().chain([tokens.len()]);
        starts
            .iter()
            .zip(next)
            .map(|(&from, to)| String::from_utf8_lossy(&tokens[from..to].concat()).into_owned())
            .collect()
    }

    #[test]
    fn units_hold_whole_tokens() {
        let text: &[&[u8]] = &[
            b"The", b" wis", b"est", b" isn", b"'t", b" here", b".", b" Is", b" it", b"?\n", b"\n",
            b"  3", b".", b"14",
        ];
        for (unit, expected) in [
            (
                Unit::Word,
                &[
                    "The", " wisest", " isn't", " here", ".", " Is", " it", "?\n", "\n", "  3.14",
                ][..],
            ),
            (
                Unit::Sentence,
                &["The wisest isn't here.", " Is it?\n", "\n", "  3.14"],
            ),
            (
                Unit::Line,
                &["The wisest isn't here. Is it?\n", "\n", "  3.14"],
            ),
        ] {
            assert_eq!(units(unit, text), expected, "{unit:?}");
        }
        assert_eq!(units(Unit::Token, text).len(), text.len());
    }

    #[test]
    fn parts_of_characters_stay_in_their_word() {
        // An é in two tokens, and a byte that belongs to nothing.
        let text: &[&[u8]] = &[b"caf", b"\xc3", b"\xa9", b" \xff", b"y", b""];
        assert_eq!(units(Unit::Word, text).len(), 2);
        assert_eq!(units(Unit::Word, &[]), [""; 0]);
    }

    proptest! {
        #[test]
        fn every_token_is_in_one_unit(
            tokens in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..30),
        ) {
            let mut end = 0;
            let ends: Vec<u32> = tokens.iter().map(|token| { end += token.len() as u32; end }).collect();
            for unit in Unit::ALL {
                let starts = starts(unit, &tokens.concat(), &ends);
                prop_assert_eq!(starts.first(), Some(&0));
                prop_assert!(starts.is_sorted_by(|one, next| one < next) && *starts.last().unwrap() < ends.len());
            }
        }
    }
}
