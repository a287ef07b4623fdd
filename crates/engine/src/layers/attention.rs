//! Attention over keys and values of what was read so far.
use super::cache::Seen;
use super::linear::Linear;
use crate::failure::Result;
use candle_core::{Device, Tensor};
pub(crate) use kernels::Mask;
use kernels::Past;

/// Heads of queries, and of keys and values, which several of them can share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads {
    pub(crate) queries: usize,
    pub(crate) keys: usize,
    /// Numbers of one head.
    pub(crate) width: usize,
    /// Factor of the scores.
    pub(crate) scale: f64,
}

impl Heads {
    /// Every head with keys of its own, and the usual scale.
    pub(crate) fn new(heads: usize, width: usize) -> Self {
        Self {
            queries: heads,
            keys: heads,
            width,
            scale: 1.0 / metrics::num::sqrt(width as f64),
        }
    }

    /// [rows, tokens, heads · width] -> [rows, heads, tokens, width].
    pub(crate) fn split(&self, x: &Tensor) -> Result<Tensor> {
        let (rows, tokens, _) = x.dims3()?;
        let heads = x.reshape((rows, tokens, (), self.width))?;
        Ok(heads.transpose(1, 2)?.contiguous()?)
    }

    /// Keys and values of one row, for all who look at it.
    pub(crate) fn past(&self, keys: &Tensor, values: &Tensor) -> Result<Past> {
        let mut past = Past::new(self.keys, self.width);
        past.add(
            &keys.flatten_all()?.to_vec1()?,
            &values.flatten_all()?.to_vec1()?,
        );
        Ok(past)
    }

    /// softmax(queries · keys · scale + bias) · values, as [rows, tokens, heads · width].
    pub(crate) fn attend(&self, queries: &Tensor, seen: Seen<'_>, mask: &Mask) -> Result<Tensor> {
        let (rows, _, tokens, _) = queries.dims4()?;
        let queries = queries.flatten_all()?.to_vec1::<f32>()?;
        let heads = kernels::Heads {
            queries: self.queries,
            keys: self.keys,
            width: self.width,
            scale: self.scale as f32,
        };
        let width = self.queries * self.width;
        let mut all = Vec::with_capacity(queries.len());
        for (row, queries) in queries.chunks_exact(tokens * width).enumerate() {
            all.extend(kernels::attend(heads, queries, &seen.of(row), mask));
        }
        Ok(Tensor::from_vec(all, (rows, tokens, width), &Device::Cpu)?)
    }
}

/// Attention with its four products, in which queries come from one text and keys and values from the same or another one.
#[derive(Debug)]
pub(crate) struct Attention {
    pub(crate) heads: Heads,
    pub(crate) queries: Linear,
    pub(crate) keys: Linear,
    pub(crate) values: Linear,
    pub(crate) output: Linear,
}

impl Attention {
    /// Keys and values of what is read, [rows, heads, tokens, width].
    pub(crate) fn pair(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let split = |linear: &Linear| self.heads.split(&linear.forward(x)?);
        Ok((split(&self.keys)?, split(&self.values)?))
    }

    /// The same of one row, for all who look at it.
    pub(crate) fn past(&self, x: &Tensor) -> Result<Past> {
        let (keys, values) = self.pair(x)?;
        self.heads.past(&keys, &values)
    }

    /// What is seen, for each token of `x`.
    pub(crate) fn attend(&self, x: &Tensor, seen: Seen<'_>, mask: &Mask) -> Result<Tensor> {
        let queries = self.heads.split(&self.queries.forward(x)?)?;
        let attended = self.heads.attend(&queries, seen, mask)?;
        self.output.forward(&attended)
    }
}

/// Keeps tokens from what comes after them, and from what lies `window` tokens back.
pub(crate) fn causal(window: Option<usize>) -> Mask {
    Mask {
        causal: true,
        window,
        bias: None,
    }
}
