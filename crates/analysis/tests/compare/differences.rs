//! Differences over all pairs, and how sure they are.
use super::runs::{Answer, Asked, Run, Token, compare};
use analysis::compare::{Difference, Measure, bits_per_byte};
use metrics::num::{LN_2, exp, sqrt};

/// An answer of so many bytes in one token each, all with this value.
fn answer(bytes: usize, logprob: f64) -> Answer {
    let token: Token<'_> = (b"x", logprob, &[]);
    Answer::new(&vec![token; bytes])
}

fn find(all: &[Difference], measure: Measure) -> Difference {
    *all.iter().find(|one| one.measure == measure).unwrap()
}

#[test]
fn by_hand() {
    let a = Run::of([answer(1, -0.5), answer(3, -2.0)]);
    let b = Run::of([answer(2, -1.0), answer(4, -0.25)]);
    let all = compare(&a, &b).differences;
    let table = [
        (
            Measure::Perplexity,
            (exp(0.5) + exp(2.0)) / 2.0,
            (exp(1.0) + exp(0.25)) / 2.0,
        ),
        (
            Measure::Probability,
            (exp(-0.5) + exp(-2.0)) / 2.0,
            (exp(-1.0) + exp(-0.25)) / 2.0,
        ),
        // All texts together.
        (Measure::BitsPerByte, 6.5 / LN_2 / 4.0, 3.0 / LN_2 / 6.0),
        (Measure::UncertainShare, 0.75, 0.0),
        (Measure::Tokens, 2.0, 3.0),
        (Measure::Bytes, 2.0, 3.0),
    ];
    assert_eq!(all.len(), table.len());
    for (measure, want_a, want_b) in table {
        let found = find(&all, measure);
        let near = |got: Option<f64>, want: f64| (got.unwrap() - want).abs() < 1e-12;
        assert_eq!(found.pairs, 2, "{measure:?}");
        assert!(near(found.a, want_a) && near(found.b, want_b), "{found:?}");
        assert!(near(found.difference, want_b - want_a), "{found:?}");
        // Two are too few to say how sure that is.
        assert_eq!(found.interval, None);
    }
}

/// A pair takes part where both of its sequences have the value.
#[test]
fn what_is_missing_is_left_out() {
    let missing = Answer::new(&[(b"x", -0.5, &[]), (b"y", -9999.0, &[])]);
    let a = Run::of([missing, answer(2, -1.0), Answer::plain(&[])]);
    let b = Run::of([answer(2, -3.0), answer(2, -2.0), answer(2, -1.0)]);
    let all = compare(&a, &b).differences;
    let bits = find(&all, Measure::BitsPerByte);
    assert_eq!((bits.pairs, bits.a), (1, Some(1.0 / LN_2)));
    assert_eq!(find(&all, Measure::Perplexity).pairs, 2);
    assert_eq!(find(&all, Measure::Bytes).pairs, 3);
    let none = compare(&Run::of([]), &b).differences;
    for one in none {
        assert_eq!(
            (one.pairs, one.a, one.b, one.difference, one.interval),
            (0, None, None, None, None)
        );
    }
    let sequence = &b.import.columns.sequences[0];
    assert!((bits_per_byte(sequence).unwrap() - 3.0 / LN_2).abs() < 1e-12);
    assert_eq!(bits_per_byte(&a.import.columns.sequences[0]), None);
}

/// Values between 0 and 1 that look random.
fn noise(count: usize) -> Vec<f64> {
    let mut state = 7_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    (0..count).map(|_| next()).collect()
}

/// The interval is as wide as the normal approximation says, for few pairs and for so many that they are dealt into groups.
#[test]
fn intervals_have_the_width_of_the_mean() {
    for count in [60, 2500] {
        let values = noise(2 * count);
        let side = |values: &[f64]| Run::of(values.iter().map(|value| answer(1, -0.1 - value)));
        let (a, b) = (side(&values[..count]), side(&values[count..]));
        let all = compare(&a, &b).differences;
        let found = find(&all, Measure::Probability);
        let p = |value: f64| exp(-0.1 - value);
        let changes: Vec<f64> = (0..count)
            .map(|nth| p(values[count + nth]) - p(values[nth]))
            .collect();
        let mean = changes.iter().sum::<f64>() / count as f64;
        let variance = changes
            .iter()
            .map(|change| (change - mean) * (change - mean))
            .sum::<f64>()
            / count as f64;
        let half = 1.96 * sqrt(variance / count as f64);
        let interval = found.interval.unwrap();
        assert!((found.difference.unwrap() - mean).abs() < 1e-9);
        for (got, want) in [(interval.low, mean - half), (interval.high, mean + half)] {
            assert!(
                (got - want).abs() < 0.15 * half,
                "{count}: {got} {want} {half}"
            );
        }
    }
}

/// Answers to one prompt are drawn together: copies of an answer do not make it surer.
#[test]
fn copies_tell_nothing_new() {
    let values = noise(40);
    let run = |copies: usize, values: &[f64]| {
        let asked = |(nth, value): (usize, &f64)| Asked {
            prompt: format!("p{nth}"),
            answers: vec![answer(1, -0.1 - value); copies],
            ..Asked::default()
        };
        let asked: Vec<Asked> = values.iter().enumerate().map(asked).collect();
        Run::new(&asked)
    };
    let found = |copies| {
        let (a, b) = (run(copies, &values[..20]), run(copies, &values[20..]));
        find(&compare(&a, &b).differences, Measure::Probability)
    };
    let (once, thrice) = (found(1), found(3));
    assert_eq!((once.pairs, thrice.pairs), (20, 60));
    let (once, thrice) = (once.interval.unwrap(), thrice.interval.unwrap());
    assert!((once.low - thrice.low).abs() < 1e-12 && (once.high - thrice.high).abs() < 1e-12);
}

/// The samples of one prompt are independent, given the prompt.
#[test]
fn the_answers_to_one_prompt() {
    let values = noise(40);
    let run = |prompt: &str, values: &[f64]| {
        Run::new(&[Asked {
            prompt: prompt.to_owned(),
            answers: values.iter().map(|value| answer(1, -0.1 - value)).collect(),
            ..Asked::default()
        }])
    };
    let apart = |values: &[f64]| Run::of(values.iter().map(|value| answer(1, -0.1 - value)));
    let one = compare(&run("p", &values[..20]), &run("p", &values[20..]));
    let many = compare(&apart(&values[..20]), &apart(&values[20..]));
    assert_eq!((one.units(), many.units()), (1, 20));
    assert!(one.differences[0].interval.is_some());
    assert_eq!(one.differences, many.differences);
}
