//! What holds for any two runs.
use super::runs::{Answer, Asked, Run, compare};
use analysis::compare::{Comparison, Difference, Interval, Pair, turns};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Tokens over few bytes, so that texts have much in common; some are pieces of characters.
fn token() -> impl Strategy<Value = Value> {
    let bytes = prop_oneof![
        Just(&b"a"[..]),
        Just(&b"ab"[..]),
        Just(&b" a"[..]),
        Just(&b"b"[..]),
        Just(&b"\xc3"[..]),
        Just(&b"\xa9"[..]),
        Just(&b""[..])
    ];
    let listed = vec((bytes.clone(), 0.0..9.0_f64), 0..4);
    (bytes, 0.0..9.0_f64, listed).prop_map(|(bytes, value, listed)| {
        let entry = |(bytes, value): &(&[u8], f64)| json!({"token": "t", "bytes": bytes, "logprob": -value});
        let mut token = entry(&(bytes, value));
        token["top_logprobs"] = listed.iter().map(entry).collect();
        token
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    let finish = prop_oneof![Just("stop"), Just("length")];
    (vec(token(), 0..8), finish).prop_map(|(tokens, finish)| Answer { tokens, finish })
}

fn run() -> impl Strategy<Value = Run> {
    let prompt = prop_oneof![Just("p"), Just("q"), Just("r"), Just("")];
    let id = prop_oneof![Just("1"), Just("2"), Just("")];
    let asked = (prompt, id, vec(answer(), 1..3)).prop_map(|(prompt, id, answers)| Asked {
        prompt: prompt.to_owned(),
        id: id.to_owned(),
        answers,
        ..Asked::default()
    });
    vec(asked, 0..12).prop_map(|asked| Run::new(&asked))
}

fn mirrored(comparison: &Comparison) -> Comparison {
    let mut pairs: Vec<Pair> = comparison
        .pairs
        .iter()
        .map(|pair| {
            let mut other = *pair;
            std::mem::swap(&mut other.a, &mut other.b);
            if let Some(fork) = &mut other.fork {
                std::mem::swap(&mut fork.a, &mut fork.b);
            }
            other
        })
        .collect();
    pairs.sort_by_key(|pair| pair.a);
    let turned = |one: &Difference| Difference {
        a: one.b,
        b: one.a,
        difference: one.difference.map(|value| 0.0 - value),
        interval: one.interval.map(|Interval { low, high }| Interval {
            low: 0.0 - high,
            high: 0.0 - low,
        }),
        ..*one
    };
    Comparison {
        rule: comparison.rule,
        pairs,
        only_a: comparison.only_b.clone(),
        only_b: comparison.only_a.clone(),
        differences: comparison.differences.iter().map(turned).collect(),
    }
}

/// The same bytes, cut at other places.
fn cut(bytes: &[u8], places: &[usize]) -> Answer {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place % (bytes.len() + 1))
        .collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    let tokens: Vec<&[u8]> = places
        .windows(2)
        .map(|two| &bytes[two[0]..two[1]])
        .collect();
    Answer::plain(&tokens)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn swapping_mirrors_everything(a in run(), b in run()) {
        let (there, back) = (compare(&a, &b), compare(&b, &a));
        prop_assert_eq!(&mirrored(&there), &back);
        for pair in &there.pairs {
            let (detail_a, detail_b) = (a.detail(pair.a), b.detail(pair.b));
            let one = turns(&a.side(), &b.side(), pair, Some(&detail_a), Some(&detail_b));
            let back = back.pairs.iter().find(|other| other.a == pair.b).unwrap();
            let other = turns(&b.side(), &a.side(), back, Some(&detail_b), Some(&detail_a));
            prop_assert_eq!(one, other.map(|(b, a)| (a, b)));
        }
    }

    #[test]
    fn a_run_is_like_itself(a in run()) {
        let found = compare(&a, &a);
        prop_assert_eq!(found.same_texts(), found.pairs.len());
        prop_assert_eq!(found.other_tokens(), 0);
        for one in &found.differences {
            prop_assert_eq!(one.a, one.b);
            prop_assert_eq!(one.difference, one.a.map(|_| 0.0));
            let nothing = Interval { low: 0.0, high: 0.0 };
            prop_assert!(one.interval.is_none_or(|found| found == nothing));
        }
    }

    #[test]
    fn how_a_text_is_cut_does_not_matter(
        bytes in vec(any::<u8>(), 0..40),
        a in vec(any::<usize>(), 0..8),
        b in vec(any::<usize>(), 0..8),
    ) {
        let (a, b) = (Run::of([cut(&bytes, &a)]), Run::of([cut(&bytes, &b)]));
        prop_assert_eq!(compare(&a, &b).pairs[0].fork, None);
    }

    /// The fork is the first byte that differs, and its tokens hold it.
    #[test]
    fn a_fork_is_the_first_difference(a in answer(), b in answer()) {
        let (a, b) = (Run::of([a]), Run::of([b]));
        let text = |run: &Run| run.import.columns.text.clone();
        let (one, other) = (text(&a), text(&b));
        let first = (0..one.len().max(other.len())).find(|&at| one.get(at) != other.get(at));
        let pair = compare(&a, &b).pairs[0];
        prop_assert_eq!(pair.fork.map(|fork| fork.byte as usize), first);
        let Some(fork) = pair.fork else { return Ok(()) };
        for (run, token, text) in [(&a, fork.a, &one), (&b, fork.b, &other)] {
            let Some(token) = token else {
                prop_assert_eq!(text.len(), fork.byte as usize);
                continue;
            };
            let ends = &run.import.columns.token_end;
            let start = token.checked_sub(1).map_or(0, |before| ends[before as usize]);
            prop_assert!((start..ends[token as usize]).contains(&fork.byte));
        }
    }
}
