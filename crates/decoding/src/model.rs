//! What an engine has to offer.
use std::borrow::Cow;

/// One text that a model shall go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The row of the step before that this one goes on with; `None` in the first step.
    ///
    /// Several rows may name one parent, and a row that nobody names is finished: an engine with a cache reorders or
    /// copies its rows by these numbers, and then computes the last id only.
    pub parent: Option<usize>,
    /// All ids so far: the prompt, or the start tokens of an encoder-decoder, and what was written after it.
    pub ids: &'a [u32],
}

impl Row<'_> {
    /// The ids that the parent has not seen: all of them in the first step, then the last one.
    pub fn fresh(&self) -> &[u32] {
        match self.parent {
            None => self.ids,
            Some(_) => self
                .ids
                .get(self.ids.len().saturating_sub(1)..)
                .unwrap_or_default(),
        }
    }
}

/// A language model, reduced to what decoding asks of it.
///
/// The input of an encoder-decoder is no business of decoding: give it to the engine before, which encodes it once and
/// reads it in every step.
pub trait Model {
    /// What can go wrong inside.
    type Error;

    /// How many logits a row has.
    fn vocabulary(&self) -> usize;

    /// Appends the logits for the next token of every row, row after row. `out` is empty.
    ///
    /// The first step has one row, the prompt; all sequences and beams begin there. Minus infinity is a token that the
    /// model rules out; NaN and plus infinity are errors.
    fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<(), Self::Error>;

    /// The text of a token, empty for a special one. `None`: cannot tell; then stop strings are an error.
    fn piece(&self, token: u32) -> Option<Cow<'_, [u8]>> {
        let _ = token;
        None
    }
}
