//! The tiny models of the decoding vectors, with what transformers made of them.
use engine::{Memory, Model};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The models, with the tolerance of what they compute in single precision. The two T5 do not scale their scores and have
/// logits up to 41: there the recorded values themselves differ from an exact evaluation by 1e-5 and 4e-5.
pub(crate) const MODELS: [(&str, f64); 6] = [
    ("tiny_llama", 1e-5),
    ("tiny_qwen2", 1e-5),
    ("tiny_gpt2", 1e-5),
    ("tiny_t5", 3e-5),
    ("tiny_flan_t5", 1e-4),
    ("tiny_bart", 1e-5),
];

pub(crate) struct Tiny {
    pub(crate) model: Arc<Model>,
    pub(crate) recorded: Value,
}

impl Tiny {
    pub(crate) fn load(name: &str) -> Self {
        let folder = folder(name);
        let bytes = std::fs::read(folder.join("generate.json")).unwrap();
        Self {
            model: Arc::new(Model::load(&folder, Memory::free()).unwrap()),
            recorded: serde_json::from_slice(&bytes).unwrap(),
        }
    }

    /// What the model reads.
    pub(crate) fn input(&self) -> Vec<u32> {
        ids(&self.recorded["input_ids"])
    }

    /// What decoding begins with.
    pub(crate) fn prompt(&self) -> Vec<u32> {
        self.model
            .start()
            .map_or_else(|| self.input(), |start| vec![start])
    }

    /// The ids behind `forward_logits`.
    pub(crate) fn fed(&self) -> Vec<u32> {
        match self.model.start() {
            Some(_) => ids(&self.recorded["decoder_input_ids"]),
            None => self.input(),
        }
    }
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../decoding/tests/vectors"
    ))
    .join(name)
}

pub(crate) fn ids(list: &Value) -> Vec<u32> {
    let list = list.as_array().into_iter().flatten();
    list.map(|id| id.as_u64().unwrap() as u32).collect()
}

pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().unwrap().iter();
    list.map(|number| number.as_f64().unwrap()).collect()
}
