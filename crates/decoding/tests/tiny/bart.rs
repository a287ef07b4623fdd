//! BART: learned positions with an offset of 2, norms after each part.
use super::Tiny;
use super::math::{Attention, Matrix, gelu, no_bias};

pub(crate) fn forward(tiny: &Tiny, input: &[u32], ids: &[u32]) -> Vec<Vec<f64>> {
    let encoded = stack(tiny, "encoder", input, None);
    let x = stack(tiny, "decoder", ids, Some(&encoded));
    let w = &tiny.weights;
    x.times_transposed(w.get("model.shared.weight"))
        .plus_row(&w.get("final_logits_bias").values)
        .to_rows()
}

fn stack(tiny: &Tiny, side: &str, ids: &[u32], encoded: Option<&Matrix>) -> Matrix {
    const EPSILON: f64 = 1e-5;
    const OFFSET: usize = 2;
    let w = &tiny.weights;
    let heads = tiny.size(&format!("{side}_attention_heads"));
    let attend = |name: &str, x: &Matrix, over: &Matrix, causal: bool| {
        let attention = Attention {
            heads,
            scale: 1.0 / ((x.columns / heads) as f64).sqrt(),
            causal,
            bias: &no_bias,
        };
        let [q, k, v] = [("q", x), ("k", over), ("v", over)]
            .map(|(part, from)| w.linear(&format!("{name}.{part}_proj"), from));
        w.linear(&format!("{name}.out_proj"), &attention.run(&q, &k, &v))
    };
    let tokens = w.embed("model.shared.weight", ids.iter().map(|&id| id as usize));
    let positions = w.embed(
        &format!("model.{side}.embed_positions.weight"),
        (0..ids.len()).map(|at| at + OFFSET),
    );
    let mut x = w.layer_norm(
        &format!("model.{side}.layernorm_embedding"),
        &tokens.plus(&positions),
        EPSILON,
    );
    for layer in 0..tiny.size(&format!("{side}_layers")) {
        let name = |part: &str| format!("model.{side}.layers.{layer}.{part}");
        let h = attend(&name("self_attn"), &x, &x, encoded.is_some());
        x = w.layer_norm(&name("self_attn_layer_norm"), &x.plus(&h), EPSILON);
        if let Some(encoded) = encoded {
            let h = attend(&name("encoder_attn"), &x, encoded, false);
            x = w.layer_norm(&name("encoder_attn_layer_norm"), &x.plus(&h), EPSILON);
        }
        let h = w.linear(&name("fc2"), &w.linear(&name("fc1"), &x).map(gelu));
        x = w.layer_norm(&name("final_layer_norm"), &x.plus(&h), EPSILON);
    }
    x
}
