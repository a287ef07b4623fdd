//! Networks for which transformers has made no tiny ones: evaluated by plain loops in double precision, without a cache,
//! after the definitions in transformers.
#[allow(dead_code, reason = "the tests of decoding use more of it")]
#[path = "../../../decoding/tests/tiny/math.rs"]
mod math;
#[allow(dead_code, reason = "the tests of decoding use more of it")]
#[path = "../../../decoding/tests/tiny/weights.rs"]
mod weights;

use math::{Attention, Matrix, gelu_new, no_bias, silu};
use metrics::num;
use serde_json::Value;
pub(crate) use weights::Weights;

/// The logits after every id.
pub(crate) fn forward(config: &Value, w: &Weights, ids: &[u32]) -> Vec<Vec<f64>> {
    let at = Plain { config, w };
    let tokens = w.embed(
        "model.embed_tokens.weight",
        ids.iter().map(|&id| id as usize),
    );
    match config["model_type"].as_str().unwrap() {
        "phi" => at.phi(tokens),
        _ => at.llama(tokens),
    }
}

struct Plain<'a> {
    config: &'a Value,
    w: &'a Weights,
}

impl Plain<'_> {
    fn is(&self, kind: &str) -> bool {
        self.config["model_type"] == kind
    }

    fn size(&self, name: &str) -> usize {
        self.config[name].as_u64().unwrap() as usize
    }

    /// Gemma's weights are what is added to 1.
    fn norm(&self, name: &str, x: &Matrix) -> Matrix {
        let epsilon = self.config["rms_norm_eps"].as_f64().unwrap();
        let plain = self.w.rms_norm(name, x, epsilon);
        if !self.is("gemma") {
            return plain;
        }
        let alone = x.map_rows(|row| {
            let mean = row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
            row.iter().map(|x| x / (mean + epsilon).sqrt()).collect()
        });
        alone.plus(&plain)
    }

    fn llama(&self, mut x: Matrix) -> Vec<Vec<f64>> {
        let (heads, keys) = (
            self.size("num_attention_heads"),
            self.size("num_key_value_heads"),
        );
        let (width, inner) = (self.size("head_dim"), self.size("intermediate_size"));
        let attention = Attention {
            heads,
            scale: 1.0 / (width as f64).sqrt(),
            causal: true,
            bias: &no_bias,
        };
        if self.is("gemma") {
            let scale = (self.size("hidden_size") as f64).sqrt();
            x = x.map(|value| value * scale);
        }
        for layer in 0..self.size("num_hidden_layers") {
            let name = |part: &str| format!("model.layers.{layer}.{part}");
            let h = self.norm(&name("input_layernorm"), &x);
            let [q, k, v] = if self.is("phi3") {
                let all = self.w.linear(&name("self_attn.qkv_proj"), &h);
                let (q, k) = (heads * width, keys * width);
                [all.slice(0, q), all.slice(q, k), all.slice(q + k, k)]
            } else {
                ["q", "k", "v"]
                    .map(|part| self.w.linear(&name(&format!("self_attn.{part}_proj")), &h))
            };
            let [q, k] = [("q", q), ("k", k)].map(|(part, x)| {
                if !self.is("qwen3") {
                    return x;
                }
                // Head by head.
                let rows = Matrix {
                    columns: width,
                    values: x.values.clone(),
                };
                let normed = self.norm(&name(&format!("self_attn.{part}_norm")), &rows);
                Matrix {
                    columns: x.columns,
                    values: normed.values,
                }
            });
            let attended = attention.run(
                &self.rotate(&q, width, width),
                &self.rotate(&k, width, width),
                &v,
            );
            x = x.plus(&self.w.linear(&name("self_attn.o_proj"), &attended));
            let h = self.norm(&name("post_attention_layernorm"), &x);
            let [gate, up] = if self.is("phi3") {
                let both = self.w.linear(&name("mlp.gate_up_proj"), &h);
                [both.slice(0, inner), both.slice(inner, inner)]
            } else {
                ["gate", "up"].map(|part| self.w.linear(&name(&format!("mlp.{part}_proj")), &h))
            };
            let gate = gate.map(if self.is("gemma") { gelu_new } else { silu });
            x = x.plus(&self.w.linear(&name("mlp.down_proj"), &gate.times(&up)));
        }
        let head = self.w.find("lm_head.weight");
        let head = head.unwrap_or_else(|| self.w.get("model.embed_tokens.weight"));
        self.norm("model.norm", &x).times_transposed(head).to_rows()
    }

    fn phi(&self, mut x: Matrix) -> Vec<Vec<f64>> {
        let heads = self.size("num_attention_heads");
        let width = self.size("hidden_size") / heads;
        let part = self.config["partial_rotary_factor"].as_f64().unwrap_or(0.5);
        let turned = (width as f64 * part) as usize;
        let epsilon = self.config["layer_norm_eps"].as_f64().unwrap();
        let attention = Attention {
            heads,
            scale: 1.0 / (width as f64).sqrt(),
            causal: true,
            bias: &no_bias,
        };
        for layer in 0..self.size("num_hidden_layers") {
            let name = |part: &str| format!("model.layers.{layer}.{part}");
            let h = self.w.layer_norm(&name("input_layernorm"), &x, epsilon);
            let [q, k, v] = ["q", "k", "v"]
                .map(|part| self.w.linear(&name(&format!("self_attn.{part}_proj")), &h));
            let attended = attention.run(
                &self.rotate(&q, width, turned),
                &self.rotate(&k, width, turned),
                &v,
            );
            let attended = self.w.linear(&name("self_attn.dense"), &attended);
            let inner = self.w.linear(&name("mlp.fc1"), &h).map(gelu_new);
            x = x
                .plus(&attended)
                .plus(&self.w.linear(&name("mlp.fc2"), &inner));
        }
        let x = self.w.layer_norm("model.final_layernorm", &x, epsilon);
        self.w.linear("lm_head", &x).to_rows()
    }

    /// Turns the pairs (i, i + half) of the first numbers of every head.
    fn rotate(&self, x: &Matrix, width: usize, turned: usize) -> Matrix {
        let base = self.config["rope_theta"].as_f64().unwrap_or(10_000.0);
        let mut out = x.clone();
        for at in 0..x.rows() {
            for head in (0..x.columns).step_by(width) {
                for i in 0..turned / 2 {
                    let angle = at as f64 * num::pow(base, -2.0 * i as f64 / turned as f64);
                    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
                    let (first, second) = (head + i, head + i + turned / 2);
                    let (a, b) = (x.row(at)[first], x.row(at)[second]);
                    out.values[at * x.columns + first] = a * cos - b * sin;
                    out.values[at * x.columns + second] = b * cos + a * sin;
                }
            }
        }
        out
    }
}
