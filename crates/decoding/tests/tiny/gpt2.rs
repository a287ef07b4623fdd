//! GPT-2: learned positions, weights stored the other way round.
use super::Tiny;
use super::math::{Attention, Matrix, gelu_new, no_bias};

pub(crate) fn forward(tiny: &Tiny, ids: &[u32]) -> Vec<Vec<f64>> {
    let w = &tiny.weights;
    let (heads, wide) = (tiny.size("n_head"), tiny.size("n_embd"));
    let epsilon = tiny.number("layer_norm_epsilon");
    let attention = Attention {
        heads,
        scale: 1.0 / ((wide / heads) as f64).sqrt(),
        causal: true,
        bias: &no_bias,
    };
    let linear = |name: &str, x: &Matrix| {
        let weight = w.get(&format!("{name}.weight")).transposed();
        x.times_transposed(&weight)
            .plus_row(&w.get(&format!("{name}.bias")).values)
    };
    let tokens = w.embed("transformer.wte.weight", ids.iter().map(|&id| id as usize));
    let mut x = tokens.plus(&w.embed("transformer.wpe.weight", 0..ids.len()));
    for layer in 0..tiny.size("n_layer") {
        let name = |part: &str| format!("transformer.h.{layer}.{part}");
        let h = linear(
            &name("attn.c_attn"),
            &w.layer_norm(&name("ln_1"), &x, epsilon),
        );
        let [q, k, v] = [0, 1, 2].map(|part| h.slice(part * wide, wide));
        x = x.plus(&linear(&name("attn.c_proj"), &attention.run(&q, &k, &v)));
        let h = linear(&name("mlp.c_fc"), &w.layer_norm(&name("ln_2"), &x, epsilon));
        x = x.plus(&linear(&name("mlp.c_proj"), &h.map(gelu_new)));
    }
    let x = w.layer_norm("transformer.ln_f", &x, epsilon);
    x.times_transposed(w.get("transformer.wte.weight"))
        .to_rows()
}
