//! Projections and embeddings.
use crate::failure::Result;
use candle_core::{D, Tensor};

/// x · W + b, over the last dimension.
#[derive(Debug)]
pub(crate) struct Linear {
    /// [inputs, outputs].
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        // One multiplication for all rows, not one for each.
        let mut shape = x.dims().to_vec();
        let inputs = x.dim(D::Minus1)?;
        let flat = x.reshape(((), inputs))?.matmul(&self.weight)?;
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
pub(crate) struct Embedding {
    /// [tokens, width].
    table: Tensor,
}

impl Embedding {
    pub(crate) fn new(table: Tensor) -> Self {
        Self { table }
    }

    /// The vectors of ids of any shape, in a dimension more.
    pub(crate) fn look_up(&self, ids: &Tensor) -> Result<Tensor> {
        let mut shape = ids.dims().to_vec();
        shape.push(self.table.dim(1)?);
        let flat = self.table.index_select(&ids.flatten_all()?, 0)?;
        Ok(flat.reshape(shape)?)
    }

    /// The same vectors as the projection to logits: tied embeddings share their memory.
    pub(crate) fn tied(&self) -> Result<Linear> {
        Ok(Linear::new(self.table.t()?, None))
    }
}
