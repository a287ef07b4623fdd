//! Projections and embeddings.
use crate::failure::{Failure, Result};
use candle_core::{D, Device, Tensor};
use kernels::Matrix;

/// x · W + b, over the last dimension.
#[derive(Debug)]
pub(crate) struct Linear {
    /// [outputs, inputs].
    weight: Matrix,
    bias: Option<Tensor>,
}

impl Linear {
    pub(crate) fn new(weight: Matrix, bias: Option<Tensor>) -> Self {
        Self { weight, bias }
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut shape = x.dims().to_vec();
        if x.dim(D::Minus1)? != self.weight.columns() {
            return Err(Failure::Rows);
        }
        let x = x.flatten_all()?.to_vec1::<f32>()?;
        if let Some(last) = shape.last_mut() {
            *last = self.weight.rows();
        }
        let product = Tensor::from_vec(self.weight.multiply(&x), shape, &Device::Cpu)?;
        Ok(match &self.bias {
            Some(bias) => product.broadcast_add(bias)?,
            None => product,
        })
    }
}

/// A vector for each token or position.
#[derive(Debug)]
pub(crate) struct Embedding(Matrix);

impl Embedding {
    /// [tokens, width].
    pub(crate) fn new(table: Matrix) -> Self {
        Self(table)
    }

    /// The vectors of ids of any shape, in a dimension more.
    pub(crate) fn look_up(&self, ids: &Tensor) -> Result<Tensor> {
        let mut shape = ids.dims().to_vec();
        shape.push(self.0.columns());
        let mut vectors = Vec::with_capacity(shape.iter().product());
        for id in ids.flatten_all()?.to_vec1::<u32>()? {
            vectors.extend(self.0.row(id as usize).ok_or(Failure::Rows)?);
        }
        Ok(Tensor::from_vec(vectors, shape, &Device::Cpu)?)
    }

    /// The same vectors as the projection to logits: tied embeddings share their memory.
    pub(crate) fn tied(&self) -> Linear {
        Linear::new(self.0.clone(), None)
    }
}
