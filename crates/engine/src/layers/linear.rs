//! Projections and embeddings.
use crate::failure::Result;
use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{D, Module as _, Tensor};
use std::sync::Arc;

/// x · W + b, over the last dimension.
#[derive(Debug)]
pub(crate) struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
}

#[derive(Debug)]
enum Weight {
    /// [inputs, outputs].
    Plain(Tensor),
    /// [outputs, inputs], quantised. What it is multiplied with is quantised, too.
    Packed(QMatMul),
}

impl Linear {
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self {
            weight: Weight::Plain(weight),
            bias,
        }
    }

    pub(crate) fn packed(weight: Arc<QTensor>, bias: Option<Tensor>) -> Self {
        Self {
            weight: Weight::Packed(QMatMul::QTensor(weight)),
            bias,
        }
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        // One multiplication for all rows, not one for each.
        let mut shape = x.dims().to_vec();
        let inputs = x.dim(D::Minus1)?;
        let flat = x.reshape(((), inputs))?;
        let flat = match &self.weight {
            Weight::Plain(weight) => flat.matmul(weight)?,
            Weight::Packed(weight) => weight.forward(&flat)?,
        };
        let flat = match &self.bias {
            Some(bias) => flat.broadcast_add(bias)?,
            None => flat,
        };
        if let Some(last) = shape.last_mut() {
            *last = flat.dim(1)?;
        }
        Ok(flat.reshape(shape)?)
    }
}

/// A vector for each token or position.
#[derive(Debug)]
pub(crate) enum Embedding {
    /// [tokens, width].
    Plain(Tensor),
    /// The same, quantised.
    Packed(Arc<QTensor>),
}

impl Embedding {
    /// The vectors of ids of any shape, in a dimension more.
    pub(crate) fn look_up(&self, ids: &Tensor) -> Result<Tensor> {
        let table = match self {
            Self::Plain(table) => table,
            Self::Packed(table) => return Ok(table.embedding(ids)?),
        };
        let mut shape = ids.dims().to_vec();
        shape.push(table.dim(1)?);
        let flat = table.index_select(&ids.flatten_all()?, 0)?;
        Ok(flat.reshape(shape)?)
    }

    /// The same vectors as the projection to logits: tied embeddings share their memory.
    pub(crate) fn tied(&self) -> Result<Linear> {
        Ok(match self {
            Self::Plain(table) => Linear::new(table.t()?, None),
            Self::Packed(table) => Linear::packed(Arc::clone(table), None),
        })
    }
}
