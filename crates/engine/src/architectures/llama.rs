//! Llama and what follows its plan: rotary positions, shared heads, gated layers, norms without a mean.
//!
//! Mistral adds a window, Qwen2 biases, Qwen3 norms of the heads, Phi-3 writes projections as one: all but the window are
//! read where the files have them. Gemma scales the vectors of its tokens, and stores what its norms add to 1.
use super::Network;
use crate::failure::{Failure, Result};
use crate::layers::{
    Activation, Angles, Cache, Embedding, Heads, Linear, Mask, Norm, Rotary, causal,
};
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::Tensor;

struct Llama {
    tokens: Embedding,
    /// Factor of the tokens' vectors.
    scale: f64,
    rotary: Rotary,
    window: Option<usize>,
    blocks: Vec<Block>,
    norm: Norm,
    head: Linear,
}

struct Block {
    norm: Norm,
    attention: Attention,
    second_norm: Norm,
    gate: Linear,
    up: Linear,
    down: Linear,
    activation: Activation,
}

struct Attention {
    heads: Heads,
    queries: Linear,
    keys: Linear,
    values: Linear,
    output: Linear,
    /// Of every head of queries and keys.
    norms: Option<(Norm, Norm)>,
}

/// Numbers of a head of Gemma whose settings do not say it.
const GEMMA_HEAD: usize = 256;

pub(super) fn build(config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
    let (width, vocabulary) = (config.size("hidden_size")?, config.size("vocab_size")?);
    let inner = config.size("intermediate_size")?;
    let epsilon = config.number_or("rms_norm_eps", 1e-6)?;
    let count = config.size("num_attention_heads")?;
    let gemma = config.text("model_type") == Some("gemma");
    let head = config.size_if("head_dim")?;
    let head = head.unwrap_or(if gemma { GEMMA_HEAD } else { width / count });
    let heads = Heads {
        keys: config.size_if("num_key_value_heads")?.unwrap_or(count),
        ..Heads::new(count, head)
    };
    if !count.is_multiple_of(heads.keys) {
        let problem = format!(
            "is {}, which does not divide num_attention_heads, {count}",
            heads.keys
        );
        return Err(config.wrong("num_key_value_heads", problem));
    }
    let norm = |name: &str| {
        let norm = Norm::root(weights, name, width, epsilon)?;
        if gemma { norm.above_one() } else { Ok(norm) }
    };
    let block = |number: usize| -> Result<Block> {
        let name = |part: &str| format!("model.layers.{number}.{part}");
        let linear = |part: &str, from: usize, to: usize| weights.linear(&name(part), from, to);
        let [queries, keys, values] = match weights.has(&name("self_attn.qkv_proj.weight")) {
            true => {
                let parts = [count * head, heads.keys * head, heads.keys * head];
                weights.linears(&name("self_attn.qkv_proj"), width, parts)?
            }
            false => [
                linear("self_attn.q_proj", width, count * head)?,
                linear("self_attn.k_proj", width, heads.keys * head)?,
                linear("self_attn.v_proj", width, heads.keys * head)?,
            ],
        };
        let [gate, up] = match weights.has(&name("mlp.gate_up_proj.weight")) {
            true => weights.linears(&name("mlp.gate_up_proj"), width, [inner, inner])?,
            false => [
                linear("mlp.gate_proj", width, inner)?,
                linear("mlp.up_proj", width, inner)?,
            ],
        };
        Ok(Block {
            norm: norm(&name("input_layernorm"))?,
            attention: Attention {
                heads,
                queries,
                keys,
                values,
                output: linear("self_attn.o_proj", count * head, width)?,
                norms: weights
                    .has(&name("self_attn.q_norm.weight"))
                    .then(|| {
                        let norm = |part| Norm::root(weights, &name(part), head, epsilon);
                        Ok::<_, Failure>((norm("self_attn.q_norm")?, norm("self_attn.k_norm")?))
                    })
                    .transpose()?,
            },
            second_norm: norm(&name("post_attention_layernorm"))?,
            gate,
            up,
            down: linear("mlp.down_proj", inner, width)?,
            // Gemma's settings say gelu and mean the other one.
            activation: match gemma {
                true => Activation::GeluTanh,
                false => Activation::of(config, "hidden_act", Activation::Silu)?,
            },
        })
    };
    let layers = config.size("num_hidden_layers")?;
    let tokens = weights.embedding("model.embed_tokens", vocabulary, width)?;
    let mut rotary = Rotary::new(config, head, 1.0)?;
    if weights.has("rope_freqs.weight") {
        let factors = weights.tensor("rope_freqs.weight", &[head / 2])?;
        rotary = rotary.slowed(&factors.to_vec1()?);
    }
    Ok(Box::new(Llama {
        scale: if gemma {
            metrics::num::sqrt(width as f64)
        } else {
            1.0
        },
        rotary,
        window: window(config)?,
        blocks: (0..layers).map(block).collect::<Result<_>>()?,
        norm: norm("model.norm")?,
        head: if gemma || config.flag("tie_word_embeddings") || !weights.has("lm_head.weight") {
            tokens.tied()
        } else {
            weights.linear("lm_head", width, vocabulary)?
        },
        tokens,
    }))
}

/// How far back a token sees. Qwen2 has a switch for it, and layers for which it does not hold.
fn window(config: &Config) -> Result<Option<usize>> {
    if config.get("use_sliding_window").is_none() {
        return config.size_if("sliding_window");
    }
    if config.flag("use_sliding_window") {
        let problem =
            "is true, which is not supported: some layers have a window and others do not";
        return Err(config.wrong("use_sliding_window", problem));
    }
    Ok(None)
}

impl Network for Llama {
    fn layers(&self) -> usize {
        self.blocks.len()
    }

    fn positions(&self) -> Option<usize> {
        None
    }

    fn hidden(&self, ids: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (_, tokens) = ids.dims2()?;
        let start = cache.length();
        let angles = self.rotary.angles(start, tokens)?;
        let mask = causal(self.window);
        let mut x = self.tokens.look_up(ids)?;
        if self.scale != 1.0 {
            x = (x * self.scale)?;
        }
        for (number, block) in self.blocks.iter().enumerate() {
            let own = block.norm.forward(&x)?;
            let attended = self.attend(&block.attention, &own, (number, cache), &angles, &mask)?;
            x = (x + attended)?;
            let own = block.second_norm.forward(&x)?;
            let gate = block.activation.apply(&block.gate.forward(&own)?)?;
            x = (x + block.down.forward(&(gate * block.up.forward(&own)?)?)?)?;
        }
        cache.advance(tokens);
        self.norm.forward(&x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.head.forward(hidden)
    }
}

impl Llama {
    fn attend(
        &self,
        attention: &Attention,
        x: &Tensor,
        (number, cache): (usize, &mut Cache),
        angles: &Angles,
        mask: &Mask,
    ) -> Result<Tensor> {
        let split = |linear: &Linear| attention.heads.split(&linear.forward(x)?);
        let (mut queries, mut keys) = (split(&attention.queries)?, split(&attention.keys)?);
        if let Some((of_queries, of_keys)) = &attention.norms {
            queries = of_queries.forward(&queries)?;
            keys = of_keys.forward(&keys)?;
        }
        let queries = self.rotary.turn(&queries, angles)?;
        let keys = self.rotary.turn(&keys, angles)?;
        let layer = cache.layer(number)?;
        layer.add(&keys, &split(&attention.values)?)?;
        let attended = attention.heads.attend(&queries, layer.seen(), mask)?;
        attention.output.forward(&attended)
    }
}
