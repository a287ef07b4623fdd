//! The sampling lab against exact values of the whole vocabulary.
use analysis::lab::{
    Assumptions, Fate, Figure, Recorded, Settings, Step, estimate, estimate_at,
    likely_log_partition, log_partition, replay, step_at,
};
use metrics::num;
use serde::Deserialize;

const VOCABULARY: Option<u64> = Some(49_152);
const TEMPERATURES: [f64; 7] = [0.25, 0.5, 0.7, 0.8, 1.2, 1.5, 2.0];
const RAW: Assumptions = Assumptions {
    recorded: Recorded::Raw,
    vocabulary: VOCABULARY,
};

#[derive(Deserialize)]
struct Position {
    config: String,
    listed: Vec<f64>,
    written: f64,
    at: Option<usize>,
    sampling: f64,
    nucleus: [f64; 4],
    lnz: [f64; 7],
}

fn positions() -> serde_json::Result<Vec<Position>> {
    serde_json::from_str(include_str!("data/smollm2_exact.json"))
}

fn inside(figure: Figure, value: f64, slack: f64) -> bool {
    let ends = figure.ends();
    ends.is_some_and(|(lower, upper)| lower - slack <= value && value <= upper + slack)
}

impl Position {
    /// The list cut to `k`, the written token outside of it, its place.
    fn cut(&self, k: usize) -> (&[f64], Option<f64>, usize) {
        let listed = &self.listed[..k.min(self.listed.len())];
        match self.at.filter(|at| *at < listed.len()) {
            Some(at) => (listed, None, at),
            None => (listed, Some(self.written), listed.len()),
        }
    }
}

#[test]
fn the_partition_lies_in_its_interval() {
    for position in positions().unwrap() {
        for k in [1, 5, 20] {
            let (listed, outside, _) = position.cut(k);
            for (temperature, exact) in TEMPERATURES.into_iter().zip(position.lnz) {
                let found = log_partition(listed, outside, 1.0 / temperature, VOCABULARY).unwrap();
                assert!(
                    inside(found, exact, 2e-4),
                    "K {k}, T {temperature}: {exact} is not in {found:?}"
                );
            }
        }
    }
}

/// The guess lies in the interval, and misses by a small part of what leaving the tail out misses by.
#[test]
fn the_guess_is_closer_than_the_list_alone() {
    let all = positions().unwrap();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    for (nth, temperature) in TEMPERATURES.into_iter().enumerate() {
        let power = 1.0 / temperature;
        let (mut guessed, mut dropped) = (Vec::new(), Vec::new());
        for position in &all {
            let (listed, outside, _) = position.cut(20);
            let exact = position.lnz[nth];
            let likely = likely_log_partition(listed, outside, power, 49_152).unwrap();
            let bounds = log_partition(listed, outside, power, VOCABULARY).unwrap();
            assert!(
                inside(bounds, likely, 1e-9),
                "T {temperature}: {likely} is not in {bounds:?}"
            );
            let known = listed.iter().copied().chain(outside);
            let list: f64 = known.map(|l| num::exp(l * power)).sum();
            guessed.push((likely - exact).abs());
            dropped.push((num::ln(list) - exact).abs());
        }
        let (guessed, dropped) = (median(guessed), median(dropped));
        assert!(
            guessed < 2e-4 || guessed < dropped / 2.0,
            "T {temperature}: {guessed} against {dropped}"
        );
    }
}

#[test]
fn guesses_are_made_where_there_are_only_bounds() {
    let one = |logprob: f64, chosen| completions::Alternative {
        bytes: vec![b'a' + u8::from(chosen)],
        token: String::new(),
        logprob: Some(logprob),
        chosen,
    };
    let token = completions::TokenDetail {
        bytes: b"b".to_vec(),
        id: None,
        logprob: num::ln(0.25),
        status: metrics::Status::Scored,
        alternatives: vec![one(num::ln(0.5), false), one(num::ln(0.25), true)],
        chosen_is_listed: true,
    };
    let hot = Settings {
        temperature: 2.0,
        ..Settings::default()
    };
    let found = estimate_at(&token, &hot, &RAW).unwrap();
    let (step, place) = step_at(&token, &hot, &RAW).unwrap();
    for (guess, bounds) in found.tokens.iter().zip(&step.tokens) {
        assert!(inside(bounds.after, *guess, 1e-12), "{guess} {bounds:?}");
    }
    assert!(inside(step.something_else, found.something_else, 1e-12));
    assert!((num::exp(found.logprob) - found.tokens[place]).abs() < 1e-12);
    let detail = completions::SequenceDetail {
        tokens: vec![token.clone(), token.clone()],
        ..Default::default()
    };
    let both = estimate(&detail, &hot, &RAW).unwrap();
    assert!((both - 2.0 * found.logprob).abs() < 1e-12);
    for (settings, assumptions) in [
        (Settings::default(), RAW),
        (Settings { top_k: 1, ..hot }, RAW),
        (Settings { top_p: 0.9, ..hot }, RAW),
        (Settings { min_p: 0.1, ..hot }, RAW),
        (
            Settings {
                temperature: 0.0,
                ..hot
            },
            RAW,
        ),
        (hot, Assumptions::default()),
    ] {
        assert_eq!(estimate_at(&token, &settings, &assumptions), None);
        assert_eq!(estimate(&detail, &settings, &assumptions), None);
    }
}

