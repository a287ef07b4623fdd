//! Keys and values of what was read so far, so that a token costs the same whatever stands before it.
//!
//! Beams and several answers go on from one prompt: its part is kept once for all rows, and what is written after it
//! once for each row.
use crate::failure::{Failure, Result};
use candle_core::Tensor;
use kernels::Past;
use std::sync::Arc;

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
    shared: Option<Past>,
    /// One for each row.
    own: Vec<Past>,
    /// What an encoder has read.
    read: Option<Arc<Past>>,
}

/// What rows look at: something that all see, and then what is their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    shared: Option<&'a Past>,
    own: &'a [Past],
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
    pub(crate) fn reading(read: Vec<Past>) -> Self {
        let layer = |past| Layer {
            read: Some(Arc::new(past)),
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
        for layer in self.layers.iter_mut().filter(|layer| !layer.own.is_empty()) {
            let own = parents.iter().filter_map(|&parent| layer.own.get(parent));
            layer.own = own.cloned().collect();
        }
        self.rows = parents.len();
        Ok(())
    }
}

impl Layer {
    /// Adds the tokens of a step, [rows, heads, tokens, width] each: many of a single row are a prompt.
    pub(crate) fn add(&mut self, keys: &Tensor, values: &Tensor) -> Result<()> {
        let (rows, heads, tokens, width) = keys.dims4()?;
        let prompt = rows == 1 && tokens > 1 && self.own.is_empty();
        let keys = keys.flatten_all()?.to_vec1::<f32>()?;
        let values = values.flatten_all()?.to_vec1::<f32>()?;
        if prompt {
            let shared = self.shared.get_or_insert_with(|| Past::new(heads, width));
            shared.add(&keys, &values);
            return Ok(());
        }
        if self.own.is_empty() {
            self.own = vec![Past::new(heads, width); rows];
        }
        let row = heads * tokens * width;
        let parts = keys.chunks_exact(row).zip(values.chunks_exact(row));
        for (own, (keys, values)) in self.own.iter_mut().zip(parts) {
            own.add(keys, values);
        }
        Ok(())
    }

    /// What an encoder has read, for all rows.
    pub(crate) fn read(&self) -> Seen<'_> {
        Seen {
            shared: self.read.as_deref(),
            own: &[],
        }
    }

    /// What there is, in order.
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            shared: self.shared.as_ref(),
            own: &self.own,
        }
    }
}

impl<'a> Seen<'a> {
    /// The same for all rows.
    pub(crate) fn all(past: &'a Past) -> Self {
        Self {
            shared: Some(past),
            own: &[],
        }
    }

    /// What a row sees.
    pub(crate) fn of(self, row: usize) -> Vec<&'a Past> {
        self.shared.into_iter().chain(self.own.get(row)).collect()
    }
}
