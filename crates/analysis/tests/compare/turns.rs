//! What each side gave to the other's choice.
use super::runs::{Answer, Run, Token, compare};
use analysis::compare::{Gave, Turn, Why, turns};
use metrics::num::{exp, ln};

fn turned(a: Answer, b: Answer) -> (Turn, Turn) {
    let (a, b) = (Run::of([a]), Run::of([b]));
    let comparison = compare(&a, &b);
    let pair = comparison.pairs[0];
    let (detail_a, detail_b) = (a.detail(pair.a), b.detail(pair.b));
    turns(
        &a.side(),
        &b.side(),
        &pair,
        Some(&detail_a),
        Some(&detail_b),
    )
    .unwrap()
}

/// What A gave to the choice of B; A wrote ` yes` with 0.5 beside these.
fn gave(listed: &[(&[u8], f64)], b: &[&[u8]]) -> Gave {
    let values: Vec<(&[u8], f64)> = listed.iter().map(|&(bytes, p)| (bytes, ln(p))).collect();
    let a = Answer::new(&[
        (b"a", -0.1, &[]),
        (b" yes", ln(0.5), &values),
        (b"!", -0.1, &[]),
    ]);
    let (turn, _) = turned(a, Answer::plain(b));
    assert_eq!(
        (turn.token, turn.start, turn.wrote.as_slice()),
        (Some(1), 1, &b" yes"[..])
    );
    turn.gave
}

#[track_caller]
fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-12, "{got} {want}");
}

