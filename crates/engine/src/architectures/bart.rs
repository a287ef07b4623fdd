//! BART: an encoder and a decoder with learned positions, norms after each part.
use super::Network;
use crate::failure::Result;
use crate::layers::{
    Activation, Attention, Cache, Embedding, Heads, Linear, Mask, Norm, Seen, causal,
};
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::{Device, Tensor};
use kernels::Past;

/// The positions begin here; what comes before was meant for padding.
const OFFSET: usize = 2;
const EPSILON: f64 = 1e-5;

struct Bart {
    tokens: Embedding,
    /// Factor of the tokens' vectors.
    scale: f64,
    limit: usize,
    encoder: Stack,
    decoder: Stack,
    head: Linear,
    /// Added to the logits.
    bias: Option<Tensor>,
}

struct Stack {
    positions: Embedding,
    norm: Norm,
    blocks: Vec<Block>,
}

struct Block {
    own: Part,
    /// Over what the encoder has read; the encoder has none.
    cross: Option<Part>,
    up: Linear,
    down: Linear,
    norm: Norm,
    activation: Activation,
}

/// The norm comes after it.
struct Part {
    attention: Attention,
    norm: Norm,
}

pub(super) fn build(config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
    let (width, vocabulary) = (config.size("d_model")?, config.size("vocab_size")?);
    let limit = config.size("max_position_embeddings")?;
    let stack = |side: &str| -> Result<Stack> {
        let prefix = format!("model.{side}");
        let layers = config.size(&format!("{side}_layers"))?;
        Ok(Stack {
            positions: weights.embedding(
                &format!("{prefix}.embed_positions"),
                limit + OFFSET,
                width,
            )?,
            norm: Norm::layer(
                weights,
                &format!("{prefix}.layernorm_embedding"),
                width,
                EPSILON,
            )?,
            blocks: (0..layers)
                .map(|number| block(config, weights, side, number))
                .collect::<Result<_>>()?,
        })
    };
    let tokens = weights.embedding("model.shared", vocabulary, width)?;
    Ok(Box::new(Bart {
        scale: if config.flag("scale_embedding") {
            metrics::num::sqrt(width as f64)
        } else {
            1.0
        },
        limit,
        encoder: stack("encoder")?,
        decoder: stack("decoder")?,
        head: tokens.tied(),
        tokens,
        bias: weights
            .has("final_logits_bias")
            .then(|| weights.tensor("final_logits_bias", &[1, vocabulary]))
            .transpose()?,
    }))
}

fn block(config: &Config, weights: &Weights, side: &str, number: usize) -> Result<Block> {
    let width = config.size("d_model")?;
    let inner = config.size(&format!("{side}_ffn_dim"))?;
    let count = config.size(&format!("{side}_attention_heads"))?;
    let name = |part: &str| format!("model.{side}.layers.{number}.{part}");
    let part = |kind: &str| -> Result<Part> {
        let linear = |part: &str| weights.linear(&name(&format!("{kind}.{part}")), width, width);
        Ok(Part {
            attention: Attention {
                heads: Heads::new(count, width / count),
                queries: linear("q_proj")?,
                keys: linear("k_proj")?,
                values: linear("v_proj")?,
                output: linear("out_proj")?,
            },
            norm: Norm::layer(
                weights,
                &name(&format!("{kind}_layer_norm")),
                width,
                EPSILON,
            )?,
        })
    };
    Ok(Block {
        own: part("self_attn")?,
        cross: (side == "decoder")
            .then(|| part("encoder_attn"))
            .transpose()?,
        up: weights.linear(&name("fc1"), width, inner)?,
        down: weights.linear(&name("fc2"), inner, width)?,
        norm: Norm::layer(weights, &name("final_layer_norm"), width, EPSILON)?,
        activation: Activation::of(config, "activation_function", Activation::Gelu)?,
    })
}

impl Network for Bart {
    fn layers(&self) -> usize {
        self.decoder.blocks.len()
    }

    fn positions(&self) -> Option<usize> {
        Some(self.limit)
    }

    fn reads(&self) -> bool {
        true
    }

    fn read(&self, input: &Tensor) -> Result<Vec<Past>> {
        let mut x = self.begin(&self.encoder, input, 0)?;
        for block in &self.encoder.blocks {
            let past = block.own.attention.past(&x)?;
            x = block.own.attend(&x, Seen::all(&past), &Mask::default())?;
            x = block.inner(&x)?;
        }
        let cross = |block: &Block| block.cross.as_ref().map(|cross| cross.attention.past(&x));
        self.decoder.blocks.iter().filter_map(cross).collect()
    }

    fn hidden(&self, ids: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (_, tokens) = ids.dims2()?;
        let start = cache.length();
        let mask = causal(None);
        let mut x = self.begin(&self.decoder, ids, start)?;
        for (number, block) in self.decoder.blocks.iter().enumerate() {
            let layer = cache.layer(number)?;
            let (keys, values) = block.own.attention.pair(&x)?;
            layer.add(&keys, &values)?;
            x = block.own.attend(&x, layer.seen(), &mask)?;
            if let Some(cross) = &block.cross {
                x = cross.attend(&x, layer.read(), &Mask::default())?;
            }
            x = block.inner(&x)?;
        }
        cache.advance(tokens);
        Ok(x)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        let logits = self.head.forward(hidden)?;
        match &self.bias {
            Some(bias) => Ok(logits.broadcast_add(bias)?),
            None => Ok(logits),
        }
    }
}

impl Bart {
    fn begin(&self, stack: &Stack, ids: &Tensor, start: usize) -> Result<Tensor> {
        let first = (start + OFFSET) as u32;
        let positions = Tensor::arange(first, first + ids.dim(1)? as u32, &Device::Cpu)?;
        let positions = stack.positions.look_up(&positions)?;
        let tokens = (self.tokens.look_up(ids)? * self.scale)?;
        stack.norm.forward(&tokens.broadcast_add(&positions)?)
    }
}

impl Block {
    fn inner(&self, x: &Tensor) -> Result<Tensor> {
        let inner = self.activation.apply(&self.up.forward(x)?)?;
        self.norm.forward(&(x + self.down.forward(&inner)?)?)
    }
}

impl Part {
    /// What was attended to is added, then comes the norm.
    fn attend(&self, x: &Tensor, seen: Seen<'_>, mask: &Mask) -> Result<Tensor> {
        self.norm
            .forward(&(x + self.attention.attend(x, seen, mask)?)?)
    }
}
