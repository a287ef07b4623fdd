//! Phi-1, 1.5 and 2: attention and feed-forward beside each other over one norm, positions that turn a part of each head.
use super::Network;
use crate::failure::Result;
use crate::layers::{Activation, Cache, Embedding, Heads, Linear, Norm, Rotary, causal};
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::Tensor;

/// The part of a head that turns, where the settings do not say it.
const PART: f64 = 0.5;

struct Phi {
    tokens: Embedding,
    rotary: Rotary,
    blocks: Vec<Block>,
    norm: Norm,
    head: Linear,
}

struct Block {
    norm: Norm,
    heads: Heads,
    queries: Linear,
    keys: Linear,
    values: Linear,
    output: Linear,
    up: Linear,
    down: Linear,
    activation: Activation,
}

pub(super) fn build(config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
    let (width, vocabulary) = (config.size("hidden_size")?, config.size("vocab_size")?);
    let inner = config.size("intermediate_size")?;
    let count = config.size("num_attention_heads")?;
    let head = width / count;
    let heads = Heads {
        keys: config.size_if("num_key_value_heads")?.unwrap_or(count),
        ..Heads::new(count, head)
    };
    if config.flag("qk_layernorm") {
        return Err(config.wrong("qk_layernorm", "is true, which is not supported"));
    }
    let epsilon = config.number_or("layer_norm_eps", 1e-5)?;
    let block = |number: usize| -> Result<Block> {
        let name = |part: &str| format!("model.layers.{number}.{part}");
        let linear = |part: &str, from: usize, to: usize| weights.linear(&name(part), from, to);
        Ok(Block {
            norm: Norm::layer(weights, &name("input_layernorm"), width, epsilon)?,
            heads,
            queries: linear("self_attn.q_proj", width, count * head)?,
            keys: linear("self_attn.k_proj", width, heads.keys * head)?,
            values: linear("self_attn.v_proj", width, heads.keys * head)?,
            output: linear("self_attn.dense", count * head, width)?,
            up: linear("mlp.fc1", width, inner)?,
            down: linear("mlp.fc2", inner, width)?,
            activation: Activation::of(config, "hidden_act", Activation::GeluTanh)?,
        })
    };
    Ok(Box::new(Phi {
        tokens: weights.embedding("model.embed_tokens", vocabulary, width)?,
        rotary: Rotary::new(config, head, PART)?,
        blocks: (0..config.size("num_hidden_layers")?)
            .map(block)
            .collect::<Result<_>>()?,
        norm: Norm::layer(weights, "model.final_layernorm", width, epsilon)?,
        head: weights.linear("lm_head", width, vocabulary)?,
    }))
}

impl Network for Phi {
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
        let mask = causal(None);
        let mut x = self.tokens.look_up(ids)?;
        for (number, block) in self.blocks.iter().enumerate() {
            let own = block.norm.forward(&x)?;
            let split = |linear: &Linear| block.heads.split(&linear.forward(&own)?);
            let queries = self.rotary.turn(&split(&block.queries)?, &angles)?;
            let keys = self.rotary.turn(&split(&block.keys)?, &angles)?;
            let layer = cache.layer(number)?;
            layer.add(&keys, &split(&block.values)?)?;
            let attended = block.heads.attend(&queries, layer.seen(), &mask)?;
            let inner = block.activation.apply(&block.up.forward(&own)?)?;
            let both = (block.output.forward(&attended)? + block.down.forward(&inner)?)?;
            x = (x + both)?;
        }
        cache.advance(tokens);
        self.norm.forward(&x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.head.forward(hidden)
    }
}
