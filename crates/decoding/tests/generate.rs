//! All runs of the tiny models against transformers: sequences exactly, scores within 1e-5.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

mod tiny;

use decoding::{Finish, Generation, Parameters, generate};
use metrics::num;
use serde_json::Value;
use tiny::{Tiny, ids};

/// The models, with the tolerance of what they compute. tiny_flan_t5 has logits up to 41 behind gated layers: its
/// recorded logits differ from an exact evaluation by 4e-5 already, before anything is decoded.
const MODELS: [(&str, f64); 6] = [
    ("tiny_llama", 1e-5),
    ("tiny_qwen2", 1e-5),
    ("tiny_gpt2", 1e-5),
    ("tiny_t5", 1e-5),
    ("tiny_flan_t5", 5e-5),
    ("tiny_bart", 1e-5),
];

#[test]
fn the_tiny_models_give_the_recorded_logits() {
    for (name, tolerance) in MODELS {
        let tiny = Tiny::load(name);
        let fed = if tiny.is_encoder_decoder() {
            &tiny.recorded["decoder_input_ids"]
        } else {
            &tiny.recorded["input_ids"]
        };
        let found = tiny.forward(&ids(fed));
        let expected = tiny.recorded["forward_logits"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(expected) {
            near(name, found, &numbers(expected), tolerance);
        }
    }
}

#[test]
fn all_runs_of_transformers() {
    let mut runs = 0;
    for (name, tolerance) in MODELS {
        let mut tiny = Tiny::load(name);
        let (prompt, recorded) = (tiny.prompt(), tiny.recorded.clone());
        for run in recorded["runs"].as_array().unwrap() {
            let case = format!("{name} {}", run["params"]);
            let answer = generate(&mut tiny, &prompt, &parameters(run, &recorded)).unwrap();
            compare(&case, run, &answer, &prompt, &recorded, tolerance);
            adds_up(&case, &answer, run);
            runs += 1;
        }
    }
    assert_eq!(runs, 192);
}

fn parameters(run: &Value, recorded: &Value) -> Parameters {
    let mut parameters = Parameters::default();
    parameters.set("max_new_tokens", "14").unwrap();
    parameters
        .set("eos_token_id", &recorded["eos"].to_string())
        .unwrap();
    for (name, value) in run["params"].as_object().unwrap() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        parameters.set(name, &text).unwrap();
    }
    parameters
}

fn compare(
    case: &str,
    run: &Value,
    answer: &Generation,
    prompt: &[u32],
    recorded: &Value,
    tolerance: f64,
) {
    let eos = recorded["eos"].as_u64().unwrap() as u32;
    let expected: Vec<Vec<u32>> = run["sequences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| cut(&ids(s), prompt.len(), eos))
        .collect();
    let found: Vec<Vec<u32>> = answer
        .sequences
        .iter()
        .map(|s| [prompt, s.ids().as_slice()].concat())
        .collect();
    assert_eq!(found, expected, "{case}");
    for sequence in &answer.sequences {
        let ended = if sequence.ids().last() == Some(&eos) {
            Finish::Eos
        } else {
            Finish::Length
        };
        assert_eq!(sequence.finish, ended, "{case}");
    }
    let values = |pick: fn(&decoding::Token) -> f32| -> Vec<Vec<f64>> {
        let sequences = answer.sequences.iter();
        sequences
            .map(|s| s.tokens.iter().map(|t| f64::from(pick(t))).collect())
            .collect()
    };
    if let Some(expected) = run["token_logprobs"].as_array() {
        assert_eq!(run["sequences"].as_array().unwrap().len(), 1);
        let expected: Vec<f64> = expected.iter().filter_map(Value::as_f64).collect();
        near(case, &values(|t| t.logprob)[0], &expected, tolerance);
        return;
    }
    let scores: Vec<f64> = answer
        .sequences
        .iter()
        .map(|s| f64::from(s.score.unwrap()))
        .collect();
    near(case, &scores, &numbers(&run["sequences_scores"]), tolerance);
    for (found, expected) in values(|t| t.processed)
        .iter()
        .zip(run["transition_scores"].as_array().unwrap())
    {
        near(case, found, &numbers(expected)[..found.len()], tolerance);
    }
}

/// The score of a beam is the sum of its tokens over a power of its length, whatever the model computes.
fn adds_up(case: &str, answer: &Generation, run: &Value) {
    let penalty = run["params"]["length_penalty"].as_f64().unwrap_or(1.0);
    for sequence in &answer.sequences {
        if let Some(score) = sequence.score {
            let sum: f64 = sequence.tokens.iter().map(|t| f64::from(t.processed)).sum();
            let expected = sum / num::pow(sequence.tokens.len() as f64, penalty);
            near(case, &[f64::from(score)], &[expected], 1e-6);
        }
    }
}

/// Without what is padded after the end.
fn cut(ids: &[u32], prompt: usize, eos: u32) -> Vec<u32> {
    let end = ids.iter().skip(prompt).position(|&id| id == eos);
    ids[..end.map_or(ids.len(), |at| prompt + at + 1)].to_vec()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

/// Relative above 1: with a length_penalty of -1 scores are totals times lengths, beyond what single precision holds.
fn near(case: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{case}");
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "{case}: {found:?} instead of {expected:?}"
        );
    }
}
