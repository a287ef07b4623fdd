//! Llama and Qwen2: rotary positions, shared heads, gated layers.
use super::Tiny;
use super::math::{Attention, Matrix, no_bias, silu};
use metrics::num;

pub(crate) fn forward(tiny: &Tiny, ids: &[u32]) -> Vec<Vec<f64>> {
    let w = &tiny.weights;
    let heads = tiny.size("num_attention_heads");
    let width = tiny.size("hidden_size") / heads;
    let epsilon = tiny.number("rms_norm_eps");
    let base = tiny.config["rope_parameters"]["rope_theta"]
        .as_f64()
        .unwrap();
    let attention = Attention {
        heads,
        scale: 1.0 / (width as f64).sqrt(),
        causal: true,
        bias: &no_bias,
    };
    let mut x = w.embed(
        "model.embed_tokens.weight",
        ids.iter().map(|&id| id as usize),
    );
    for layer in 0..tiny.size("num_hidden_layers") {
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        let h = w.rms_norm(&name("input_layernorm"), &x, epsilon);
        let q = rotate(&w.linear(&name("self_attn.q_proj"), &h), width, base);
        let k = rotate(&w.linear(&name("self_attn.k_proj"), &h), width, base);
        let v = w.linear(&name("self_attn.v_proj"), &h);
        x = x.plus(&w.linear(&name("self_attn.o_proj"), &attention.run(&q, &k, &v)));
        let h = w.rms_norm(&name("post_attention_layernorm"), &x, epsilon);
        let gate = w.linear(&name("mlp.gate_proj"), &h).map(silu);
        let up = w.linear(&name("mlp.up_proj"), &h);
        x = x.plus(&w.linear(&name("mlp.down_proj"), &gate.times(&up)));
    }
    let x = w.rms_norm("model.norm", &x, epsilon);
    let head = w
        .find("lm_head.weight")
        .unwrap_or_else(|| w.get("model.embed_tokens.weight"));
    x.times_transposed(head).to_rows()
}

/// Turns the pairs (i, i + half) of every head by position · base^(-2i / width).
fn rotate(x: &Matrix, width: usize, base: f64) -> Matrix {
    let mut out = x.clone();
    for at in 0..x.rows() {
        for head in (0..x.columns).step_by(width) {
            for i in 0..width / 2 {
                let angle = at as f64 * num::pow(base, -2.0 * i as f64 / width as f64);
                let (sin, cos) = (libm::sin(angle), libm::cos(angle));
                let (a, b) = (x.row(at)[head + i], x.row(at)[head + i + width / 2]);
                let place = at * x.columns + head + i;
                out.values[place] = a * cos - b * sin;
                out.values[place + width / 2] = b * cos + a * sin;
            }
        }
    }
    out
}
