//! Asking the model, with checks on what it says.
use crate::candidates::alternatives;
use crate::failure::{BadLogits, Failure};
use crate::model::{Model, Row};
use crate::parameters::Settings;
use crate::processors::Processors;
use crate::sequence::{Alternative, Finish};
use crate::softmax::log_sum_exp;
use crate::stop::Stops;
use std::sync::Arc;

/// What all decoders hold on to.
pub(super) struct Run<'a, M> {
    model: &'a mut M,
    pub(super) prompt: &'a [u32],
    pub(super) settings: &'a Settings,
    pub(super) processors: Processors<'a>,
    pub(super) max_length: usize,
    stops: Stops,
    logits: Vec<f32>,
    vocabulary: usize,
}

impl<'a, M: Model> Run<'a, M> {
    pub(super) fn new(
        model: &'a mut M,
        prompt: &'a [u32],
        settings: &'a Settings,
    ) -> Result<Self, Failure<M::Error>> {
        let max_length = settings.max_length(prompt.len());
        if prompt.is_empty() {
            return Err(Failure::EmptyPrompt);
        }
        if prompt.len() >= max_length {
            return Err(Failure::LongPrompt {
                prompt: prompt.len(),
                max_length,
            });
        }
        let vocabulary = model.vocabulary();
        let unknown = |id: &u32| *id as usize >= vocabulary;
        let mut biased = settings.logit_bias.iter().map(|(id, _)| *id);
        if let Some((name, token)) = biased
            .find(unknown)
            .map(|token| ("logit_bias", token))
            // Of several, some may be those of another model of the kind.
            .or_else(|| {
                let first = settings
                    .eos
                    .first()
                    .filter(|_| settings.eos.iter().all(unknown));
                Some(("eos_token_id", *first?))
            })
        {
            return Err(Failure::UnknownToken {
                name,
                token,
                vocabulary,
            });
        }
        Ok(Self {
            vocabulary,
            model,
            prompt,
            settings,
            processors: Processors::new(settings, prompt.len()),
            max_length,
            stops: Stops::new(&settings.stop_strings),
            logits: Vec::new(),
        })
    }

    /// Computes the logits of the rows, to be had from [`Self::logits`].
    pub(super) fn ask(&mut self, rows: &[Row<'_>]) -> Result<(), Failure<M::Error>> {
        self.logits.clear();
        self.model
            .logits(rows, &mut self.logits)
            .map_err(Failure::Model)?;
        BadLogits::find(&self.logits, rows.len(), self.vocabulary)
            .map_or(Ok(()), |bad| Err(bad.into()))
    }

    /// The logits of one row, and the logarithm of the sum of their exponentials.
    pub(super) fn logits(&self, row: usize) -> (&[f32], f64) {
        let logits = self.row(row);
        (logits, log_sum_exp(logits))
    }

    fn row(&self, row: usize) -> &[f32] {
        let from = row * self.vocabulary;
        let logits = self.logits.get(from..from + self.vocabulary);
        logits.unwrap_or_default()
    }

    /// The likeliest tokens of a row, before all processors; none unless they are asked for.
    pub(super) fn alternatives(&self, row: usize) -> Arc<[Alternative]> {
        let wanted = self.settings.top_logprobs;
        if wanted == 0 {
            return Arc::default();
        }
        alternatives(self.row(row), wanted).into()
    }

    /// Whether a sequence ends with its newest token. `length` counts all ids with that token; its text is added to
    /// `text`, if anybody looks for stop strings.
    pub(super) fn end(
        &self,
        token: u32,
        length: usize,
        text: &mut Vec<u8>,
    ) -> Result<Option<Finish>, Failure<M::Error>> {
        if self.settings.eos.contains(&token) {
            return Ok(Some(Finish::Eos));
        }
        if !self.stops.is_empty() {
            let before = text.len();
            text.extend_from_slice(&self.model.piece(token).ok_or(Failure::NoText { token })?);
            if let Some((string, at)) = self.stops.find(text, before) {
                return Ok(Some(Finish::Stop { string, at }));
            }
        }
        Ok((length >= self.max_length).then_some(Finish::Length))
    }
}
