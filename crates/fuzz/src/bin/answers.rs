//! Texts of answers, cut into tokens of any size: JSON in them, what two of them share, and how they fold.
#![no_main]
use analysis::compare::{Span, fork, heat, text_diff};
use analysis::paths::values;
use analysis::tree::Tree;
use completions::Columns;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let (rest, cut) = fuzz::chunked(input);
    let (a, b) = rest.split_at(rest.len() / 2);
    let columns = fuzz::columns(&[(a, cut), (b, 3), (b, cut)]);
    for sequence in &columns.sequences {
        for value in values(&columns, sequence) {
            assert!(value.span.start <= value.span.end && value.span.end <= sequence.text_len);
            assert!(value.first_token + value.n_tokens <= sequence.n_tokens);
        }
    }
    share(&columns);
    fold(&columns);
});

/// A diff is both texts, and its pieces are one.
fn share(columns: &Columns) {
    let [one, other, same] = columns.sequences.as_slice() else {
        return;
    };
    let text = |at: u64, len: u32| &columns.text[at as usize..at as usize + len as usize];
    let (a, b) = (
        text(one.text_start, one.text_len),
        text(other.text_start, other.text_len),
    );
    let diff = text_diff(a, b);
    let mut at = (0, 0);
    for stretch in &diff.stretches {
        assert_eq!((stretch.a.start, stretch.b.start), at);
        assert!(!stretch.same || stretch.a.of(a) == stretch.b.of(b));
        at = (stretch.a.end, stretch.b.end);
    }
    assert_eq!(at, (one.text_len, other.text_len));
    let whole = Span {
        start: 0,
        end: one.text_len,
    };
    let pieces = heat(columns, one, [(whole, true)]);
    let len: u32 = pieces
        .iter()
        .map(|piece| piece.span.end - piece.span.start)
        .sum();
    assert_eq!(len, one.text_len);
    assert_eq!(fork(columns, other, columns, same), None);
}

/// Each answer is in one leaf.
fn fold(columns: &Columns) {
    let tree = Tree::new(columns, &[0, 1, 2]);
    let mut leaves: Vec<u32> = tree
        .nodes
        .iter()
        .flat_map(|node| node.answers.clone())
        .collect();
    leaves.sort_unstable();
    assert_eq!(leaves, [0, 1, 2]);
}
