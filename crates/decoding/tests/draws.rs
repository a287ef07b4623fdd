//! Draws follow the probabilities: chi-square against exact ones, with fixed seeds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

mod table;

use decoding::{Parameters, Processors, generate};
use metrics::num;
use std::collections::BTreeMap;
use table::Table;

const LOGITS: [f32; 6] = [1.5, 0.2, -0.4, 2.0, f32::NEG_INFINITY, 0.9];
const DRAWS: usize = 20_000;

/// Exceeded once in a million right generators, by degrees of freedom 1 to 9; the seeds are fixed.
const LIMITS: [f64; 9] = [23.9, 27.6, 30.7, 33.4, 35.9, 38.3, 40.5, 42.7, 44.8];

fn chi_square<K: Ord + std::fmt::Debug>(counts: &BTreeMap<K, usize>, expected: &BTreeMap<K, f64>) {
    let n = counts.values().sum::<usize>() as f64;
    assert!(
        (expected.values().sum::<f64>() - 1.0).abs() < 1e-9,
        "{expected:?}"
    );
    for key in counts.keys() {
        assert!(
            expected.get(key).is_some_and(|p| *p > 0.0),
            "{key:?} is impossible"
        );
    }
    let sum: f64 = expected
        .iter()
        .map(|(key, p)| {
            let difference = counts.get(key).copied().unwrap_or(0) as f64 - n * p;
            difference * difference / (n * p)
        })
        .sum();
    let limit = LIMITS[expected.len().saturating_sub(2).min(LIMITS.len() - 1)];
    assert!(sum < limit, "{sum}: {counts:?} for {expected:?}");
}

fn told(settings: &str) -> Parameters {
    let mut parameters = Parameters::default();
    for (name, value) in settings.split(' ').filter_map(|one| one.split_once('=')) {
        parameters.set(name, value).unwrap();
    }
    parameters
}

#[test]
fn samples_follow_the_processed_distribution() {
    for settings in [
        "",
        "temperature=0.6",
        "top_k=3",
        "top_p=0.8",
        "min_p=0.2 temperature=1.4",
        "typical_p=0.6",
    ] {
        let parameters = told(&format!(
            "do_sample=true max_new_tokens=1 seed=5 num_return_sequences={DRAWS} {settings}"
        ));
        let answer = generate(&mut Table::constant(&LOGITS), &[0], &parameters).unwrap();
        let mut counts = BTreeMap::new();
        let in_force = parameters.settings().unwrap();
        let left = Processors::new(&in_force, 1).narrow(&mut LOGITS.to_vec());
        let expected: BTreeMap<u32, f64> = left
            .ids()
            .iter()
            .copied()
            .zip(left.probabilities())
            .collect();
        for sequence in &answer.sequences {
            let token = &sequence.tokens[0];
            assert!((num::exp(f64::from(token.processed)) - expected[&token.id]).abs() < 1e-6);
            *counts.entry(token.id).or_insert(0) += 1;
        }
        chi_square(&counts, &expected);
        assert_eq!(answer.drawn, Some((5, "splitmix64/1")));
    }
}

#[test]
fn tokens_of_one_sequence_are_independent() {
    let parameters = told(&format!("do_sample=true max_new_tokens={DRAWS} seed=9"));
    let answer = generate(&mut Table::constant(&[0.0, 0.5, -0.5]), &[0], &parameters).unwrap();
    let weights = [1.0, num::exp(0.5), num::exp(-0.5)];
    let total: f64 = weights.iter().sum();
    let mut counts = BTreeMap::new();
    for pair in answer.sequences[0].ids().chunks_exact(2) {
        *counts.entry((pair[0], pair[1])).or_insert(0) += 1;
    }
    let p = |id: u32| weights[id as usize] / total;
    let expected = (0..9)
        .map(|n| ((n / 3, n % 3), p(n / 3) * p(n % 3)))
        .collect();
    chi_square(&counts, &expected);
}

#[test]
fn beam_sampling_draws_without_replacement() {
    // One step of two beams draws 4 of 4 candidates; the first two of the draws finish, the likelier of them is first.
    let logits = [0.3_f32, 1.0, -0.2, 0.6];
    let weights: Vec<f64> = logits.iter().map(|&x| num::exp(f64::from(x))).collect();
    let total: f64 = weights.iter().sum();
    let (mut counts, mut expected) = (BTreeMap::new(), BTreeMap::new());
    for seed in 0..DRAWS {
        let parameters = told(&format!(
            "do_sample=true num_beams=2 num_return_sequences=2 max_new_tokens=1 seed={seed}"
        ));
        let answer = generate(&mut Table::constant(&logits), &[0], &parameters).unwrap();
        assert!(answer.sequences[0].score >= answer.sequences[1].score);
        let mut both = [answer.sequences[0].ids()[0], answer.sequences[1].ids()[0]];
        both.sort_unstable();
        *counts.entry(both).or_insert(0) += 1;
    }
    for a in 0..4_u32 {
        for b in (0..4_u32).filter(|&b| b != a) {
            let (first, second) = (
                weights[a as usize] / total,
                weights[b as usize] / (total - weights[a as usize]),
            );
            *expected.entry([a.min(b), a.max(b)]).or_insert(0.0) += first * second;
        }
    }
    chi_square(&counts, &expected);
}

#[test]
fn a_seed_repeats_its_draws_and_sequences_do_not_depend_on_their_number() {
    let write = |settings: &str| {
        let parameters = told(&format!("do_sample=true {settings}"));
        let answer = generate(&mut Table::constant(&LOGITS), &[0], &parameters).unwrap();
        answer
            .sequences
            .iter()
            .map(decoding::Sequence::ids)
            .collect::<Vec<_>>()
    };
    assert_eq!(write("seed=4"), write("seed=4"));
    assert_ne!(write("seed=4"), write("seed=5"));
    assert_eq!(
        write("seed=4")[0],
        write("seed=4 num_return_sequences=3")[0]
    );
    let three = write("seed=4 num_return_sequences=3");
    assert!(three[0] != three[1] && three[1] != three[2]);
}
