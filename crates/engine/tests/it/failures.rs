//! What cannot be used is said before a weight is read, with what to do about it.
use crate::tiny::{Tiny, folder};
use decoding::{Parameters, generate};
use engine::{Memory, Model, Session};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

const LLAMA: &str = "tiny_llama";

/// A copy of a model, to be damaged.
fn copy(name: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        fs::copy(folder(name).join(file), dir.path().join(file)).unwrap();
    }
    dir
}

/// The message, without the folder.
#[track_caller]
fn refused(dir: &Path, memory: Memory) -> String {
    let failure = Model::load(dir, memory).unwrap_err();
    failure
        .to_string()
        .replace(&dir.display().to_string(), "DIR")
}

fn configure(dir: &Path, change: impl FnOnce(&mut Value)) {
    let path = dir.join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut config);
    fs::write(path, config.to_string()).unwrap();
}

#[test]
fn directories_without_a_model() {
    let dir = tempfile::tempdir().unwrap();
    let remedy = "a model is a directory with config.json and its weights as *.safetensors, as save_pretrained() writes it, or a GGUF file";
    assert_eq!(
        refused(dir.path(), Memory::free()),
        format!("DIR has no config.json; {remedy}")
    );
    fs::write(dir.path().join("config.json"), r#"{"model_type":"llama"}"#).unwrap();
    assert_eq!(
        refused(dir.path(), Memory::free()),
        format!("DIR has no *.safetensors; {remedy}")
    );
    fs::write(dir.path().join("config.json"), "{").unwrap();
    assert_eq!(
        refused(dir.path(), Memory::free()),
        "DIR/config.json is broken: EOF while parsing an object at line 1 column 1; get it again"
    );
}

#[test]
fn configurations() {
    let table: &[(&str, Value, &str)] = &[
        (
            "model_type",
            json!("mamba"),
            "the architecture \"mamba\" is not known here; known are bart, gemma, gpt2, llama, mistral, phi, phi3, qwen2, qwen3, t5",
        ),
        (
            "model_type",
            json!(null),
            "DIR/config.json: model_type is missing",
        ),
        (
            "hidden_size",
            json!(null),
            "DIR/config.json: hidden_size is missing",
        ),
        (
            "hidden_size",
            json!(-1),
            "DIR/config.json: hidden_size must be a whole number above 0",
        ),
        (
            "rms_norm_eps",
            json!("small"),
            "DIR/config.json: rms_norm_eps must be a number",
        ),
        (
            "num_key_value_heads",
            json!(3),
            "DIR/config.json: num_key_value_heads is 3, which does not divide num_attention_heads, 4",
        ),
        (
            "hidden_act",
            json!("mish"),
            "DIR/config.json: hidden_act is \"mish\", which is not known here; known are silu, gelu, gelu_new and relu",
        ),
        (
            "rope_parameters",
            json!({"rope_type": "yarn"}),
            "DIR/config.json: rope_type is \"yarn\", which is not known here; known are default, linear and llama3",
        ),
        (
            "use_sliding_window",
            json!(true),
            "DIR/config.json: use_sliding_window is true, which is not supported: some layers have a window and others do not",
        ),
        (
            "num_hidden_layers",
            json!(3),
            "the files have no weight model.layers.2.self_attn.q_proj.weight; they do not belong to this config.json",
        ),
        (
            "vocab_size",
            json!(33),
            "the weight model.embed_tokens.weight has the shape [32, 32] and not [33, 32]; the files do not belong to this config.json",
        ),
    ];
    for (name, value, expected) in table {
        let dir = copy(LLAMA);
        configure(dir.path(), |config| config[name] = value.clone());
        assert_eq!(refused(dir.path(), Memory::free()), *expected, "{name}");
    }
}

#[test]
fn files_that_are_cut_off_or_damaged() {
    let good = fs::read(folder(LLAMA).join("model.safetensors")).unwrap();
    let cut = |size: usize| good[..size].to_vec();
    let mut later = good.clone();
    let at = find(&good, b"\"data_offsets\":[0,");
    later[at + 16] = b'1';
    let mut text = good.clone();
    text[8] = b'x';
    let table: &[(Vec<u8>, &str)] = &[
        (cut(3), "it has only 3 bytes"),
        (cut(100), "it begins with a header of"),
        (
            b"PK\x03\x04 an archive and no weights".to_vec(),
            "it is cut off, or not a safetensors file",
        ),
        (
            cut(good.len() - 1),
            "it has 84655 bytes and its header says 84656",
        ),
        (
            [good.as_slice(), b"more"].concat(),
            "it has 84660 bytes and its header says 84656",
        ),
        (
            text,
            "its header is wrong: expected value at line 1 column 1",
        ),
        (later, "its header is wrong: "),
    ];
    for (bytes, expected) in table {
        let dir = copy(LLAMA);
        fs::write(dir.path().join("model.safetensors"), bytes).unwrap();
        let message = refused(dir.path(), Memory::free());
        assert!(
            message.starts_with("DIR/model.safetensors is broken: "),
            "{message}"
        );
        assert!(
            message.contains(expected) && message.ends_with("; get it again"),
            "{message}"
        );
    }
}

/// Every single cut and every flipped byte of the header gives an error or a model, never a panic.
#[test]
fn damage_anywhere_in_the_header() {
    let dir = copy("tiny_gpt2");
    let path = dir.path().join("model.safetensors");
    let good = fs::read(&path).unwrap();
    let header = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    for at in (0..header).step_by(13) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x11;
        fs::write(&path, bytes).unwrap();
        let _ = Model::load(dir.path(), Memory::free());
    }
}

