//! A request to write, checked: everything that can be wrong is said before anything is computed.
use super::elsewhere;
use super::given::{Found, Models};
use crate::config::Limits;
use crate::failure::Failure;
use api::writing::Ask;
use decoding::Parameters;
use std::sync::Arc;
pub use writer::MOST_ALTERNATIVES;
use writer::Writing;

/// What is to be done.
pub(super) enum Wanted {
    /// Here.
    Local(Box<Writing>),
    /// There.
    Elsewhere(Box<elsewhere::Job>),
}

impl Wanted {
    pub(super) async fn of(
        models: &Arc<Models>,
        ask: Ask,
        fills: bool,
        limits: &Limits,
    ) -> Result<Self, Failure> {
        let told = writer::told(&ask).map_err(Failure)?;
        let most = limits.generated_tokens;
        match models.find(&ask.model)? {
            Found::Local(local) => {
                let job =
                    super::aside(move || Writing::of(local, ask, fills, most).map_err(Failure))
                        .await?;
                Ok(Self::Local(Box::new(job)))
            }
            Found::Elsewhere(remote, model) => {
                let parameters = told.over(Parameters::default()).map_err(|e| bad(&e))?;
                within(&parameters, most)?;
                let job = elsewhere::Job::of(remote, model, ask, parameters)?;
                Ok(Self::Elsewhere(Box::new(job)))
            }
        }
    }
}

pub(super) fn bad(error: &dyn std::fmt::Display) -> Failure {
    Failure(writer::bad(error))
}

/// As far as it is told: a server that is not told has a limit of its own.
fn within(parameters: &Parameters, most: usize) -> Result<(), Failure> {
    if parameters
        .top_logprobs
        .is_some_and(|count| count > MOST_ALTERNATIVES)
    {
        return Err(Failure(writer::many_alternatives()));
    }
    let answers = parameters.num_return_sequences.unwrap_or(1);
    let new = parameters.max_new_tokens.unwrap_or(1);
    writer::few(new, answers, most).map_err(Failure)
}
