//! From a prompt to answers.
//!
//! | file | subject |
//! |---|---|
//! | `single` | greedy search and sampling: sequences that do not know of each other |
//! | `beam` | beam search and beam sampling: the loop |
//! | `choice` | which candidates of all beams go on |
//! | `finished` | the answers that are complete, and when it is enough |
//! | `step` | asking the model, with checks |
mod beam;
mod choice;
mod finished;
mod single;
mod step;

use crate::failure::Failure;
use crate::model::Model;
use crate::parameters::Parameters;
use crate::random;
use crate::sequence::{Generation, Token};
use std::ops::ControlFlow;
use step::Run;

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Greedy search and sampling: a sequence has one token more, and goes on or ends with it.
    Token {
        /// Number of the sequence.
        sequence: usize,
        /// The token.
        token: Token,
    },
    /// Beam search: one token more has been decided on, in every beam.
    Step {
        /// Tokens after the prompt.
        written: usize,
        /// What was looked at, in the order in which it was: best first, or as it was drawn.
        branches: Vec<Branch>,
    },
}

/// A beginning that beam search has looked at. All of them together are the tree that it walked, with what it lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The branch of the step before that this one goes on with, by its place there; 0 in the first step.
    pub parent: usize,
    /// Its last token.
    pub token: Token,
    /// Sum of what its tokens have after the processors.
    pub total: f32,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of a branch in the step in which it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A beam goes on with it.
    GoesOn,
    /// It is complete, and was among the best of those when it came.
    Ended,
    /// Others were better.
    Lost,
}

/// Writes answers to a prompt: all input tokens, or the start token of an encoder-decoder.
pub fn generate<M: Model>(
    model: &mut M,
    prompt: &[u32],
    parameters: &Parameters,
) -> Result<Generation, Failure<M::Error>> {
    generate_with(
        model,
        prompt,
        parameters,
        &mut |_| ControlFlow::Continue(()),
    )
}

/// The same, watched: `Break` ends the generation, and what was written so far is the result.
pub fn generate_with<M: Model>(
    model: &mut M,
    prompt: &[u32],
    parameters: &Parameters,
    watch: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> Result<Generation, Failure<M::Error>> {
    let settings = parameters.settings()?;
    let run = Run::new(model, prompt, &settings)?;
    let sequences = if settings.mode.has_beams() {
        beam::search(run, watch)?
    } else {
        single::write(run, watch)?
    };
    Ok(Generation {
        sequences,
        drawn: settings
            .mode
            .draws()
            .then_some((settings.seed, random::ALGORITHM)),
    })
}
