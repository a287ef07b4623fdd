//! One prompt and what is written after it.
use crate::failure::{Failure, Result};
use crate::layers::Cache;
use crate::load::Model;
use candle_core::{Device, Tensor};
use decoding::Row;
use std::{borrow::Cow, sync::Arc};

/// Tokens of a prompt that are computed at once: enough for the processor's full speed, and the scores of their
/// attention stay small.
const CHUNK: usize = 256;

/// Whether somebody has lost interest.
type Ask = Box<dyn Fn() -> bool + Send>;

/// The model as the decoder sees it. Each prompt has a session of its own.
pub struct Session {
    model: Arc<Model>,
    /// Asked between the parts of a long prompt.
    stop: Option<Ask>,
    /// Before the first token of the answer, to begin again with.
    empty: Cache,
    cache: Cache,
}

impl Session {
    /// For a prompt. An encoder reads it at once; others read it in the first step.
    pub fn new(model: &Arc<Model>, prompt: &[u32]) -> Result<Self> {
        model.check(prompt)?;
        let network = &model.network;
        let empty = if network.reads() {
            if let Some(positions) = network.positions().filter(|&known| prompt.len() > known) {
                return Err(Failure::Long {
                    positions,
                    position: prompt.len(),
                });
            }
            Cache::reading(network.read(&tensor(&[prompt])?)?)
        } else {
            Cache::new(network.layers())
        };
        Ok(Self {
            model: Arc::clone(model),
            stop: None,
            cache: empty.clone(),
            empty,
        })
    }

    /// Ends with [`Failure::Stopped`] in the middle of a long prompt, once this says so. Between tokens the decoder's
    /// watcher is asked.
    #[must_use]
    pub fn until(mut self, stop: impl Fn() -> bool + Send + 'static) -> Self {
        self.stop = Some(Box::new(stop));
        self
    }

    /// The logits after every one of the ids, which the session goes on with: [`Model::vocabulary`] for each. `false`
    /// from `each` ends it soon.
    ///
    /// # Errors
    ///
    /// Besides what the computation gives: [`Failure::Rows`] once the decoder has made several rows of the session.
    pub fn read(&mut self, ids: &[u32], mut each: impl FnMut(&[f32]) -> bool) -> Result<()> {
        self.model.check(ids)?;
        for chunk in ids.chunks(CHUNK) {
            let hidden = self.step(&[chunk])?.squeeze(0)?;
            let logits = self.model.network.logits(&hidden)?.flatten_all()?;
            let logits = logits.to_vec1::<f32>()?;
            if !logits.chunks(self.model.vocabulary()).all(&mut each) {
                break;
            }
        }
        Ok(())
    }

    /// The hidden states of new tokens of all rows.
    fn step(&mut self, rows: &[&[u32]]) -> Result<Tensor> {
        if self.stop.as_ref().is_some_and(|stop| stop()) {
            return Err(Failure::Stopped);
        }
        let tokens = rows.first().map_or(0, |row| row.len());
        let position = self.cache.length() + tokens;
        let network = &self.model.network;
        if let Some(positions) = network.positions().filter(|&known| position > known) {
            return Err(Failure::Long {
                positions,
                position,
            });
        }
        network.hidden(&tensor(rows)?, &mut self.cache)
    }

    /// The prompt, or the next token of all rows; the logits of the last token of each.
    fn next(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<()> {
        for row in rows {
            self.model.check(row.fresh())?;
        }
        let parents: Option<Vec<usize>> = rows.iter().map(|row| row.parent).collect();
        let hidden = match (parents, rows) {
            (Some(parents), _) => {
                self.cache.select(&parents)?;
                let fresh: Vec<&[u32]> = rows.iter().map(Row::fresh).collect();
                self.step(&fresh)?
            }
            (None, [prompt]) => {
                self.cache = self.empty.clone();
                let mut chunks = prompt.ids.chunks(CHUNK);
                let mut hidden = self.step(&[chunks.next().unwrap_or_default()])?;
                for chunk in chunks {
                    hidden = self.step(&[chunk])?;
                }
                hidden
            }
            (None, _) => return Err(Failure::Rows),
        };
        let last = hidden.dim(1)?.saturating_sub(1);
        let hidden = hidden.narrow(1, last, 1)?.squeeze(1)?;
        let logits = self.model.network.logits(&hidden)?.flatten_all()?;
        out.extend(logits.to_vec1::<f32>()?);
        Ok(())
    }
}

impl decoding::Model for Session {
    type Error = Failure;

    fn vocabulary(&self) -> usize {
        self.model.vocabulary()
    }

    fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<()> {
        self.next(rows, out)
    }

    fn piece(&self, token: u32) -> Option<Cow<'_, [u8]>> {
        Some(self.model.text()?.piece(token))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut session = f.debug_struct("Session");
        session.field("model", &self.model).finish_non_exhaustive()
    }
}

/// Rows of one length as [rows, tokens].
fn tensor(rows: &[&[u32]]) -> Result<Tensor> {
    let tokens = rows.first().map_or(0, |row| row.len());
    if rows.iter().any(|row| row.len() != tokens) {
        return Err(Failure::Rows);
    }
    let shape = (rows.len(), tokens);
    Ok(Tensor::from_vec(rows.concat(), shape, &Device::Cpu)?)
}
