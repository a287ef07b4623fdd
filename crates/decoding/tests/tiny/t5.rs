//! T5: relative positions as a bias, no scaling anywhere; with plain or gated layers.
use super::Tiny;
use super::math::{Attention, Matrix, gelu_new, no_bias};
use metrics::num;

pub(crate) fn forward(tiny: &Tiny, input: &[u32], ids: &[u32]) -> Vec<Vec<f64>> {
    let encoded = stack(tiny, "encoder", tiny.size("num_layers"), input, None);
    let x = stack(
        tiny,
        "decoder",
        tiny.size("num_decoder_layers"),
        ids,
        Some(&encoded),
    );
    let w = &tiny.weights;
    let head = w
        .find("lm_head.weight")
        .unwrap_or_else(|| w.get("shared.weight"));
    x.times_transposed(head).to_rows()
}

/// The encoder, or the decoder over what was encoded.
fn stack(tiny: &Tiny, side: &str, layers: usize, ids: &[u32], encoded: Option<&Matrix>) -> Matrix {
    let w = &tiny.weights;
    let epsilon = tiny.number("layer_norm_epsilon");
    let (buckets, farthest) = (
        tiny.size("relative_attention_num_buckets"),
        tiny.size("relative_attention_max_distance"),
    );
    let table = w.get(&format!(
        "{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
    ));
    let causal = encoded.is_some();
    let bias = |head: usize, query: usize, key: usize| {
        table.row(bucket(key as i64 - query as i64, causal, buckets, farthest))[head]
    };
    let attend = |name: &str, x: &Matrix, over: &Matrix, attention: Attention<'_>| {
        let [q, k, v] = [("q", x), ("k", over), ("v", over)]
            .map(|(part, from)| w.linear(&format!("{name}.{part}"), from));
        w.linear(&format!("{name}.o"), &attention.run(&q, &k, &v))
    };
    let heads = tiny.size("num_heads");
    let mut x = w.embed("shared.weight", ids.iter().map(|&id| id as usize));
    for layer in 0..layers {
        let name = |place: usize, part: &str| format!("{side}.block.{layer}.layer.{place}.{part}");
        let h = w.rms_norm(&name(0, "layer_norm"), &x, epsilon);
        let own = Attention {
            heads,
            scale: 1.0,
            causal,
            bias: &bias,
        };
        x = x.plus(&attend(&name(0, "SelfAttention"), &h, &h, own));
        if let Some(encoded) = encoded {
            let h = w.rms_norm(&name(1, "layer_norm"), &x, epsilon);
            let cross = Attention {
                heads,
                scale: 1.0,
                causal: false,
                bias: &no_bias,
            };
            x = x.plus(&attend(&name(1, "EncDecAttention"), &h, encoded, cross));
        }
        let last = 1 + usize::from(encoded.is_some());
        let h = w.rms_norm(&name(last, "layer_norm"), &x, epsilon);
        let part = |part: &str| name(last, &format!("DenseReluDense.{part}"));
        let inner = if tiny.config["is_gated_act"] == true {
            w.linear(&part("wi_0"), &h)
                .map(gelu_new)
                .times(&w.linear(&part("wi_1"), &h))
        } else {
            w.linear(&part("wi"), &h).map(|x| x.max(0.0))
        };
        x = x.plus(&w.linear(&part("wo"), &inner));
    }
    w.rms_norm(&format!("{side}.final_layer_norm"), &x, epsilon)
}

/// Near distances have buckets of their own, far ones share them by their logarithm.
fn bucket(distance: i64, causal: bool, buckets: usize, farthest: usize) -> usize {
    let (mut first, mut count) = (0, buckets);
    if !causal {
        count /= 2;
        first = if distance > 0 { count } else { 0 };
    }
    let far = if causal {
        (-distance).max(0)
    } else {
        distance.abs()
    } as usize;
    let exact = count / 2;
    if far < exact {
        return first + far;
    }
    let part = num::ln(far as f64 / exact as f64) / num::ln(farthest as f64 / exact as f64);
    first + (exact + (part * (count - exact) as f64) as usize).min(count - 1)
}
