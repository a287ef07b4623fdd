//! Keys and values of what was read so far, so that a token costs the same whatever stands before it.
//!
//! Beams and several answers go on from one prompt: its part is kept once for all rows, and what is written after it
//! once for each row.
use crate::failure::{Failure, Result};
use candle_core::{Device, Tensor};

/// Keys and values, [rows, heads, tokens, width of one].
pub(crate) type Pair = (Tensor, Tensor);

/// Of all layers.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    layers: Vec<Layer>,
    length: usize,
    rows: usize,
}

/// Of one layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    shared: Option<Pair>,
    own: Option<Pair>,
    /// What an encoder has read.
    read: Option<Pair>,
}

impl Cache {
    /// An empty one, of one row.
    pub(crate) fn new(layers: usize) -> Self {
        Self {
            layers: vec![Layer::default(); layers],
            length: 0,
            rows: 1,
        }
    }

    /// An empty one, with what an encoder has read for each layer.
    pub(crate) fn reading(read: Vec<Pair>) -> Self {
        let layer = |pair| Layer {
            read: Some(pair),
            ..Layer::default()
        };
        Self {
            layers: read.into_iter().map(layer).collect(),
            length: 0,
            rows: 1,
        }
    }

    /// Tokens so far.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// So many tokens were added to every layer.
    pub(crate) fn advance(&mut self, tokens: usize) {
        self.length += tokens;
    }

    pub(crate) fn layer(&mut self, number: usize) -> Result<&mut Layer> {
        self.layers.get_mut(number).ok_or(Failure::Rows)
    }

    /// Makes rows of rows: the first one goes on with the row that the first number names.
    pub(crate) fn select(&mut self, parents: &[usize]) -> Result<()> {
        if parents.iter().any(|&parent| parent >= self.rows) {
            return Err(Failure::Rows);
        }
        if parents.iter().copied().eq(0..self.rows) {
            return Ok(());
        }
        let index: Vec<u32> = parents.iter().map(|&parent| parent as u32).collect();
        let index = Tensor::new(index, &Device::Cpu)?;
        for layer in &mut self.layers {
            if let Some((keys, values)) = &layer.own {
                let own = (
                    keys.index_select(&index, 0)?,
                    values.index_select(&index, 0)?,
                );
                layer.own = Some(own);
            }
        }
        self.rows = parents.len();
        Ok(())
    }
}

impl Layer {
    /// Adds the tokens of a step: many of a single row are a prompt.
    pub(crate) fn add(&mut self, keys: &Tensor, values: &Tensor) -> Result<()> {
        let (rows, _, tokens, _) = keys.dims4()?;
        let prompt = rows == 1 && tokens > 1 && self.own.is_none();
        let part = if prompt {
            &mut self.shared
        } else {
            &mut self.own
        };
        *part = Some(match part.take() {
            None => (keys.contiguous()?, values.contiguous()?),
            Some((before, values_before)) => (
                Tensor::cat(&[&before, keys], 2)?,
                Tensor::cat(&[&values_before, values], 2)?,
            ),
        });
        Ok(())
    }

    /// What an encoder has read, for all rows.
    pub(crate) fn read(&self) -> impl Iterator<Item = &Pair> {
        self.read.iter()
    }

    /// What there is, in order; a part with one row is for all rows.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Pair> {
        self.shared.iter().chain(&self.own)
    }
}
