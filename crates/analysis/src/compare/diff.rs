//! What two texts have in common, word by word.
//!
//! The differences are those of Myers' algorithm as git has it: where texts are long and have little in common it gives up
//! looking for the shortest ones, so that time stays near linear. Memory is linear.
use super::words::Words;
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Words of a text that are compared one by one. What lies between the beginning and the end that two longer texts share is
/// one stretch that differs, and [`TextDiff::limited`] says so.
pub const WORDS: usize = 200_000;

/// Bytes of a text, from the beginning of its sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The first one.
    pub start: u32,
    /// The one after the last.
    pub end: u32,
}

impl Span {
    /// There is nothing in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Its bytes.
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// A part of both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Both have the same bytes there. Where they do not, one of the two may be empty.
    pub same: bool,
    /// In the text of A.
    pub a: Span,
    /// In the text of B.
    pub b: Span,
}

/// Two texts from their beginning to their end; stretches that are the same and such that differ take turns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextDiff {
    /// Together all of both texts.
    pub stretches: Vec<Stretch>,
    /// The texts were too long to be compared word by word.
    pub limited: bool,
}

/// Compares two texts. Swapping them mirrors the answer.
pub fn text_diff(a: &[u8], b: &[u8]) -> TextDiff {
    within(a, b, WORDS)
}

fn within(a: &[u8], b: &[u8], most: usize) -> TextDiff {
    // Of several shortest differences the one that is found depends on who comes first.
    if a > b {
        let mut diff = ordered(b, a, most);
        for stretch in &mut diff.stretches {
            std::mem::swap(&mut stretch.a, &mut stretch.b);
        }
        return diff;
    }
    ordered(a, b, most)
}

fn ordered(a: &[u8], b: &[u8], most: usize) -> TextDiff {
    let (words_a, words_b) = (Words::of(a), Words::of(b));
    let limited = words_a.count() > most || words_b.count() > most;
    let hunks = if limited {
        vec![between(&words_a, &words_b)]
    } else {
        differing(&words_a, &words_b)
    };
    let mut stretches = Vec::new();
    let mut push = |same, a: Range<u32>, b: Range<u32>| {
        if !a.is_empty() || !b.is_empty() {
            stretches.push(Stretch {
                same,
                a: words_a.span(a),
                b: words_b.span(b),
            });
        }
    };
    let mut at = (0, 0);
    for Hunk { before, after } in hunks {
        push(true, at.0..before.start, at.1..after.start);
        at = (before.end, after.end);
        push(false, before, after);
    }
    push(true, at.0..words_a.number(), at.1..words_b.number());
    TextDiff { stretches, limited }
}

/// What differs. Where only white space lies between two differences, they are one.
fn differing(a: &Words<'_>, b: &Words<'_>) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(a.all());
    input.update_after(b.all());
    let mut hunks: Vec<Hunk> = Vec::new();
    for hunk in Diff::compute(Algorithm::Myers, &input).hunks() {
        match hunks.last_mut() {
            Some(last) if a.is_blank(last.before.end..hunk.before.start) => {
                last.before.end = hunk.before.end;
                last.after.end = hunk.after.end;
            }
            _ => hunks.push(hunk),
        }
    }
    hunks
}

/// What lies between the beginning and the end that both share.
fn between(a: &Words<'_>, b: &Words<'_>) -> Hunk {
    let same = |pair: &(&[u8], &[u8])| pair.0 == pair.1;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let begin = count(a.all().zip(b.all()).take_while(same).count());
    let rest = (a.number().min(b.number()) - begin) as usize;
    let end = count(
        a.all()
            .rev()
            .zip(b.all().rev())
            .take(rest)
            .take_while(same)
            .count(),
    );
    Hunk {
        before: begin..a.number() - end,
        after: begin..b.number() - end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stretches as one line: `[A|B]` where they differ.
    fn line(a: &str, b: &str, most: usize) -> String {
        let diff = within(a.as_bytes(), b.as_bytes(), most);
        let text = |span: Span, text: &'_ str| {
            String::from_utf8_lossy(span.of(text.as_bytes())).into_owned()
        };
        let show = |stretch: &Stretch| match stretch.same {
            true => text(stretch.a, a),
            false => format!("[{}|{}]", text(stretch.a, a), text(stretch.b, b)),
        };
        diff.stretches.iter().map(show).collect()
    }

    #[test]
    fn what_differs() {
        let table = [
            ("", "", ""),
            ("same", "same", "same"),
            ("", "new", "[|new]"),
            ("a b c", "a x c", "a [b|x] c"),
            ("a b c d e", "a x y d e", "a [b c|x y] d e"),
            ("a, b", "a b", "a[,|] b"),
            (
                "the simplicity of it",
                "the simple way of it",
                "the [simplicity|simple way] of it",
            ),
            ("one two", "two one", "[one |]two[| one]"),
        ];
        for (a, b, expected) in table {
            assert_eq!(line(a, b, WORDS), expected);
        }
    }

    #[test]
    fn long_texts_are_one_difference() {
        let (a, b) = ("a b c d e f", "a x c y e f");
        assert_eq!(line(a, b, 11), "a [b|x] c [d|y] e f");
        assert_eq!(line(a, b, 10), "a [b c d|x c y] e f");
        assert!(within(a.as_bytes(), b.as_bytes(), 10).limited);
        assert!(!within(a.as_bytes(), b.as_bytes(), 11).limited);
        // What both begin with may be what both end with.
        assert_eq!(line("a a a", "a a a a a", 2), "a a a[| a a]");
        assert_eq!(line("a a a a a", "a a a", 2), "a a a[ a a|]");
    }
}
