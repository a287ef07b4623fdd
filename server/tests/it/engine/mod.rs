//! `surprisal generate` and `surprisal score` as processes, on the tiny models of the decoding vectors.
mod generate;
mod hub;
mod score;
mod served;
mod sweep;

use crate::analyze::{Place, workspace};
use serde_json::{Value, json};
use std::fs;

/// A tiny model, and what transformers made of it.
pub(crate) struct Tiny {
    pub(crate) path: String,
    pub(crate) recorded: Value,
}

impl Tiny {
    pub(crate) fn new(name: &str) -> Self {
        let folder = workspace(&format!("crates/decoding/tests/vectors/{name}"));
        let recorded = fs::read(folder.join("generate.json")).unwrap();
        Self {
            path: folder.to_str().unwrap().to_owned(),
            recorded: serde_json::from_slice(&recorded).unwrap(),
        }
    }

    /// As an argument.
    pub(crate) fn input(&self) -> String {
        let ids = self.recorded["input_ids"].as_array().unwrap().iter();
        ids.map(Value::to_string).collect::<Vec<_>>().join(",")
    }
}

/// The tiny GPT-2 in the folder `m`, with a tokenizer of 32 tokens: letters, a space, the two bytes of é, the end.
pub(crate) fn with_tokenizer(files: &[(&str, &str)]) -> Place {
    let tokenizer = tokenizer().to_string();
    let place = Place::with(&[&[("m/tokenizer.json", tokenizer.as_str())], files].concat());
    for file in ["config.json", "generation_config.json", "model.safetensors"] {
        let from = workspace(&format!("crates/decoding/tests/vectors/tiny_gpt2/{file}"));
        if from.exists() {
            fs::copy(from, place.path(&format!("m/{file}"))).unwrap();
        }
    }
    place
}

/// `end` is 20, the end of the tiny GPT-2.
fn tokenizer() -> Value {
    let names = ('a'..='t').map(String::from).chain(["end".to_owned()]);
    let names = names.chain(('u'..='z').map(String::from));
    let names = names.chain(["Ġ", "Ã", "©", "Ċ", "th"].map(String::from));
    let vocabulary: serde_json::Map<String, Value> =
        names.zip(0..).map(|(name, id)| (name, json!(id))).collect();
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    json!({
        "version": "1.0",
        "added_tokens": [{
            "id": 20, "content": "end", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
        }],
        "pre_tokenizer": bytes,
        "decoder": bytes,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": [["t", "h"]]},
    })
}

#[track_caller]
pub(crate) fn near(found: &Value, expected: f64, what: &str) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    let off = (found - expected).abs();
    assert!(
        off <= 1e-5 * expected.abs().max(1.0),
        "{what}: {found} instead of {expected}"
    );
}