#[test]
fn the_size_of_the_nucleus_lies_in_its_interval() {
    let mut exact = 0;
    for position in positions().unwrap() {
        for k in [1, 5, 20] {
            let (listed, outside, _) = position.cut(k);
            for (top_p, size) in [0.5, 0.9, 0.95, 0.99].into_iter().zip(position.nucleus) {
                let settings = Settings {
                    top_p,
                    ..Settings::default()
                };
                let step = Step::new(listed, outside, &settings, &RAW).unwrap();
                exact += usize::from(matches!(step.nucleus, Figure::Exact(_)));
                assert!(
                    inside(step.nucleus, size, 0.0),
                    "K {k}, top_p {top_p}: {size} is not in {:?}",
                    step.nucleus
                );
            }
        }
    }
    assert!(exact > 500, "only {exact} are exact");
}

#[test]
fn what_was_drawn_was_possible_with_the_probability_that_it_had() {
    let mut checked = 0;
    for position in positions().unwrap() {
        let (temperature, top_k, top_p) = match position.config.as_str() {
            "t0.7-p.95" => (0.7, 0, 0.95),
            "t1.0" => (1.0, 0, 1.0),
            "t1.4-k50" => (1.4, 50, 1.0),
            "greedy" => (0.0, 0, 1.0),
            _ => continue,
        };
        let settings = Settings {
            temperature,
            top_k,
            top_p,
            min_p: 0.0,
        };
        for k in [1, 5, 20] {
            let (listed, outside, place) = position.cut(k);
            let step = Step::new(listed, outside, &settings, &RAW).unwrap();
            let written = step.tokens[place];
            assert_ne!(written.fate, Fate::Cut, "K {k}, {}", position.config);
            let exact = num::exp(position.sampling);
            assert!(
                inside(written.after, exact, 1e-4 * exact + 1e-6),
                "K {k}, {}: {exact} is not in {:?}",
                position.config,
                written.after
            );
            checked += 1;
        }
    }
    assert!(checked > 300, "only {checked} were checked");
}

#[test]
fn classes() {
    let listed = [num::ln(0.5), num::ln(0.3), num::ln(0.1)];
    let close =
        |figure: Figure, to: f64| matches!(figure, Figure::Exact(v) if (v - to).abs() < 1e-12);
    let of = |settings| Step::new(&listed, None, &settings, &RAW).unwrap();
    let plain = Settings::default();
    assert!(close(of(plain).tokens[1].after, 0.3));
    let two = of(Settings { top_k: 2, ..plain });
    assert!(close(two.tokens[0].after, 0.625));
    assert_eq!(two.tokens[2].fate, Fate::Cut);
    assert_eq!(two.something_else, Figure::Exact(0.0));
    let nucleus = of(Settings {
        top_p: 0.7,
        ..plain
    });
    assert_eq!(nucleus.nucleus, Figure::Exact(2.0));
    assert!(close(nucleus.tokens[1].after, 0.375));
    let floor = of(Settings {
        min_p: 0.25,
        ..plain
    });
    assert_eq!(floor.nucleus, Figure::Exact(2.0));
    let hot = of(Settings {
        temperature: 2.0,
        ..plain
    });
    assert!(matches!(hot.tokens[0].after, Figure::Bounded { .. }));
    // Values that were already scaled by the same temperature stay as they are.
    let scaled = Assumptions {
        recorded: Recorded::Scaled(2.0),
        ..RAW
    };
    let same = Settings {
        temperature: 2.0,
        ..plain
    };
    let step = Step::new(&listed, None, &same, &scaled).unwrap();
    assert!(close(step.tokens[0].after, 0.5));
    assert_eq!(Step::new(&[], None, &plain, &RAW), None);
}

/// Without the size of the vocabulary a text has no least probability at a higher temperature; it has a greatest one.
#[test]
fn an_unknown_vocabulary_leaves_the_lower_end_open() {
    let token = |logprob: f64| completions::TokenDetail {
        bytes: b"a".to_vec(),
        id: None,
        logprob,
        status: metrics::Status::Scored,
        alternatives: vec![completions::Alternative {
            bytes: b"a".to_vec(),
            token: "a".into(),
            logprob: Some(logprob),
            chosen: true,
        }],
        chosen_is_listed: true,
    };
    let detail = completions::SequenceDetail {
        tokens: vec![token(-0.5), token(-0.25)],
        ..Default::default()
    };
    let hot = Settings {
        temperature: 2.0,
        ..Settings::default()
    };
    let found = replay(&detail, &hot, &Assumptions::default()).logprob;
    let Figure::Bounded {
        lower,
        upper: Some(upper),
    } = found
    else {
        panic!("{found:?}")
    };
    assert_eq!(lower, f64::NEG_INFINITY);
    assert!(upper < 0.0, "{upper}");
}
