//! Every figure against the reference vectors.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]
mod figures;

use figures::{Figure, VECTORS, of_case};
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds that nothing in the house needs yet.
const KINDS_LEFT_OUT: [&str; 3] = ["choices", "calibration", "full_vocab"];

/// Expected values that are no targets: what other tools return for the same input, and the one that needs zlib.
const NAMES_LEFT_OUT: [&str; 29] = [
    "lib_deepconf_bottom10_w4",
    "lib_deepconf_confs",
    "lib_deepconf_lowest_group_w4",
    "lib_deepconf_mean",
    "lib_deepconf_tail4",
    "lib_lm_eval_bits_per_byte",
    "lib_lm_eval_byte_perplexity",
    "lib_lm_eval_perplexity_of_summed_lls",
    "lib_lm_eval_weighted_perplexity_tokens",
    "lib_lm_eval_word_perplexity",
    "lib_polygraph_mean_token_entropy",
    "lib_polygraph_msp",
    "lib_polygraph_perplexity_is_mean_nll",
    "lib_polygraph_self_certainty",
    "lib_polygraph_token_entropy_partial",
    "lib_uqlm_mean_token_negentropy",
    "lib_uqlm_min_probability",
    "lib_uqlm_min_token_negentropy",
    "lib_uqlm_normalized_probability",
    "lib_uqlm_probability_margin",
    "lib_uqlm_sequence_probability",
    "lm_eval_note",
    "lm_eval_word_count",
    "sem_radicalbit_perplex_tot_mean",
    "sem_radicalbit_perplexity_f32",
    "sem_radicalbit_pooled_perplexity",
    "sem_radicalbit_probability_f32",
    "sem_torchmetrics",
    "sem_whisper_compression_ratio",
];

#[test]
fn every_vector() {
    let vectors: Value = serde_json::from_slice(VECTORS).unwrap();
    let tolerances = &vectors["conventions"]["tolerance"];
    let (mut checked, mut faults) = (0, Vec::new());
    let mut skipped = BTreeMap::new();
    for case in vectors["cases"].as_array().unwrap() {
        let (id, kind) = (case["id"].as_str().unwrap(), case["kind"].as_str().unwrap());
        let Some(figures) = of_case(case) else {
            assert!(
                KINDS_LEFT_OUT.contains(&kind),
                "{id}: nobody knows the kind {kind}"
            );
            continue;
        };
        let figures: BTreeMap<String, Figure> = figures.into_iter().collect();
        for (name, expected) in flat(&case["expected"]) {
            let Some(got) = figures.get(&name) else {
                assert!(
                    NAMES_LEFT_OUT.contains(&name.as_str()),
                    "{id}: nobody computes {name}"
                );
                *skipped.entry(name).or_insert(0) += 1;
                continue;
            };
            let tolerance = tolerance(tolerances, expected["src"].as_str().unwrap());
            checked += 1;
            if !equal(got, &expected["v"], tolerance) {
                faults.push(format!(
                    "{id} {name}: got {got:?}, expected {}",
                    expected["v"]
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(
        checked, 1015,
        "so many values are compared; a change of this number has to be meant"
    );
    assert_eq!(
        skipped.len(),
        NAMES_LEFT_OUT.len(),
        "a name that no vector has need not be left out: {skipped:?}"
    );
}

/// Expected values by name, those of positions as `positions.3.rank`.
fn flat(expected: &Value) -> Vec<(String, &Value)> {
    let mut out = Vec::new();
    for (name, value) in expected.as_object().unwrap() {
        match value.as_array() {
            None => out.push((name.clone(), value)),
            Some(positions) => {
                for (at, position) in positions.iter().enumerate() {
                    let figures = position.as_object().unwrap();
                    out.extend(
                        figures
                            .iter()
                            .map(|(figure, value)| (format!("{name}.{at}.{figure}"), value)),
                    );
                }
            }
        }
    }
    out
}

fn tolerance(tolerances: &Value, source: &str) -> f64 {
    let family = source
        .split(':')
        .next()
        .map(|family| format!("{family}:*"))
        .unwrap();
    match source {
        "policy" => 0.0,
        _ => [source, &family]
            .iter()
            .find_map(|name| tolerances[*name].as_f64())
            .unwrap_or(1e-9),
    }
}

fn equal(got: &Figure, want: &Value, tolerance: f64) -> bool {
    let close = |got: f64, want: f64| (got - want).abs() <= tolerance * want.abs().max(1.0);
    match (got, want) {
        (Figure::Undefined, Value::Null) => true,
        (Figure::Infinite, Value::String(text)) => text == "inf",
        (Figure::Flag(got), Value::Bool(want)) => got == want,
        (Figure::Number(got), Value::Number(want)) => close(*got, want.as_f64().unwrap()),
        (Figure::List(got), Value::Array(want)) => {
            got.len() == want.len()
                && got
                    .iter()
                    .zip(want)
                    .all(|(got, want)| close(*got, want.as_f64().unwrap()))
        }
        _ => false,
    }
}
