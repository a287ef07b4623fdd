//! The runs of the tiny models against transformers: sequences exactly, scores as far as single precision goes.
use crate::tiny::{MODELS, Tiny, folder, ids, numbers};
use candle_core::Device;
use decoding::{Finish, Generation, Parameters, generate};
use engine::{Memory, Model, Session};
use metrics::num;
use serde_json::Value;
use std::sync::Arc;

#[test]
fn logits_of_every_position() {
    for (name, tolerance) in MODELS {
        let tiny = Tiny::load(name);
        let fed = tiny.fed();
        let mut found = Vec::new();
        let mut session = Session::new(&tiny.model, &tiny.input()).unwrap();
        session
            .read(&fed, |logits| {
                found.push(logits.to_vec());
                true
            })
            .unwrap();
        let expected = tiny.recorded["forward_logits"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(expected) {
            near(name, found.iter().copied(), &numbers(expected), tolerance);
        }
    }
}

/// Token by token through the cache, and in pieces of any size, the logits are those of reading at once.
#[test]
fn the_cache_changes_nothing() {
    for (name, tolerance) in MODELS {
        let tiny = Tiny::load(name);
        let text: Vec<u32> = (0..24).map(|at| (at * 7 + 3) % 32).collect();
        let read = |pieces: &[usize]| {
            let mut session = Session::new(&tiny.model, &tiny.input()).unwrap();
            let (mut found, mut from) = (Vec::new(), 0);
            for size in pieces {
                session
                    .read(&text[from..from + size], |logits| {
                        found.extend(logits.to_vec());
                        true
                    })
                    .unwrap();
                from += size;
            }
            found
        };
        let whole: Vec<f64> = read(&[24]).into_iter().map(f64::from).collect();
        for pieces in [&[1; 24][..], &[1, 23], &[23, 1], &[5, 1, 9, 1, 1, 7]] {
            near(
                &format!("{name} {pieces:?}"),
                read(pieces).into_iter(),
                &whole,
                tolerance,
            );
        }
    }
}

#[test]
fn all_runs_of_transformers() {
    let mut runs = 0;
    for (name, tolerance) in MODELS {
        let tiny = Tiny::load(name);
        let mut session = Session::new(&tiny.model, &tiny.input()).unwrap();
        for run in tiny.recorded["runs"].as_array().unwrap() {
            let case = format!("{name} {}", run["params"]);
            let answer = generate(&mut session, &tiny.prompt(), &parameters(run, &tiny)).unwrap();
            compare(&case, run, &answer, &tiny, tolerance);
            runs += 1;
        }
    }
    assert_eq!(runs, 32 * MODELS.len());
}

fn parameters(run: &Value, tiny: &Tiny) -> Parameters {
    let mut parameters = Parameters {
        max_new_tokens: Some(14),
        eos_token_id: tiny.model.eos().to_vec(),
        ..Parameters::default()
    };
    for (name, value) in run["params"].as_object().unwrap() {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        parameters.set(name, &text).unwrap();
    }
    parameters
}

fn compare(case: &str, run: &Value, answer: &Generation, tiny: &Tiny, tolerance: f64) {
    let (prompt, eos) = (tiny.prompt(), tiny.model.eos()[0]);
    let recorded = run["sequences"].as_array().unwrap().iter();
    let expected: Vec<Vec<u32>> = recorded.map(|s| cut(&ids(s), prompt.len(), eos)).collect();
    let found: Vec<Vec<u32>> = answer
        .sequences
        .iter()
        .map(|s| [prompt.as_slice(), &s.ids()].concat())
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
    if let Some(expected) = run["token_logprobs"].as_array() {
        let expected: Vec<f64> = expected.iter().filter_map(Value::as_f64).collect();
        let tokens = answer.sequences[0].tokens.iter();
        near(
            case,
            tokens.map(|token| token.logprob),
            &expected,
            tolerance,
        );
        return;
    }
    let scores = answer.sequences.iter().map(|s| s.score.unwrap());
    near(case, scores, &numbers(&run["sequences_scores"]), tolerance);
    for (sequence, expected) in answer
        .sequences
        .iter()
        .zip(run["transition_scores"].as_array().unwrap())
    {
        let expected = &numbers(expected)[..sequence.tokens.len()];
        let tokens = sequence.tokens.iter();
        near(
            case,
            tokens.map(|token| token.processed),
            expected,
            tolerance,
        );
    }
}

/// Without what is padded after the end.
fn cut(ids: &[u32], prompt: usize, eos: u32) -> Vec<u32> {
    let end = ids.iter().skip(prompt).position(|&id| id == eos);
    ids[..end.map_or(ids.len(), |at| prompt + at + 1)].to_vec()
}

/// Relative above 1: with a length_penalty of -1 scores are totals times lengths, beyond what single precision holds.
#[track_caller]
fn near(case: &str, found: impl Iterator<Item = f32>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.map(f64::from).collect();
    assert_eq!(found.len(), expected.len(), "{case}");
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "{case}: {found:?} instead of {expected:?}"
        );
    }
}

/// Embeddings that are tied and those that are written out twice give the same logits; whether the last states are
/// scaled is a setting of its own, and in older files follows from being tied.
#[test]
fn tied_and_untied_t5() {
    let tiny = Tiny::load("tiny_t5");
    let weights = folder("tiny_t5").join("model.safetensors");
    let mut weights = candle_core::safetensors::load(weights, &Device::Cpu).unwrap();
    weights.insert(
        "lm_head.weight".to_owned(),
        weights["shared.weight"].copy().unwrap(),
    );
    let config = std::fs::read(folder("tiny_t5").join("config.json")).unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    let scale = 1.0 / num::sqrt(config["d_model"].as_f64().unwrap());
    for (scaled, tied, factor) in [
        (Value::from(false), Value::from(true), 1.0),
        (Value::Null, Value::from(false), 1.0),
        (Value::Null, Value::from(true), scale),
        (Value::Null, Value::Null, scale),
        (Value::from(true), Value::from(false), scale),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config.clone();
        let case = format!("scaled {scaled}, tied {tied}");
        config["scale_decoder_outputs"] = scaled;
        config["tie_word_embeddings"] = tied;
        std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
        candle_core::safetensors::save(&weights, dir.path().join("model.safetensors")).unwrap();
        let model = Arc::new(Model::load(dir.path(), Memory::free()).unwrap());
        let mut session = Session::new(&model, &tiny.input()).unwrap();
        let mut rows = tiny.recorded["forward_logits"].as_array().unwrap().iter();
        session
            .read(&tiny.fed(), |logits| {
                let expected: Vec<f64> = numbers(rows.next().unwrap())
                    .iter()
                    .map(|x| x * factor)
                    .collect();
                near(&case, logits.iter().copied(), &expected, 3e-5);
                true
            })
            .unwrap();
    }
}
