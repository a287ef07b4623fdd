//! T5, with plain or gated layers (T5 1.1, Flan, T0): relative positions as a bias of the scores, norms before each part.
use super::Network;
use crate::failure::Result;
use crate::layers::{Activation, Attention, Cache, Embedding, Heads, Linear, Mask, Norm, Seen};
use crate::load::config::Config;
use crate::load::weights::Weights;
use candle_core::{Device, Tensor};
use kernels::Past;
use metrics::num;

struct T5 {
    tokens: Embedding,
    encoder: Stack,
    decoder: Stack,
    head: Linear,
    /// Factor of the last hidden states.
    scale: f64,
}

struct Stack {
    blocks: Vec<Block>,
    norm: Norm,
    distances: Distances,
}

struct Block {
    own: Part,
    /// Over what the encoder has read; the encoder has none.
    cross: Option<Part>,
    norm: Norm,
    /// Gated layers have it.
    gate: Option<Linear>,
    up: Linear,
    down: Linear,
    activation: Activation,
}

/// The norm comes before it.
struct Part {
    norm: Norm,
    attention: Attention,
}

impl Part {
    /// What is seen is added.
    fn add(&self, x: &Tensor, own: &Tensor, seen: Seen<'_>, mask: &Mask) -> Result<Tensor> {
        Ok((x + self.attention.attend(own, seen, mask)?)?)
    }
}

/// What the distance of two tokens adds to their score.
struct Distances {
    /// [buckets, heads].
    table: Embedding,
    buckets: usize,
    farthest: usize,
    /// Only what lies before has buckets.
    causal: bool,
}

pub(super) fn build(config: &Config, weights: &Weights) -> Result<Box<dyn Network>> {
    let (width, vocabulary) = (config.size("d_model")?, config.size("vocab_size")?);
    let tokens = weights.embedding("shared", vocabulary, width)?;
    // Older files say nothing of it: there, tied embeddings meant scaled states.
    let tied = config.get("tie_word_embeddings").is_none() || config.flag("tie_word_embeddings");
    let scaled = match config.get("scale_decoder_outputs") {
        Some(_) => config.flag("scale_decoder_outputs"),
        None => tied,
    };
    let layers = config.size("num_layers")?;
    let decoder_layers = config.size_if("num_decoder_layers")?.unwrap_or(layers);
    Ok(Box::new(T5 {
        encoder: stack(config, weights, "encoder", layers)?,
        decoder: stack(config, weights, "decoder", decoder_layers)?,
        // Files in which the two are the same leave one of them out.
        head: if weights.has("lm_head.weight") {
            weights.linear("lm_head", width, vocabulary)?
        } else {
            tokens.tied()
        },
        scale: if scaled {
            1.0 / num::sqrt(width as f64)
        } else {
            1.0
        },
        tokens,
    }))
}

fn stack(config: &Config, weights: &Weights, side: &str, layers: usize) -> Result<Stack> {
    let width = config.size("d_model")?;
    let epsilon = config.number_or("layer_norm_epsilon", 1e-6)?;
    let buckets = config
        .size_if("relative_attention_num_buckets")?
        .unwrap_or(32);
    let name = format!("{side}.block.0.layer.0.SelfAttention.relative_attention_bias");
    Ok(Stack {
        blocks: (0..layers)
            .map(|number| block(config, weights, side, number))
            .collect::<Result<_>>()?,
        norm: Norm::root(weights, &format!("{side}.final_layer_norm"), width, epsilon)?,
        distances: Distances {
            table: weights.embedding(&name, buckets, config.size("num_heads")?)?,
            buckets,
            farthest: config
                .size_if("relative_attention_max_distance")?
                .unwrap_or(128),
            causal: side == "decoder",
        },
    })
}

fn block(config: &Config, weights: &Weights, side: &str, number: usize) -> Result<Block> {
    let (width, inner) = (config.size("d_model")?, config.size("d_ff")?);
    let (count, head) = (config.size("num_heads")?, config.size("d_kv")?);
    let epsilon = config.number_or("layer_norm_epsilon", 1e-6)?;
    let name = |place: usize, part: &str| format!("{side}.block.{number}.layer.{place}.{part}");
    let norm = |place: usize| Norm::root(weights, &name(place, "layer_norm"), width, epsilon);
    let part = |place: usize, kind: &str| -> Result<Part> {
        let linear = |part: &str, from: usize, to: usize| {
            weights.linear(&name(place, &format!("{kind}.{part}")), from, to)
        };
        Ok(Part {
            norm: norm(place)?,
            attention: Attention {
                heads: Heads {
                    scale: 1.0,
                    ..Heads::new(count, head)
                },
                queries: linear("q", width, count * head)?,
                keys: linear("k", width, count * head)?,
                values: linear("v", width, count * head)?,
                output: linear("o", count * head, width)?,
            },
        })
    };
    let decodes = side == "decoder";
    let last = 1 + usize::from(decodes);
    let linear = |part: &str, from: usize, to: usize| {
        weights.linear(&name(last, &format!("DenseReluDense.{part}")), from, to)
    };
    let (gated, activation) = feed_forward(config)?;
    Ok(Block {
        own: part(0, "SelfAttention")?,
        cross: decodes.then(|| part(1, "EncDecAttention")).transpose()?,
        norm: norm(last)?,
        gate: gated.then(|| linear("wi_0", width, inner)).transpose()?,
        up: linear(if gated { "wi_1" } else { "wi" }, width, inner)?,
        down: linear("wo", inner, width)?,
        activation,
    })
}

