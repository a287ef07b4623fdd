//! Answers to one prompt, folded by their beginnings.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
#[path = "compare/runs.rs"]
#[allow(dead_code, reason = "the vocabulary of other tests, too")]
mod runs;

use analysis::tree::{Tree, Verdict, groups};
use metrics::num::{exp, ln};
use proptest::collection::vec;
use proptest::prelude::*;
use runs::{Answer, Asked, Run, Token};

fn tree(answers: &[Answer]) -> Tree {
    let run = Run::new(&[Asked {
        answers: answers.to_vec(),
        ..Asked::default()
    }]);
    let sequences: Vec<u32> = (0..answers.len() as u32).collect();
    Tree::new(&run.import.columns, &sequences)
}

/// Tokens with their probabilities.
fn answer(tokens: &[(&str, f64)]) -> Answer {
    let tokens: Vec<Token<'_>> = tokens
        .iter()
        .map(|(text, p)| (text.as_bytes(), ln(*p), &[][..]))
        .collect();
    Answer::new(&tokens)
}

/// A line for each node: how deep it is, its text, its count, its end, its probability in percent, the tokens that lead there.
fn lines(tree: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = vec![(0_u32, 0)];
    while let Some((index, depth)) = open.pop() {
        let node = &tree.nodes[index as usize];
        let end = match (node.ends, node.cut) {
            (true, true) => " cut",
            (true, false) => " ends",
            (false, _) => "",
        };
        let probability = node
            .probability
            .map_or("?".to_owned(), |p| format!("{:.1}", p * 100.0));
        lines.push(format!(
            "{}[{}] {}{end} {probability} {}",
            "  ".repeat(depth),
            String::from_utf8_lossy(&node.text),
            node.count,
            node.tokens
        ));
        open.extend(node.children.iter().rev().map(|&child| (child, depth + 1)));
    }
    lines
}

#[test]
fn by_hand() {
    let found = tree(&[
        answer(&[("It", 0.9), (" is", 0.8), (" red", 0.5), (".", 0.9)]),
        answer(&[("It", 0.9), (" is", 0.8), (" blue", 0.25), (".", 0.9)]),
        answer(&[("It", 0.9), (" is", 0.8), (" red", 0.5), ("dish", 0.1)]),
        answer(&[("No", 0.05)]),
        answer(&[("It", 0.9), (" is", 0.8), (" red", 0.5), (".", 0.9)]),
    ]);
    let expected = [
        "[] 5 ? 0",
        "  [It is] 4 90.0 1",
        "    [ red] 3 50.0 1",
        "      [.] 2 ends 90.0 1",
        "      [dish] 1 ends 10.0 1",
        "    [ blue.] 1 ends 25.0 1",
        "  [No] 1 ends 5.0 1",
    ];
    assert_eq!(lines(&found), expected);
    let share = |node: usize| found.nodes[node].share();
    assert_eq!((share(0), share(1), share(2)), (None, Some(0.8), Some(0.2)));
    let [red, end] = [3, 5].map(|node: usize| &found.nodes[node]);
    assert_eq!((red.first, red.answers.as_slice()), (0, &[][..]));
    assert_eq!((end.first, end.answers.as_slice()), (0, &[0, 4][..]));
    assert_eq!((found.nodes[3].parent, found.nodes[3].start), (Some(1), 5));
}

#[test]
fn other_tokens_for_the_same_bytes() {
    // ` concise` as one token or as two; ` con` begins both of them, and ` concrete`.
    let found = tree(&[
        answer(&[("a", 0.9), (" concise", 0.2)]),
        answer(&[("a", 0.9), (" con", 0.1), ("cise", 0.5)]),
        answer(&[("a", 0.9), (" con", 0.1), ("crete", 0.25)]),
        answer(&[("a", 0.9), (" clear", 0.4)]),
    ]);
    let expected = [
        "[a] 4 ? 0",
        "  [ con] 3 30.0 2",
        // One of its answers has no token that begins here.
        "    [cise] 2 ends ? 1",
        "    [crete] 1 ends ? 1",
        "  [ clear] 1 ends 40.0 1",
    ];
    assert_eq!(lines(&found), expected);
}

