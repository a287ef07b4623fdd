//! What holds for all logits and settings.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

mod table;

use decoding::{Candidates, Parameters, Processors, generate};
use proptest::prelude::*;
use table::Table;

fn logits() -> impl Strategy<Value = Vec<f32>> {
    let logit = prop_oneof![
        10 => -12.0_f32..12.0,
        // Coarse values, so that ties occur.
        4 => (-3..3).prop_map(|whole| whole as f32),
        2 => Just(f32::NEG_INFINITY),
        1 => prop::sample::select(vec![f32::MAX, f32::MIN, 0.0, -0.0, 1e-40]),
    ];
    prop::collection::vec(logit, 1..200)
}

prop_compose! {
    fn parameters()(
        (temperature, top_k, top_p, min_p) in (prop_oneof![0.1..3.0, Just(1e-300), Just(1e300)], 0_usize..80, 0.0..=1.0, 0.0..=1.0),
        (typical_p, epsilon_cutoff, eta_cutoff) in (0.01..=1.0, 0.0..0.99, 0.0..0.99),
        (top_h, repetition_penalty, ngram) in (prop::option::of(0.01..=1.0), prop_oneof![0.5..2.0, Just(1e-300), Just(1e300)], 0_usize..3),
        on in any::<u16>(),
    ) -> Parameters {
        let pick = |bit: u32, value: f64| (on >> bit & 1 == 1).then_some(value);
        Parameters {
            do_sample: Some(true),
            temperature: pick(0, temperature),
            top_k: Some(if on >> 1 & 1 == 1 { top_k } else { 0 }),
            top_p: pick(2, top_p),
            min_p: pick(3, min_p),
            typical_p: pick(4, typical_p),
            epsilon_cutoff: pick(5, epsilon_cutoff),
            eta_cutoff: pick(6, eta_cutoff),
            top_h,
            repetition_penalty: pick(7, repetition_penalty),
            no_repeat_ngram_size: Some(if on >> 8 & 1 == 1 { ngram } else { 0 }),
            ..Parameters::default()
        }
    }
}

fn narrow(parameters: &Parameters, ids: &[u32], logits: &[f32]) -> (Vec<f32>, Candidates) {
    let settings = parameters.settings().unwrap();
    let processors = Processors::new(&settings, ids.len());
    let mut scores = logits.to_vec();
    processors.process(ids, &mut scores);
    let processed = scores.clone();
    (processed, processors.narrow(&mut scores))
}

proptest! {
    #[test]
    fn mass_is_one_and_nothing_masked_comes_back(logits in logits(), parameters in parameters()) {
        let (processed, left) = narrow(&parameters, &[0, 3, 5, 3], &logits);
        let possible = processed.iter().filter(|score| **score > f32::NEG_INFINITY).count();
        prop_assert_eq!(left.is_empty(), possible == 0);
        for &id in left.ids() {
            prop_assert!(processed[id as usize] > f32::NEG_INFINITY);
        }
        prop_assert!(left.ids().windows(2).all(|pair| pair[0] < pair[1]));
        if !left.is_empty() {
            prop_assert!((left.probabilities().iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_best_token_survives_all_but_typical_p(logits in logits(), mut parameters in parameters()) {
        parameters.typical_p = None;
        let (processed, left) = narrow(&parameters, &[1], &logits);
        let best = processed.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if best > f32::NEG_INFINITY {
            prop_assert!(left.ids().iter().any(|&id| processed[id as usize] == best));
        }
    }

    #[test]
    fn order_does_not_matter(seeds in prop::collection::btree_set(-2000_i32..2000, 1..120), shift in 0_usize..120, parameters in parameters()) {
        // Distinct scores, and no prompt, whose ids would have to move as well.
        let logits: Vec<f32> = seeds.iter().map(|&n| n as f32 / 100.0).collect();
        let n = logits.len();
        let place = |id: usize| (id * 7919 + shift) % n;
        let mut moved = vec![0.0; n];
        for (id, &logit) in logits.iter().enumerate() {
            moved[place(id)] = logit;
        }
        let (_, one) = narrow(&parameters, &[], &logits);
        let (_, other) = narrow(&parameters, &[], &moved);
        let mut expected: Vec<u32> = one.ids().iter().map(|&id| place(id as usize) as u32).collect();
        expected.sort_unstable();
        prop_assert_eq!(other.ids(), expected);
    }

    #[test]
    fn no_generation_picks_a_masked_token(logits in logits(), mut parameters in parameters(), beams in 1_usize..4, sample: bool, seed: u64) {
        parameters.num_beams = Some(beams);
        parameters.do_sample = Some(sample);
        parameters.seed = Some(seed);
        let eos = (logits.len() as u32 - 1).min(2);
        parameters.eos_token_id = vec![eos];
        parameters.min_new_tokens = Some(3);
        parameters.max_new_tokens = Some(6);
        let answer = generate(&mut Table::constant(&logits), &[0], &parameters).unwrap();
        for sequence in &answer.sequences {
            for (at, token) in sequence.tokens.iter().enumerate() {
                prop_assert!(logits[token.id as usize] > f32::NEG_INFINITY);
                prop_assert!(token.id != eos || at >= 3);
                prop_assert!(token.logprob <= 1e-6 && !token.processed.is_nan());
            }
            prop_assert!(sequence.tokens.len() <= 6);
        }
    }
}