#[test]
fn weights_in_several_files() {
    let dir = copy(LLAMA);
    let index = dir.path().join("model.safetensors.index.json");
    let told = |map: Value| fs::write(&index, map.to_string()).unwrap();
    told(json!({"weight_map": {"lm_head.weight": "model.safetensors"}}));
    assert!(Model::load(dir.path(), Memory::free()).is_ok());
    told(json!({"weight_map": {"lm_head.weight": "model-2.safetensors"}}));
    let message = refused(dir.path(), Memory::free());
    assert!(
        message.starts_with("cannot read DIR/model-2.safetensors: "),
        "{message}"
    );
    told(json!({"weight_map": {"lm_head.weight": "../model.safetensors"}}));
    assert_eq!(
        refused(dir.path(), Memory::free()),
        "DIR/model.safetensors.index.json is broken: it names \"../model.safetensors\", which is not a file beside it; get it again"
    );
    told(json!({}));
    assert_eq!(
        refused(dir.path(), Memory::free()),
        "DIR/model.safetensors.index.json is broken: it has no weight_map; get it again"
    );
}

#[test]
fn memory() {
    let dir = copy(LLAMA);
    assert!(Model::load(dir.path(), Memory::of(1 << 20)).is_ok());
    assert_eq!(
        refused(dir.path(), Memory::of(50_000)),
        "the model needs 90.8 KB of memory and 50 KB are free; close other programs, or take a smaller or a quantised model"
    );
}

#[test]
fn tokens_and_positions_that_are_none() {
    let tiny = Tiny::load("tiny_gpt2");
    let message = Session::new(&tiny.model, &[5, 32]).unwrap_err().to_string();
    assert_eq!(
        message,
        "there is no token 32; the vocabulary has 32, from 0 on"
    );
    let long: Vec<u32> = (0..60).map(|at| at % 20).collect();
    let mut session = Session::new(&tiny.model, &long).unwrap();
    let parameters = Parameters {
        max_new_tokens: Some(10),
        ..Parameters::default()
    };
    let message = generate(&mut session, &long, &parameters)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "the model failed: the model has 64 positions, and token 65 is asked for; shorten the prompt or max_new_tokens"
    );
}

fn find(bytes: &[u8], text: &[u8]) -> usize {
    bytes
        .windows(text.len())
        .position(|part| part == text)
        .unwrap()
}
