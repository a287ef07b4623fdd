//! Layer norms, over the last dimension.
use crate::failure::Result;
use crate::load::weights::Weights;
use candle_core::Tensor;
use candle_nn::ops;

/// One of the two kinds.
#[derive(Debug)]
pub(crate) enum Norm {
    /// x / √(mean x² + ε) · weight.
    Root { weight: Tensor, epsilon: f32 },
    /// (x - mean) / √(variance + ε) · weight + bias.
    Layer {
        weight: Tensor,
        bias: Tensor,
        epsilon: f32,
    },
}

impl Norm {
    pub(crate) fn root(weights: &Weights, name: &str, width: usize, epsilon: f64) -> Result<Self> {
        Ok(Self::Root {
            weight: weights.tensor(&format!("{name}.weight"), &[width])?,
            epsilon: epsilon as f32,
        })
    }

    /// The weight is what was stored, and 1.
    pub(crate) fn above_one(self) -> Result<Self> {
        Ok(match self {
            Self::Root { weight, epsilon } => Self::Root {
                weight: (weight + 1.0)?,
                epsilon,
            },
            other => other,
        })
    }

    pub(crate) fn layer(weights: &Weights, name: &str, width: usize, epsilon: f64) -> Result<Self> {
        Ok(Self::Layer {
            weight: weights.tensor(&format!("{name}.weight"), &[width])?,
            bias: weights.tensor(&format!("{name}.bias"), &[width])?,
            epsilon: epsilon as f32,
        })
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.contiguous()?;
        Ok(match self {
            Self::Root { weight, epsilon } => ops::rms_norm(&x, weight, *epsilon)?,
            Self::Layer {
                weight,
                bias,
                epsilon,
            } => ops::layer_norm(&x, weight, bias, *epsilon)?,
        })
    }
}
