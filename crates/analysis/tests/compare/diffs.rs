//! Diffs of texts, and the tokens in them.
use super::runs::{Answer, Run, Token};
use analysis::compare::{Piece, Span, TextDiff, heat, text_diff, weakest};
use completions::{Columns, Sequence};
use proptest::collection::vec;
use proptest::prelude::*;

fn first(run: &Run) -> (&Columns, &Sequence) {
    (&run.import.columns, &run.import.columns.sequences[0])
}

/// Side A of a diff.
fn side(diff: &TextDiff) -> Vec<(Span, bool)> {
    diff.stretches.iter().map(|one| (one.a, one.same)).collect()
}

fn span(start: u32, end: u32) -> Span {
    Span { start, end }
}

#[test]
fn pieces_end_with_tokens_and_with_stretches() {
    let euro = "€".as_bytes();
    let tokens: &[Token<'_>] = &[
        (b"It is", -0.5, &[]),
        (b" pl", -1.5, &[]),
        (b"ain ", -0.25, &[]),
        (&euro[..2], -2.0, &[]),
        (&euro[2..], -9999.0, &[]),
        (b"", -3.0, &[]),
        (b"!", -0.75, &[]),
    ];
    let run = Run::of([Answer::new(tokens)]);
    let (columns, sequence) = first(&run);
    let diff = text_diff(&columns.text, b"It is clear \xe2\x82\xac!");
    let piece = |start, end, same, token, logprob| Piece {
        span: span(start, end),
        same,
        token: Some(token),
        logprob,
    };
    let pieces = heat(columns, sequence, side(&diff));
    let expected = [
        piece(0, 5, true, 0, Some(-0.5)),
        piece(5, 6, true, 1, Some(-1.5)),
        piece(6, 8, false, 1, Some(-1.5)),
        piece(8, 11, false, 2, Some(-0.25)),
        piece(11, 12, true, 2, Some(-0.25)),
        // The character belongs to the token with its first byte.
        piece(12, 15, true, 3, Some(-2.0)),
        piece(15, 16, true, 6, Some(-0.75)),
    ];
    assert_eq!(pieces, expected);
    for (part, expected) in [
        (span(0, 5), Some(-0.5)),
        (span(0, 6), Some(-1.5)),
        (span(8, 11), Some(-0.25)),
        (span(14, 15), None),
        (span(12, 16), Some(-3.0)),
        (span(5, 5), None),
    ] {
        assert_eq!(weakest(columns, sequence, part), expected, "{part:?}");
    }
}

#[test]
fn a_text_without_tokens() {
    let import = {
        let mut importer = completions::Importer::new(completions::Limits::default());
        importer.push(br#"{"choices":[{"message":{"content":"ab c"}}]}"#);
        importer.finish()
    };
    let sequence = &import.columns.sequences[0];
    let diff = text_diff(&import.columns.text, b"ab d");
    let pieces = heat(&import.columns, sequence, side(&diff));
    let expected = [(span(0, 3), true), (span(3, 4), false)];
    let got: Vec<_> = pieces
        .iter()
        .map(|piece| (piece.span, piece.same))
        .collect();
    assert_eq!(got, expected);
    assert!(
        pieces
            .iter()
            .all(|piece| piece.token.is_none() && piece.logprob.is_none())
    );
}

/// Words over few letters, so that texts have much in common.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just(&b"a"[..]),
        Just(&b"bc"[..]),
        Just(&b" "[..]),
        Just(&b" "[..]),
        Just(&b", "[..]),
        Just(&b"\n"[..]),
        Just(&b"\xff"[..]),
        Just("é".as_bytes()),
        Just("日".as_bytes())
    ];
    vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn a_diff_is_both_texts(a in text(), b in text()) {
        let diff = text_diff(&a, &b);
        let mut at = (0, 0);
        let mut before = None;
        for stretch in &diff.stretches {
            prop_assert_eq!((stretch.a.start, stretch.b.start), at);
            prop_assert!(!stretch.a.is_empty() || !stretch.b.is_empty());
            prop_assert_ne!(before, Some(stretch.same), "stretches take turns");
            if stretch.same {
                prop_assert_eq!(stretch.a.of(&a), stretch.b.of(&b));
            }
            at = (stretch.a.end, stretch.b.end);
            before = Some(stretch.same);
        }
        prop_assert_eq!(at, (a.len() as u32, b.len() as u32));
        prop_assert!(!diff.limited);
        let mut mirrored = text_diff(&b, &a);
        for stretch in &mut mirrored.stretches {
            std::mem::swap(&mut stretch.a, &mut stretch.b);
        }
        prop_assert_eq!(diff, mirrored);
    }

    #[test]
    fn a_text_is_like_itself(a in text()) {
        prop_assert!(text_diff(&a, &a).stretches.iter().all(|stretch| stretch.same));
    }

    #[test]
    fn pieces_are_all_of_the_text(a in text(), b in text(), cuts in vec(any::<usize>(), 0..20)) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (a.len() + 1)).collect();
        places.extend([0, a.len()]);
        places.sort_unstable();
        let tokens: Vec<&[u8]> = places.windows(2).map(|two| &a[two[0]..two[1]]).collect();
        let run = Run::of([Answer::plain(&tokens)]);
        let (columns, sequence) = first(&run);
        let diff = text_diff(&columns.text, &b);
        let pieces = heat(columns, sequence, side(&diff));
        let mut at = 0;
        for piece in &pieces {
            prop_assert_eq!(piece.span.start, at);
            prop_assert!(piece.span.end > at);
            at = piece.span.end;
        }
        prop_assert_eq!(at as usize, a.len());
        for (part, same) in side(&diff) {
            let inside = pieces.iter().filter(|piece| part.start <= piece.span.start && piece.span.end <= part.end);
            prop_assert!(inside.clone().all(|piece| piece.same == same));
            prop_assert_eq!(inside.map(|piece| piece.span.end - piece.span.start).sum::<u32>(), part.end - part.start);
        }
    }
}
