//! What transformers calls it, and what GGUF calls it.
use candle_core::quantized::gguf_file::Value;
use serde_json::{Map, Value as Json, json};

/// Weights that are there once.
const SINGLE: &[(&str, &str)] = &[
    ("model.embed_tokens", "token_embd"),
    ("model.norm", "output_norm"),
    ("lm_head", "output"),
    ("transformer.wte", "token_embd"),
    ("transformer.wpe", "position_embd"),
    ("transformer.ln_f", "output_norm"),
    ("rope_freqs", "rope_freqs"),
];

/// Weights of every layer.
const LAYERED: &[(&str, &str)] = &[
    ("input_layernorm", "attn_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("post_attention_layernorm", "ffn_norm"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
    ("ln_1", "attn_norm"),
    ("attn.c_attn", "attn_qkv"),
    ("attn.c_proj", "attn_output"),
    ("ln_2", "ffn_norm"),
    ("mlp.c_fc", "ffn_up"),
    ("mlp.c_proj", "ffn_down"),
];

/// Settings, with the name of the architecture in front; those of Llama and its kind, then those of GPT-2.
const SETTINGS: &[(&str, &str)] = &[
    ("hidden_size", "embedding_length"),
    ("num_hidden_layers", "block_count"),
    ("intermediate_size", "feed_forward_length"),
    ("num_attention_heads", "attention.head_count"),
    ("num_key_value_heads", "attention.head_count_kv"),
    ("head_dim", "attention.key_length"),
    ("rms_norm_eps", "attention.layer_norm_rms_epsilon"),
    ("max_position_embeddings", "context_length"),
    ("rope_theta", "rope.freq_base"),
    ("sliding_window", "attention.sliding_window"),
    ("n_embd", "embedding_length"),
    ("n_layer", "block_count"),
    ("n_inner", "feed_forward_length"),
    ("n_head", "attention.head_count"),
    ("n_positions", "context_length"),
    ("layer_norm_epsilon", "attention.layer_norm_epsilon"),
];

/// The name of a weight.
pub(super) fn weight(name: &str) -> Option<String> {
    let (name, end) = match name.rsplit_once('.') {
        Some((name, end @ ("weight" | "bias"))) => (name, end),
        _ => return None,
    };
    let find = |table: &[(&str, &'static str)], name: &str| {
        let row = table.iter().find(|(theirs, _)| *theirs == name);
        row.map(|(_, ours)| *ours)
    };
    if let Some(found) = find(SINGLE, name) {
        return Some(format!("{found}.{end}"));
    }
    let layer = name
        .strip_prefix("model.layers.")
        .or_else(|| name.strip_prefix("transformer.h."))?;
    let (number, part) = layer.split_once('.')?;
    Some(format!("blk.{number}.{}.{end}", find(LAYERED, part)?))
}

/// What `config.json` would say, of a file with this metadata and these weights.
pub(super) fn settings<'a>(
    kind: &str,
    value: &dyn Fn(&str) -> Option<&'a Value>,
    has: &dyn Fn(&str) -> bool,
) -> Json {
    let mut all = Map::new();
    all.insert("model_type".to_owned(), json!(kind));
    for (ours, theirs) in SETTINGS {
        if let Some(found) = value(&format!("{kind}.{theirs}")).and_then(number) {
            all.insert((*ours).to_owned(), found);
        }
    }
    if let Some(Value::Array(tokens)) = value("tokenizer.ggml.tokens") {
        all.insert("vocab_size".to_owned(), json!(tokens.len()));
    }
    all.insert(
        "tie_word_embeddings".to_owned(),
        json!(!has("lm_head.weight")),
    );
    let ends =
        ["eos_token_id", "eot_token_id"].map(|name| value(&format!("tokenizer.ggml.{name}")));
    let ends: Vec<Json> = ends.into_iter().flatten().filter_map(number).collect();
    all.insert("eos_token_id".to_owned(), json!(ends));
    if let Some(Value::String(scaling)) = value(&format!("{kind}.rope.scaling.type"))
        && scaling != "none"
    {
        let factor = value(&format!("{kind}.rope.scaling.factor")).and_then(number);
        let told = json!({ "rope_type": scaling, "factor": factor });
        all.insert("rope_scaling".to_owned(), told);
    }
    // The rows of queries and keys of this kind are put in another order when they are converted.
    all.insert("rope_neighbours".to_owned(), json!(kind == "llama"));
    Json::Object(all)
}

fn number(value: &Value) -> Option<Json> {
    Some(match *value {
        Value::U8(number) => json!(number),
        Value::I8(number) => json!(number),
        Value::U16(number) => json!(number),
        Value::I16(number) => json!(number),
        Value::U32(number) => json!(number),
        Value::I32(number) => json!(number),
        Value::U64(number) => json!(number),
        Value::I64(number) => json!(number),
        Value::F32(number) => json!(number),
        Value::F64(number) => json!(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::weight;

    #[test]
    fn names_of_weights() {
        for (name, expected) in [
            ("model.embed_tokens.weight", Some("token_embd.weight")),
            ("lm_head.weight", Some("output.weight")),
            (
                "model.layers.12.self_attn.q_proj.bias",
                Some("blk.12.attn_q.bias"),
            ),
            (
                "transformer.h.0.mlp.c_fc.weight",
                Some("blk.0.ffn_up.weight"),
            ),
            ("model.layers.0.self_attn.rotary.weight", None),
            ("model.layers.0", None),
            ("weight", None),
        ] {
            assert_eq!(weight(name).as_deref(), expected, "{name}");
        }
    }
}