/// `feed_forward_proj` is `relu`, `gated-gelu` and so on. The gelu of gated ones is the one by the hyperbolic tangent.
fn feed_forward(config: &Config) -> Result<(bool, Activation)> {
    let told = config.text("feed_forward_proj").unwrap_or("relu");
    let (gated, name) = match told.strip_prefix("gated-") {
        Some(name) => (true, name),
        None => (false, told),
    };
    let activation = match (gated, name) {
        (true, "gelu") => Activation::GeluTanh,
        _ => Activation::named(name).ok_or_else(|| {
            let problem =
                format!("is {told:?}, which is not known here; known are relu and gated-gelu");
            config.wrong("feed_forward_proj", problem)
        })?,
    };
    Ok((gated, activation))
}

impl Network for T5 {
    fn layers(&self) -> usize {
        self.decoder.blocks.len()
    }

    fn positions(&self) -> Option<usize> {
        None
    }

    fn reads(&self) -> bool {
        true
    }

    fn read(&self, input: &Tensor) -> Result<Vec<Past>> {
        let tokens = input.dim(1)?;
        let mask = self.encoder.distances.mask(tokens, tokens)?;
        let mut x = self.tokens.look_up(input)?;
        for block in &self.encoder.blocks {
            let own = block.own.norm.forward(&x)?;
            let past = block.own.attention.past(&own)?;
            x = block.own.add(&x, &own, Seen::all(&past), &mask)?;
            x = block.inner(&x)?;
        }
        let x = self.encoder.norm.forward(&x)?;
        let cross = |block: &Block| block.cross.as_ref().map(|cross| cross.attention.past(&x));
        self.decoder.blocks.iter().filter_map(cross).collect()
    }

    fn hidden(&self, ids: &Tensor, cache: &mut Cache) -> Result<Tensor> {
        let (_, tokens) = ids.dims2()?;
        let all = cache.length() + tokens;
        let mask = self.decoder.distances.mask(tokens, all)?;
        let mut x = self.tokens.look_up(ids)?;
        for (number, block) in self.decoder.blocks.iter().enumerate() {
            let layer = cache.layer(number)?;
            let own = block.own.norm.forward(&x)?;
            let (keys, values) = block.own.attention.pair(&own)?;
            layer.add(&keys, &values)?;
            x = block.own.add(&x, &own, layer.seen(), &mask)?;
            if let Some(cross) = &block.cross {
                let own = cross.norm.forward(&x)?;
                x = cross.add(&x, &own, layer.read(), &Mask::default())?;
            }
            x = block.inner(&x)?;
        }
        cache.advance(tokens);
        Ok((self.decoder.norm.forward(&x)? * self.scale)?)
    }

    fn logits(&self, hidden: &Tensor) -> Result<Tensor> {
        self.head.forward(hidden)
    }
}

impl Block {
    fn inner(&self, x: &Tensor) -> Result<Tensor> {
        let own = self.norm.forward(x)?;
        let up = self.up.forward(&own)?;
        let inner = match &self.gate {
            Some(gate) => (self.activation.apply(&gate.forward(&own)?)? * up)?,
            None => self.activation.apply(&up)?,
        };
        Ok((x + self.down.forward(&inner)?)?)
    }
}

impl Distances {
    /// For the last `tokens` of `all`.
    fn mask(&self, tokens: usize, all: usize) -> Result<Mask> {
        let before = all - tokens;
        let buckets: Vec<u32> = (before..all)
            .flat_map(|query| (0..all).map(move |key| self.bucket(query, key) as u32))
            .collect();
        let buckets = Tensor::from_vec(buckets, (tokens, all), &Device::Cpu)?;
        // [heads, tokens, all].
        let values = self.table.look_up(&buckets)?.permute((2, 0, 1))?;
        Ok(Mask {
            causal: self.causal,
            window: None,
            bias: Some(values.contiguous()?.flatten_all()?.to_vec1()?),
        })
    }

    /// Near distances have buckets of their own, far ones share them by their logarithm.
    fn bucket(&self, query: usize, key: usize) -> usize {
        let (first, count, far) = if self.causal {
            (0, self.buckets, query.saturating_sub(key))
        } else {
            let half = self.buckets / 2;
            let first = if key > query { half } else { 0 };
            (first, half, query.abs_diff(key))
        };
        let exact = (count / 2).max(1);
        if far < exact {
            return first + far;
        }
        let (far, exact_size) = (far as f64, exact as f64);
        let part = num::ln(far / exact_size) / num::ln(self.farthest as f64 / exact_size);
        let logarithmic = (part * (count - exact) as f64) as usize;
        first + (exact + logarithmic).min(count - 1)
    }
}