#[test]
fn ends() {
    let cut = Answer {
        finish: "length",
        ..answer(&[("a", 0.9)])
    };
    let found = tree(&[
        answer(&[("a", 0.9), ("b", 0.5)]),
        answer(&[("a", 0.9)]),
        cut.clone(),
        // The end is written, and has a probability.
        answer(&[("c", 0.1), ("d", 0.7)]),
        answer(&[("c", 0.1), ("</s>", 0.3)]),
    ]);
    let expected = [
        "[] 5 ? 0",
        "  [a] 3 90.0 1",
        "    [b] 1 ends 50.0 1",
        "    [] 1 ends ? 1",
        "    [] 1 cut ? 1",
        "  [c] 2 10.0 1",
        "    [d] 1 ends 70.0 1",
        "    [] 1 ends 30.0 1",
    ];
    assert_eq!(lines(&found), expected);
    // Of three that came there, one was cut off.
    let b = found
        .nodes
        .iter()
        .position(|node| node.text == b"b")
        .unwrap();
    assert_eq!(found.nodes[b].share(), Some(0.5));
    assert_eq!(found.nodes[b + 2].share(), None);
    // Whoever is cut off later has chosen its way.
    let later = Answer {
        finish: "length",
        ..answer(&[("b", 0.4)])
    };
    assert_eq!(
        tree(&[answer(&[("a", 0.6)]), later]).nodes[2].share(),
        Some(0.5)
    );
    // All alike.
    assert_eq!(lines(&tree(&[cut.clone(), cut])), ["[a] 2 cut ? 0"]);
    assert_eq!(tree(&[]), Tree::default());
}

#[test]
fn which_answers_belong_together() {
    let asked = |prompt: &str, count: usize| Asked {
        prompt: prompt.to_owned(),
        answers: vec![answer(&[("x", 0.5)]); count],
        ..Asked::default()
    };
    let run = Run::new(&[
        asked("p", 2),
        asked("", 2),
        asked("q", 1),
        asked("", 1),
        asked("p", 1),
    ]);
    assert_eq!(groups(&run.import.columns), [vec![0, 1, 6], vec![2, 3]]);
}

/// What is said of the branch `a`, of which the model says `p`, when so many of so many took it.
fn verdict(p: f64, took: usize, of: usize) -> Verdict {
    let mut answers = vec![answer(&[("a", p)]); took];
    answers.extend(vec![answer(&[("b", 1.0 - p)]); of - took]);
    let tree = tree(&answers);
    tree.nodes
        .iter()
        .find(|node| node.text == b"a")
        .unwrap()
        .verdict
}

#[test]
fn counts_and_probabilities() {
    assert!(matches!(verdict(0.5, 10, 20), Verdict::Agrees { .. }));
    assert!(matches!(verdict(0.5, 19, 20), Verdict::Above { .. }));
    assert!(matches!(verdict(0.95, 10, 20), Verdict::Below { .. }));
    // It is on the tree because one answer took it: that alone says nothing, however unlikely it was.
    assert!(matches!(verdict(0.001, 1, 20), Verdict::Agrees { .. }));
    assert!(matches!(verdict(0.001, 3, 20), Verdict::Above { .. }));
    assert_eq!(verdict(0.5, 1, 1), Verdict::Unknown);
    // Both branches are tested, so that each end leaves out a quarter of 5 %; the first that took it does not count.
    let Verdict::Below { low, high } = verdict(0.9, 1, 21) else {
        panic!("it is below");
    };
    let expected = 1.0 - exp(ln(0.0125) / 20.0);
    assert!(
        low == 0.0 && (high - expected).abs() < 1e-12,
        "{high} {expected}"
    );
}

