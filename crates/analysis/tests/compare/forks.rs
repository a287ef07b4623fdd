//! Where two texts part.
use super::runs::{Answer, Run, compare};
use analysis::compare::Fork;

/// The byte, and the tokens that have it.
type Parted = Option<(u32, Option<u32>, Option<u32>)>;

/// Where two texts of these tokens part, and whether what they share is cut otherwise.
fn parted(a: &[&[u8]], b: &[&[u8]]) -> (Parted, bool) {
    let (a, b) = (Run::of([Answer::plain(a)]), Run::of([Answer::plain(b)]));
    let pair = compare(&a, &b).pairs[0];
    let fork = pair.fork.map(|Fork { byte, a, b }| (byte, a, b));
    (fork, pair.other_tokens)
}

#[test]
fn by_bytes() {
    let euro = "€".as_bytes();
    type Case<'a> = (&'a str, &'a [&'a [u8]], &'a [&'a [u8]], Parted, bool);
    let table: &[Case<'_>] = &[
        ("the same", &[b"a", b"b"], &[b"a", b"b"], None, false),
        (
            "the same in other tokens",
            &[b"a", b"b", b"c"],
            &[b"ab", b"c"],
            None,
            true,
        ),
        (
            "another token",
            &[b"a", b" b"],
            &[b"a", b" c"],
            Some((2, Some(1), Some(1))),
            false,
        ),
        (
            "tokens with the same beginning",
            &[b"its", b" simplicity", b"."],
            &[b"its", b" simple", b"."],
            Some((9, Some(1), Some(1))),
            false,
        ),
        // The one tokenizer may have written either.
        (
            "within the last tokens",
            &[b"a", b" sim", b"ply"],
            &[b"a", b" simpler"],
            Some((7, Some(2), Some(1))),
            false,
        ),
        (
            "other tokenizers",
            &[b"ab", b"cd", b"e", b"x"],
            &[b"abc", b"de", b"y"],
            Some((5, Some(3), Some(2))),
            true,
        ),
        (
            "one ends",
            &[b"a"],
            &[b"a", b"b"],
            Some((1, None, Some(1))),
            false,
        ),
        (
            "one says nothing",
            &[],
            &[b"a"],
            Some((0, None, Some(0))),
            false,
        ),
        (
            "inside a character",
            &[b"1", &euro[..1], &euro[1..]],
            &[b"1", &euro[..1], b"\x80\x82"],
            Some((2, Some(2), Some(2))),
            false,
        ),
        (
            "a character in pieces",
            &[&euro[..1], &euro[1..2], &euro[2..]],
            &[euro],
            None,
            true,
        ),
        (
            "tokens without bytes",
            &[b"a", b"", b"b", b""],
            &[b"", b"a", b"c"],
            Some((1, Some(2), Some(2))),
            false,
        ),
        (
            "an end that is written",
            &[b"a", b"</s>"],
            &[b"a"],
            None,
            false,
        ),
        (
            "an end in the middle is a text",
            &[b"a", b"</s>", b"b"],
            &[b"a"],
            Some((1, Some(1), None)),
            false,
        ),
    ];
    for (name, a, b, fork, other_tokens) in table {
        assert_eq!(parted(a, b), (*fork, *other_tokens), "{name}");
        let mirrored = fork.map(|(byte, a, b)| (byte, b, a));
        assert_eq!(parted(b, a), (mirrored, *other_tokens), "{name}, mirrored");
    }
}
