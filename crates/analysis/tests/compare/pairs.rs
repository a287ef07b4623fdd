//! Who belongs together.
use super::runs::{Answer, Asked, Run};
use analysis::compare::{Rule, pair_up};

/// Prompt, label, id and number of answers.
type Row<'a> = (&'a str, &'a str, &'a str, usize);

fn run(rows: &[Row<'_>]) -> Run {
    let asked = |&(prompt, label, id, answers): &Row<'_>| Asked {
        prompt: prompt.to_owned(),
        label: label.to_owned(),
        id: id.to_owned(),
        answers: vec![Answer::plain(&[b"x"]); answers],
    };
    let rows: Vec<Asked> = rows.iter().map(asked).collect();
    Run::new(&rows)
}

/// The rule, the pairs with their units, and who is alone.
type Paired = (Rule, Vec<(u32, u32, u32)>, Vec<u32>, Vec<u32>);

fn paired(a: &[Row<'_>], b: &[Row<'_>], rule: Option<Rule>) -> Paired {
    let (a, b) = (run(a), run(b));
    let found = pair_up(&a.side(), &b.side(), rule);
    let pairs = found.pairs.iter().map(|pair| (pair.a, pair.b, pair.unit));
    (found.rule, pairs.collect(), found.only_a, found.only_b)
}

/// Units are numbered in the order of keys, which for prompts is that of their fingerprints: only their grouping counts.
fn grouped(mut paired: Paired) -> Paired {
    let mut known: Vec<u32> = Vec::new();
    for (.., unit) in &mut paired.1 {
        let at = known.iter().position(|other| other == unit);
        let nth = at.unwrap_or_else(|| {
            known.push(*unit);
            known.len() - 1
        });
        *unit = nth as u32;
    }
    paired
}

#[test]
fn the_rule_is_the_one_that_finds_most() {
    let table: &[(&[Row<'_>], &[Row<'_>], Paired)] = &[
        // In another order, with one that is alone on each side.
        (
            &[("p", "", "1", 1), ("q", "", "2", 1), ("r", "", "3", 1)],
            &[("q", "", "4", 1), ("s", "", "5", 1), ("p", "", "6", 1)],
            (Rule::Prompt, vec![(0, 2, 0), (1, 0, 1)], vec![2], vec![1]),
        ),
        // Labels find more than prompts.
        (
            &[("p", "x", "", 1), ("", "y", "", 1)],
            &[("", "y", "", 1), ("p", "x", "", 1)],
            (Rule::Label, vec![(0, 1, 0), (1, 0, 1)], vec![], vec![]),
        ),
        // Of equally many the better one.
        (
            &[("p", "x", "1", 1)],
            &[("p", "x", "1", 1)],
            (Rule::Prompt, vec![(0, 0, 0)], vec![], vec![]),
        ),
        (
            &[("", "", "1", 1), ("", "", "2", 1)],
            &[("", "", "2", 1)],
            (Rule::Id, vec![(1, 0, 0)], vec![0], vec![]),
        ),
        // Nothing but the place is left.
        (
            &[("p", "", "1", 1), ("", "", "", 1)],
            &[("q", "", "2", 1)],
            (Rule::Place, vec![(0, 0, 0)], vec![1], vec![]),
        ),
        // An id that is always the same says nothing.
        (
            &[("", "", "z", 1), ("", "", "z", 1)],
            &[("", "", "z", 1), ("", "", "z", 1)],
            (Rule::Place, vec![(0, 0, 0), (1, 1, 1)], vec![], vec![]),
        ),
        (
            &[],
            &[("p", "x", "1", 1)],
            (Rule::Place, vec![], vec![], vec![0]),
        ),
    ];
    for (a, b, expected) in table {
        assert_eq!(grouped(paired(a, b, None)), *expected, "{a:?} {b:?}");
    }
}

#[test]
fn several_answers_to_one_prompt_are_one_unit() {
    // Three choices at once, and three requests of one choice.
    let at_once: &[Row<'_>] = &[("p", "", "1", 3), ("q", "", "2", 1)];
    let apart: &[Row<'_>] = &[
        ("q", "", "3", 1),
        ("p", "", "4", 1),
        ("p", "", "5", 1),
        ("p", "", "6", 1),
    ];
    let expected = vec![(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 0, 1)];
    assert_eq!(
        grouped(paired(at_once, apart, None)),
        (Rule::Prompt, expected, vec![], vec![])
    );
    // By place the choices of a completion stay together.
    assert_eq!(
        paired(
            &[("", "", "", 2), ("", "", "", 1)],
            &[("", "", "", 1), ("", "", "", 2)],
            None
        ),
        (Rule::Place, vec![(0, 0, 0), (2, 1, 1)], vec![1], vec![2])
    );
}

#[test]
fn a_rule_that_is_asked_for_is_kept() {
    let a: &[Row<'_>] = &[("p", "x", "1", 1)];
    let b: &[Row<'_>] = &[("p", "y", "1", 1)];
    let alone = |rule| (rule, vec![], vec![0], vec![0]);
    let together = |rule| (rule, vec![(0, 0, 0)], vec![], vec![]);
    assert_eq!(paired(a, b, Some(Rule::Label)), alone(Rule::Label));
    for rule in [Rule::Prompt, Rule::Id, Rule::Place] {
        assert_eq!(paired(a, b, Some(rule)), together(rule));
    }
    let names = Rule::ALL.map(Rule::name);
    assert_eq!(names, ["prompt", "label", "id", "place"]);
}
