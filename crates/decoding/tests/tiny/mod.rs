//! Evaluation of the tiny models in `vectors/`: plain loops, no cache, double precision.
pub(crate) mod bart;
pub(crate) mod gpt2;
pub(crate) mod llama;
pub(crate) mod math;
pub(crate) mod t5;
pub(crate) mod weights;

use decoding::{Model, Row};
use serde_json::Value;
use std::convert::Infallible;
use weights::Weights;

/// One of the six, with its runs.
pub(crate) struct Tiny {
    pub(crate) kind: String,
    pub(crate) config: Value,
    pub(crate) weights: Weights,
    /// What an encoder-decoder reads.
    pub(crate) input: Vec<u32>,
    pub(crate) recorded: Value,
    /// Rows that were asked for, and ids in them that are new.
    pub(crate) asked: (usize, usize),
}

impl Tiny {
    pub(crate) fn load(name: &str) -> Self {
        let folder = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        let json = |file: &str| -> Value {
            serde_json::from_slice(&std::fs::read(format!("{folder}/{file}")).unwrap()).unwrap()
        };
        let (config, recorded) = (json("config.json"), json("generate.json"));
        Self {
            kind: config["model_type"].as_str().unwrap().to_owned(),
            weights: Weights::read(&std::fs::read(format!("{folder}/model.safetensors")).unwrap()),
            input: ids(&recorded["input_ids"]),
            config,
            recorded,
            asked: (0, 0),
        }
    }

    pub(crate) fn is_encoder_decoder(&self) -> bool {
        self.config["is_encoder_decoder"] == true
    }

    /// What decoding begins with.
    pub(crate) fn prompt(&self) -> Vec<u32> {
        match self.config["decoder_start_token_id"].as_u64() {
            Some(start) if self.is_encoder_decoder() => vec![start as u32],
            _ => self.input.clone(),
        }
    }

    /// Logits after every position of `ids`.
    pub(crate) fn forward(&self, ids: &[u32]) -> Vec<Vec<f64>> {
        match self.kind.as_str() {
            "llama" | "qwen2" => llama::forward(self, ids),
            "gpt2" => gpt2::forward(self, ids),
            "t5" => t5::forward(self, &self.input, ids),
            "bart" => bart::forward(self, &self.input, ids),
            other => panic!("{other} is not one of the tiny models"),
        }
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.config[name]
            .as_f64()
            .unwrap_or_else(|| panic!("the configuration has no {name}"))
    }

    pub(crate) fn size(&self, name: &str) -> usize {
        self.number(name) as usize
    }
}

impl Model for Tiny {
    type Error = Infallible;

    fn vocabulary(&self) -> usize {
        self.size("vocab_size")
    }

    fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<(), Infallible> {
        for row in rows {
            self.asked.0 += 1;
            self.asked.1 += row.fresh().len();
            let all = self.forward(row.ids);
            out.extend(all.last().unwrap().iter().map(|&x| x as f32));
        }
        Ok(())
    }
}

pub(crate) fn ids(list: &Value) -> Vec<u32> {
    let list = list.as_array().into_iter().flatten();
    list.map(|id| id.as_u64().unwrap() as u32).collect()
}
