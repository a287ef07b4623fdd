//! Attention over keys and values that lie in parts.
use super::cache::Pair;
use crate::failure::Result;
use candle_core::{D, Device, Tensor};
use candle_nn::ops;

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

    /// softmax(queries · keys · scale + bias) · values, as [rows, tokens, heads · width]. The bias is added to the scores
    /// [rows, heads, tokens, all keys] as far as it has dimensions.
    pub(crate) fn attend<'a>(
        &self,
        queries: &Tensor,
        parts: impl Iterator<Item = &'a Pair>,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let parts: Vec<&Pair> = parts.collect();
        let (rows, _, tokens, _) = queries.dims4()?;
        let queries = (queries * self.scale)?;
        let mut scores = Vec::new();
        for (keys, _) in &parts {
            let single = keys.dim(0)? == 1;
            let part = self.fold(&queries, single)?.matmul(&keys.t()?)?;
            scores.push(self.unfold(&part, rows, tokens)?);
        }
        let mut scores = Tensor::cat(&scores, D::Minus1)?;
        if let Some(bias) = bias {
            scores = scores.broadcast_add(bias)?;
        }
        let shares = ops::softmax_last_dim(&scores)?;
        let mut from = 0;
        let mut sum: Option<Tensor> = None;
        for (keys, values) in &parts {
            let count = keys.dim(2)?;
            let share = shares.narrow(D::Minus1, from, count)?;
            let part = self.fold(&share, values.dim(0)? == 1)?.matmul(values)?;
            let part = self.unfold(&part, rows, tokens)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
            from += count;
        }
        let sum = match sum {
            Some(sum) => sum,
            None => queries,
        };
        Ok(sum
            .transpose(1, 2)?
            .reshape((rows, tokens, self.queries * self.width))?)
    }

    /// [rows, queries, tokens, x] -> [rows, keys, queries of a key · tokens, x]. With a `single` row of keys all rows
    /// become tokens of one: [1, keys, rows · queries of a key · tokens, x].
    fn fold(&self, x: &Tensor, single: bool) -> Result<Tensor> {
        let (rows, _, _, last) = x.dims4()?;
        let grouped = x.contiguous()?.reshape((rows, self.keys, (), last))?;
        if !single || rows == 1 {
            return Ok(grouped);
        }
        Ok(grouped.transpose(0, 1)?.reshape((1, self.keys, (), last))?)
    }

    /// The way back.
    fn unfold(&self, x: &Tensor, rows: usize, tokens: usize) -> Result<Tensor> {
        let (found, _, _, last) = x.dims4()?;
        let grouped = if found == rows {
            x.clone()
        } else {
            x.reshape((self.keys, rows, (), last))?
                .transpose(0, 1)?
                .contiguous()?
        };
        Ok(grouped.reshape((rows, self.queries, tokens, last))?)
    }
}

/// Keeps tokens from what comes after them, and from what lies `window` tokens back: [tokens, all] to be added to the
/// scores. `None` if nothing has to be kept from anything.
pub(crate) fn causal(tokens: usize, all: usize, window: Option<usize>) -> Result<Option<Tensor>> {
    let narrow = window.is_some_and(|window| all > window);
    if tokens == 1 && !narrow {
        return Ok(None);
    }
    let before = all - tokens;
    let value = |token: usize, key: usize| {
        let at = before + token;
        let seen = key <= at && window.is_none_or(|window| key + window > at);
        if seen { 0.0 } else { f32::NEG_INFINITY }
    };
    let values: Vec<f32> = (0..tokens)
        .flat_map(|token| (0..all).map(move |key| value(token, key)))
        .collect();
    Ok(Some(Tensor::from_vec(values, (tokens, all), &Device::Cpu)?))
}
