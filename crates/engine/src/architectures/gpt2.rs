//! GPT-2: learned positions, norms before each part, weights stored the other way round.
use super::Network;
use crate::failure::Result;
use crate::layers::{Activation, Cache, Embedding, Heads, Linear, Norm, causal};
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::{D, Device, Tensor};

struct Gpt2 {
    tokens: Embedding,
    positions: Embedding,
    limit: usize,
    blocks: Vec<Block>,
    norm: Norm,
    head: Linear,
}

struct Block {
    heads: Heads,
    norm: Norm,
    /// Queries, keys and values in one.
    attention: Linear,
    output: Linear,
    second_norm: Norm,
    up: Linear,
    down: Linear,
    activation: Activation,
}

pub(super) fn build(config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
    let (width, count) = (config.size("n_embd")?, config.size("n_head")?);
    let (vocabulary, limit) = (config.size("vocab_size")?, config.size("n_positions")?);
    let inner = config.size_if("n_inner")?.unwrap_or(4 * width);
    let epsilon = config.number_or("layer_norm_epsilon", 1e-5)?;
    // The first published files have no prefix.
    let prefix = if weights.has("transformer.wte.weight") {
        "transformer."
    } else {
        ""
    };
    let norm = |name: &str| Norm::layer(weights, name, width, epsilon);
    let block = |number: usize| -> Result<Block> {
        let name = |part: &str| format!("{prefix}h.{number}.{part}");
        let mut heads = Heads::new(count, width / count);
        if config.get("scale_attn_weights").is_some() && !config.flag("scale_attn_weights") {
            heads.scale = 1.0;
        }
        if config.flag("scale_attn_by_inverse_layer_idx") {
            heads.scale /= (number + 1) as f64;
        }
        Ok(Block {
            heads,
            norm: norm(&name("ln_1"))?,
            attention: weights.linear_turned(&name("attn.c_attn"), width, 3 * width)?,
            output: weights.linear_turned(&name("attn.c_proj"), width, width)?,
            second_norm: norm(&name("ln_2"))?,
            up: weights.linear_turned(&name("mlp.c_fc"), width, inner)?,
            down: weights.linear_turned(&name("mlp.c_proj"), inner, width)?,
            activation: Activation::of(config, "activation_function", Activation::GeluTanh)?,
        })
    };
    let tokens = weights.embedding(&format!("{prefix}wte"), vocabulary, width)?;
    Ok(Box::new(Gpt2 {
        positions: weights.embedding(&format!("{prefix}wpe"), limit, width)?,
        limit,
        blocks: (0..config.size("n_layer")?)
            .map(block)
            .collect::<Result<_>>()?,
        norm: norm(&format!("{prefix}ln_f"))?,
        head: if weights.has("lm_head.weight") {
            weights.linear("lm_head", width, vocabulary)?
        } else {
            tokens.tied()
        },
        tokens,
    }))
}

impl Network for Gpt2 {
    fn layers(&self) -> usize {
        self.blocks.len()
    }

    fn positions(&self) -> Option<usize> {
        Some(self.limit)
    }

    fn hidden(&self, ids: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (_, tokens) = ids.dims2()?;
        let start = cache.length();
        let positions = Tensor::arange(start as u32, (start + tokens) as u32, &Device::Cpu)?;
        let positions = self.positions.look_up(&positions)?;
        let mut x = self.tokens.look_up(ids)?.broadcast_add(&positions)?;
        let mask = causal(None);
        for (number, block) in self.blocks.iter().enumerate() {
            let joined = block.attention.forward(&block.norm.forward(&x)?)?;
            let width = block.heads.queries * block.heads.width;
            let part = |at: usize| {
                block
                    .heads
                    .split(&joined.narrow(D::Minus1, at * width, width)?)
            };
            let layer = cache.layer(number)?;
            layer.add(&part(1)?, &part(2)?)?;
            let attended = block.heads.attend(&part(0)?, layer.seen(), &mask)?;
            x = (x + block.output.forward(&attended)?)?;
            let inner = block.up.forward(&block.second_norm.forward(&x)?)?;
            x = (x + block.down.forward(&block.activation.apply(&inner)?)?)?;
        }
        cache.advance(tokens);
        self.norm.forward(&x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.head.forward(hidden)
    }
}
