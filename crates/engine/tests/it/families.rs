//! Networks without vectors of transformers: random weights, two evaluations that share nothing.
use crate::plain::{Weights, forward};
use candle_core::{Device, Tensor};
use engine::{Memory, Model, Session};
use serde_json::{Value, json};
use std::{collections::HashMap, fs, sync::Arc};

/// A configuration, and the shapes of the weights of a layer and of the rest.
struct Family {
    config: Value,
    layer: Vec<(&'static str, Vec<usize>)>,
    rest: Vec<(&'static str, Vec<usize>)>,
}

fn families() -> Vec<Family> {
    let config = |more: Value| {
        let mut config = json!({
            "vocab_size": 24, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 2, "num_attention_heads": 4,
            "num_key_value_heads": 2, "head_dim": 6, "rms_norm_eps": 1e-6, "max_position_embeddings": 64,
        });
        config
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        config
    };
    let llama = |more: &[(&'static str, Vec<usize>)]| {
        let shared = [
            ("input_layernorm.weight", vec![16]),
            ("self_attn.o_proj.weight", vec![16, 24]),
            ("post_attention_layernorm.weight", vec![16]),
            ("mlp.down_proj.weight", vec![16, 20]),
        ];
        shared.into_iter().chain(more.iter().cloned()).collect()
    };
    let apart = [
        ("self_attn.q_proj.weight", vec![24, 16]),
        ("self_attn.k_proj.weight", vec![12, 16]),
        ("self_attn.v_proj.weight", vec![12, 16]),
        ("mlp.gate_proj.weight", vec![20, 16]),
        ("mlp.up_proj.weight", vec![20, 16]),
    ];
    let norms = [
        ("self_attn.q_norm.weight", vec![6]),
        ("self_attn.k_norm.weight", vec![6]),
    ];
    let joined = [
        ("self_attn.qkv_proj.weight", vec![48, 16]),
        ("mlp.gate_up_proj.weight", vec![40, 16]),
    ];
    let rest = vec![
        ("model.embed_tokens.weight", vec![24, 16]),
        ("model.norm.weight", vec![16]),
    ];
    let with_head = [rest.clone(), vec![("lm_head.weight", vec![24, 16])]].concat();
    vec![
        Family {
            config: config(
                json!({"model_type": "qwen3", "tie_word_embeddings": true, "rope_theta": 1e6}),
            ),
            layer: llama(&[&apart[..], &norms].concat()),
            rest: rest.clone(),
        },
        Family {
            config: config(
                json!({"model_type": "gemma", "hidden_act": "gelu", "num_key_value_heads": 1}),
            ),
            layer: llama(
                &[
                    &apart[..1],
                    &[
                        ("self_attn.k_proj.weight", vec![6, 16]),
                        ("self_attn.v_proj.weight", vec![6, 16]),
                    ],
                    &apart[3..],
                ]
                .concat(),
            ),
            rest,
        },
        Family {
            config: config(json!({"model_type": "phi3", "rope_scaling": null})),
            layer: llama(&joined),
            rest: with_head,
        },
        Family {
            config: config(
                json!({"model_type": "phi", "hidden_act": "gelu_new", "layer_norm_eps": 1e-5, "num_key_value_heads": 4, "head_dim": null}),
            ),
            layer: vec![
                ("input_layernorm.weight", vec![16]),
                ("input_layernorm.bias", vec![16]),
                ("self_attn.q_proj.weight", vec![16, 16]),
                ("self_attn.q_proj.bias", vec![16]),
                ("self_attn.k_proj.weight", vec![16, 16]),
                ("self_attn.k_proj.bias", vec![16]),
                ("self_attn.v_proj.weight", vec![16, 16]),
                ("self_attn.v_proj.bias", vec![16]),
                ("self_attn.dense.weight", vec![16, 16]),
                ("self_attn.dense.bias", vec![16]),
                ("mlp.fc1.weight", vec![20, 16]),
                ("mlp.fc1.bias", vec![20]),
                ("mlp.fc2.weight", vec![16, 20]),
                ("mlp.fc2.bias", vec![16]),
            ],
            rest: vec![
                ("model.embed_tokens.weight", vec![24, 16]),
                ("model.final_layernorm.weight", vec![16]),
                ("model.final_layernorm.bias", vec![16]),
                ("lm_head.weight", vec![24, 16]),
                ("lm_head.bias", vec![24]),
            ],
        },
    ]
}

#[test]
fn two_evaluations_agree() {
    for family in families() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        let mut state = 7_u64;
        let mut tensor = |shape: &[usize]| {
            let count: usize = shape.iter().product();
            let values: Vec<f32> = (0..count)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    (state >> 40) as f32 / (1 << 23) as f32 - 1.0
                })
                .collect();
            Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
        };
        let mut weights = HashMap::new();
        for (name, shape) in &family.rest {
            weights.insert((*name).to_owned(), tensor(shape));
        }
        for layer in 0..2 {
            for (name, shape) in &family.layer {
                weights.insert(format!("model.layers.{layer}.{name}"), tensor(shape));
            }
        }
        candle_core::safetensors::save(&weights, &path).unwrap();
        fs::write(dir.path().join("config.json"), family.config.to_string()).unwrap();
        let model = Arc::new(Model::load(dir.path(), Memory::free()).unwrap());
        let ids: Vec<u32> = (0..20).map(|at| at * 5 % 24).collect();
        let expected = forward(
            &family.config,
            &Weights::read(&fs::read(&path).unwrap()),
            &ids,
        );
        let mut session = Session::new(&model, &[]).unwrap();
        // A part at once, then token by token.
        let mut rows = expected.iter();
        for piece in [&ids[..9], &ids[9..10], &ids[10..]] {
            session
                .read(piece, |logits| {
                    for (found, expected) in logits.iter().zip(rows.next().unwrap()) {
                        let off = (f64::from(*found) - expected).abs();
                        assert!(
                            off <= 2e-5 * expected.abs().max(1.0),
                            "{}: {found} instead of {expected}",
                            model.architecture()
                        );
                    }
                    true
                })
                .unwrap();
        }
        assert!(rows.next().is_none());
    }
}
