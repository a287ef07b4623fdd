//! `surprisal score`.
use super::{Tiny, near, with_tokenizer};
use crate::analyze::{Place, Ran};
use metrics::num;
use serde_json::Value;

fn score(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["score", "--model", "m"], arguments].concat())
}

#[track_caller]
fn line(place: &Place, file: &str) -> Value {
    let ran = score(place, &["--json", "--tokens", file]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    serde_json::from_str(&ran.out).unwrap()
}

/// The text whose ids transformers has read: every figure follows from its logits.
#[test]
fn figures_of_a_text() {
    let place = with_tokenizer(&[("t.txt", "fjofj")]);
    let found = line(&place, "t.txt");
    let tokens = found["per_token"].as_array().unwrap();
    let recorded = Tiny::new("tiny_gpt2").recorded;
    let ids: Vec<&Value> = tokens.iter().map(|token| &token["id"]).collect();
    assert_eq!(
        ids,
        recorded["input_ids"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(tokens[0]["text"], "f");
    for name in ["logprob", "rank", "entropy"] {
        assert_eq!(tokens[0][name], Value::Null, "{name}");
    }
    let mut sum = 0.0;
    for (token, logits) in tokens[1..]
        .iter()
        .zip(recorded["forward_logits"].as_array().unwrap())
    {
        let logits: Vec<f64> = logits
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        let all = num::log_sum_exp(&logits);
        let own = logits[token["id"].as_u64().unwrap() as usize];
        near(&token["logprob"], own - all, "logprob");
        near(
            &token["entropy"],
            logits.iter().map(|x| (all - x) * num::exp(x - all)).sum(),
            "entropy",
        );
        assert_eq!(
            token["rank"],
            logits.iter().filter(|&&x| x > own).count() + 1
        );
        sum += own - all;
    }
    assert_eq!((&found["tokens"], &found["scored"]), (&5.into(), &4.into()));
    near(&found["perplexity"], num::exp(-sum / 4.0), "perplexity");
    near(
        &found["cross_entropy_bits"],
        -sum / 4.0 / num::LN_2,
        "cross entropy",
    );
    // Four letters of one byte have a value.
    near(
        &found["bits_per_byte"],
        -sum / 4.0 / num::LN_2,
        "bits per byte",
    );
}

/// The model has 64 positions.
#[test]
fn texts_longer_than_the_context() {
    let long = "the sea and the sand\n".repeat(12);
    let place = with_tokenizer(&[("long.txt", &long), ("start.txt", &long[..60])]);
    let (found, start) = (line(&place, "long.txt"), line(&place, "start.txt"));
    let tokens = found["per_token"].as_array().unwrap();
    assert!(tokens.len() > 190, "{}", tokens.len());
    assert!(tokens[1..].iter().all(|token| token["logprob"].is_f64()));
    let text: String = tokens
        .iter()
        .map(|token| token["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, long);
    // The first window is what a short text is.
    let start = start["per_token"].as_array().unwrap();
    for (a, b) in tokens.iter().zip(start).skip(1) {
        near(
            &a["logprob"],
            b["logprob"].as_f64().unwrap(),
            "first window",
        );
    }
}

#[test]
fn what_people_read() {
    let place = with_tokenizer(&[("t.txt", "fjofj"), ("empty.txt", "")]);
    let ran = score(&place, &["t.txt", "empty.txt", "none.txt"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        ran.err,
        "surprisal: cannot read none.txt: No such file or directory (os error 2)\n"
    );
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0], "t.txt");
    assert_eq!(
        lines[1],
        "  Tokens                      5, 1 without a value"
    );
    assert!(
        lines[2].starts_with("  Perplexity                  "),
        "{}",
        ran.out
    );
    assert_eq!(
        lines[5..],
        [
            "empty.txt",
            "  Tokens                      0",
            "  Perplexity                  —",
            "  Cross entropy per token     —",
            "  Cross entropy per byte      —"
        ]
    );
    let ran = score(&place, &["--tokens", "t.txt"]);
    assert!(ran.out.contains("        id      logprob     rank    entropy  text\n         5            —        —          —  f\n"), "{}", ran.out);
    let ran = place.with_input(&["score", "--model", "m", "--json", "-"], "fjofj");
    assert_eq!(ran.status, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&ran.out).unwrap()["tokens"],
        5
    );
}

#[test]
fn models_that_do_not_score() {
    let place = Place::with(&[("t.txt", "a")]);
    for (name, expected) in [
        (
            "tiny_gpt2",
            "surprisal: the model has no tokenizer.json, which texts need\n",
        ),
        (
            "none",
            "surprisal: there is no none; a model is a directory with config.json and its weights as *.safetensors, as save_pretrained() writes it, or a GGUF file\n",
        ),
    ] {
        let path = match name {
            "none" => name.to_owned(),
            name => Tiny::new(name).path,
        };
        let ran = place.program(&["score", "--model", &path, "t.txt"]);
        assert_eq!((ran.status, ran.err.as_str()), (Some(1), expected));
    }
}