/// Draws from what the model says are seldom called wrong, and such with another temperature are found out.
#[test]
fn draws_that_agree_and_draws_that_do_not() {
    let mut state = 11_u64;
    let mut unit = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let model: [(&str, f64); 4] = [("a", 0.55), ("b", 0.25), ("c", 0.15), ("d", 0.05)];
    let mut draw = |power: f64| {
        let weight = |p: f64| exp(power * ln(p));
        let total: f64 = model.iter().map(|(_, p)| weight(*p)).sum();
        let mut tokens = Vec::new();
        for _ in 0..3 {
            let mut target = unit() * total;
            let found = model.iter().find(|(_, p)| {
                target -= weight(*p);
                target <= 0.0
            });
            tokens.push(*found.unwrap_or(&model[3]));
        }
        answer(&tokens)
    };
    let mut wrong = |power: f64| {
        let tree = tree(&(0..60).map(|_| draw(power)).collect::<Vec<_>>());
        let odd = |verdict| matches!(verdict, Verdict::Above { .. } | Verdict::Below { .. });
        tree.nodes.iter().any(|node| odd(node.verdict))
    };
    let mut count = |power| (0..40).filter(|_| wrong(power)).count();
    // 5 % of 40 are 2.
    assert!(count(1.0) <= 4);
    assert!(count(3.0) >= 38);
}

fn tokens() -> impl Strategy<Value = Vec<&'static [u8]>> {
    let token = prop_oneof![
        Just(&b"a"[..]),
        Just(&b"ab"[..]),
        Just(&b"b"[..]),
        Just(&b"ba"[..]),
        Just(&b"\xc3"[..]),
        Just(&b""[..])
    ];
    vec(token, 0..6)
}

proptest! {
    /// Every answer is on one way from the root to a leaf, and each node has what its children have.
    #[test]
    fn a_tree_is_its_answers(all in vec((tokens(), any::<bool>()), 1..12)) {
        let answers: Vec<Answer> = all
            .iter()
            .map(|(tokens, cut)| Answer { finish: if *cut { "length" } else { "stop" }, ..Answer::plain(tokens) })
            .collect();
        let tree = tree(&answers);
        let mut leaves = vec![0; all.len()];
        for (index, node) in tree.nodes.iter().enumerate() {
            prop_assert_eq!(node.ends, node.children.is_empty());
            prop_assert!(node.probability.is_none_or(|p| (0.0..=1.0).contains(&p)));
            let parts: u32 = node.children.iter().map(|&child| tree.nodes[child as usize].count).sum();
            prop_assert_eq!(node.count, if node.ends { node.answers.len() as u32 } else { parts });
            prop_assert!(node.ends || node.answers.is_empty());
            prop_assert_eq!(node.children.len() == 1, false, "one child is no branch");
            for &child in &node.children {
                let child = &tree.nodes[child as usize];
                prop_assert_eq!(child.parent, Some(index as u32));
                prop_assert_eq!(child.start, node.start + node.text.len() as u32);
            }
            if !node.ends {
                continue;
            }
            let mut text = Vec::new();
            let mut way = Some(index as u32);
            while let Some(at) = way {
                let node = &tree.nodes[at as usize];
                text = [node.text.as_slice(), &text].concat();
                way = node.parent;
            }
            for &answer in &node.answers {
                leaves[answer as usize] += 1;
                prop_assert_eq!(&all[answer as usize].0.concat(), &text);
                prop_assert_eq!(all[answer as usize].1, node.cut);
            }
        }
        prop_assert!(leaves.iter().all(|&count| count == 1));
    }

    /// The leaves are the texts, whatever the tokens are.
    #[test]
    fn leaves_are_distinct_texts(all in vec(tokens(), 1..12)) {
        let answers: Vec<Answer> = all.iter().map(|tokens| Answer::plain(tokens)).collect();
        let tree = tree(&answers);
        let mut texts: Vec<Vec<u8>> = all.iter().map(|tokens| tokens.concat()).collect();
        texts.sort_unstable();
        texts.dedup();
        prop_assert_eq!(tree.nodes.iter().filter(|node| node.ends).count(), texts.len());
    }
}