#[track_caller]
fn exactly(gave: Gave, want: f64, want_rank: u32) {
    match gave {
        Gave::Exactly { probability, rank } => {
            near(probability, want);
            assert_eq!(rank, want_rank);
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn not_listed(gave: Gave, want: f64, want_listed: u32) {
    match gave {
        Gave::NotListed { at_most, listed } => {
            near(at_most, want);
            assert_eq!(listed, want_listed);
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn between(gave: Gave, low: f64, high: f64) {
    match gave {
        Gave::Between { at_least, at_most } => {
            near(at_least, low);
            near(at_most, high);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_of_the_alternatives() {
    let listed: &[(&[u8], f64)] = &[(b" yes", 0.5), (b" no", 0.3), (b" maybe", 0.1)];
    exactly(gave(listed, &[b"a", b" no", b"!"]), 0.3, 2);
    exactly(gave(listed, &[b"a", b" maybe"]), 0.1, 3);
    // Equal values share the better rank; the written token need not be listed.
    exactly(
        gave(&[(b" no", 0.3), (b" nay", 0.3)], &[b"a", b" nay"]),
        0.3,
        1,
    );
}

#[test]
fn none_of_the_alternatives() {
    // What is left over is less than the least likely one.
    let listed: &[(&[u8], f64)] = &[(b" yes", 0.5), (b" no", 0.3), (b" maybe", 0.15)];
    not_listed(gave(listed, &[b"a", b" well"]), 0.05, 3);
    // And the other way round. The written token does not count: it may have been appended to the list.
    let listed: &[(&[u8], f64)] = &[(b" no", 0.2), (b" maybe", 0.1), (b" yes", 0.5)];
    not_listed(gave(listed, &[b"a", b" well"]), 0.1, 3);
    // The written token is not listed, and has its share.
    not_listed(gave(&[(b" no", 0.45)], &[b"a", b" well"]), 0.05, 1);
    // Nothing but the written token.
    not_listed(gave(&[(b" yes", 0.5)], &[b"a", b" well"]), 0.5, 1);
}

#[test]
fn a_part_of_it() {
    let listed: &[(&[u8], f64)] = &[(b" yes", 0.5), (b" n", 0.2), (b" not", 0.1)];
    // ` no` is begun by ` n` and goes on in ` not`.
    between(gave(listed, &[b"a", b" no", b"w"]), 0.1, 0.5);
    // Only its beginning is there.
    between(
        gave(&[(b" yes", 0.5), (b" n", 0.2)], &[b"a", b" no"]),
        0.0,
        0.5,
    );
    // B cut ` not` into several tokens.
    between(
        gave(&[(b" yes", 0.5), (b" not", 0.25)], &[b"a", b" n", b"ot"]),
        0.25,
        0.5,
    );
}

#[test]
fn tokenizers_that_differ() {
    // B began its token before A's: of its text only what lies behind counts.
    let a: &[Token<'_>] = &[
        (b"a ", -0.1, &[]),
        (b"cat", ln(0.5), &[(b"cat", -0.7), (b"dog", -1.5)]),
    ];
    let b: &[Token<'_>] = &[
        (b"a", -0.1, &[]),
        (
            b" dog",
            ln(0.4),
            &[(b" dog", -0.9), (b" c", -2.0), (b" ", -3.0)],
        ),
    ];
    let (a, b) = turned(Answer::new(a), Answer::new(b));
    assert_eq!(
        (a.start, a.wrote.as_slice(), a.other.as_slice()),
        (2, &b"cat"[..], &b"dog"[..])
    );
    exactly(a.gave, exp(-1.5), 2);
    assert_eq!(
        (b.start, b.wrote.as_slice(), b.other.as_slice()),
        (1, &b" dog"[..], &b" cat"[..])
    );
    let left = 1.0 - exp(-0.9) - exp(-2.0) - exp(-3.0);
    between(b.gave, 0.0, exp(-2.0) + exp(-3.0) + left);
}

#[test]
fn what_was_written_itself() {
    let listed: &[(&[u8], f64)] = &[(b"x", -0.5), (b"y", -1.0)];
    let (a, b) = turned(
        Answer::new(&[(b"y", -1.0, listed)]),
        Answer::new(&[(b"z", -9.0, listed)]),
    );
    assert_eq!(
        (a.probability, a.rank, a.rank_is_lower_bound),
        (Some(exp(-1.0)), Some(2), false)
    );
    assert_eq!(
        (b.probability, b.rank, b.rank_is_lower_bound),
        (Some(exp(-9.0)), Some(3), true)
    );
}

#[test]
fn an_end_is_a_choice() {
    let listed: &[(&[u8], f64)] = &[(b"b", -0.5), (b"<|im_end|>", -1.0)];
    let long = || Answer::new(&[(b"a", -0.1, &[]), (b"b", -0.5, listed)]);
    let short = Answer::plain(&[b"a"]);
    let (a, b) = turned(long(), short.clone());
    exactly(a.gave, exp(-1.0), 2);
    assert_eq!((b.token, b.gave), (None, Gave::Unknown(Why::Ended)));
    assert_eq!(b.other, b"b");
    // Whoever was cut off has not chosen to end.
    let cut = Answer {
        finish: "length",
        ..short.clone()
    };
    assert_eq!(turned(long(), cut).0.gave, Gave::Unknown(Why::Cut));
    // The end is not among the alternatives.
    let other: &[(&[u8], f64)] = &[(b"b", ln(0.5)), (b"c", ln(0.3))];
    let (a, _) = turned(
        Answer::new(&[(b"a", -0.1, &[]), (b"b", ln(0.5), other)]),
        short,
    );
    not_listed(a.gave, 0.2, 2);
    // It ends within a token of A.
    let inside = Answer::new(&[(b"abc", ln(0.5), &[(b"abc", ln(0.5)), (b"a", ln(0.3))])]);
    let (a, _) = turned(inside, Answer::plain(&[b"a"]));
    between(a.gave, 0.0, 0.5);
}

#[test]
fn what_is_not_known() {
    let (a, b) = (Answer::plain(&[b"a"]), Answer::plain(&[b"b"]));
    let (left, right) = turned(a.clone(), b.clone());
    for turn in [left, right] {
        assert_eq!(turn.gave, Gave::Unknown(Why::NoAlternatives));
    }
    let (a, b) = (Run::of([a.clone(), b.clone()]), Run::of([b.clone(), b]));
    let comparison = compare(&a, &b);
    let (sides, pairs) = ((a.side(), b.side()), comparison.pairs);
    let (turn, _) = turns(&sides.0, &sides.1, &pairs[0], None, None).unwrap();
    assert_eq!(turn.gave, Gave::Unknown(Why::Unread));
    // The same text has no fork.
    assert_eq!(turns(&sides.0, &sides.1, &pairs[1], None, None), None);
}
