//! A model of this machine writes and judges: a request in the words of the API goes in, what happens comes out. The server
//! and the worker of a browser do it with the same code, so that both say the same.
//!
//! | module | what it is |
//! |---|---|
//! | [`mod@told`] | the parameters of a request |
//! | [`prompt`] | what a model goes on with |
//! | [`write`](Writing) | a request to write: everything that can be wrong with it is said before anything is computed |
//! | [`judge`](Judging) | a request to judge a text |
//! | [`judged`] | a text with what a model says of it |
//! | [`answer`] | what was written, as people and programs want it |
//! | [`record`] | the same as a completions record |
//! | [`listed`] | tokens under their names |
//! | [`effective`] | the parameters in force |
//! | [`clock`] | how long it took |
//! | [`model`] | a model by its name |
pub mod answer;
pub mod clock;
pub mod effective;
mod judge;
pub mod judged;
pub mod listed;
pub mod model;
pub mod prompt;
pub mod record;
pub mod told;
mod write;

pub use judge::Judging;
pub use judged::Judged;
pub use model::Named;
pub use prompt::Prompt;
pub use told::Told;
pub use write::{Writing, told};

use api::writing::Happening;
use api::{ApiError, ErrorCode};

/// Alternatives of a token, at most: more would be most of an answer's bytes.
pub const MOST_ALTERNATIVES: usize = 100;

/// Who wants to know what happens.
pub trait Listener: Clone + Send + 'static {
    /// Says something; whether anybody listens still.
    fn tell(&self, happening: Happening) -> bool;

    /// Nobody listens any more.
    fn is_alone(&self) -> bool;
}

/// The answer to a request that cannot be fulfilled.
pub fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, message)
}

/// The same of a sentence of another room.
pub fn bad(error: &dyn std::fmt::Display) -> ApiError {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter();
    let is_name = text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains('_'));
    let first = first.flat_map(|c| match is_name {
        true => vec![c],
        false => c.to_uppercase().collect(),
    });
    let end = if text.ends_with('?') { "" } else { "." };
    bad_request(format!(
        "{}{}{end}",
        first.collect::<String>(),
        letters.as_str()
    ))
}

/// Too many alternatives are asked for.
pub fn many_alternatives() -> ApiError {
    bad_request(format!("top_logprobs is {MOST_ALTERNATIVES} at most."))
}

/// So many tokens in so many answers, of `most` that may be asked for.
pub fn few(new: usize, rows: usize, most: usize) -> Result<(), ApiError> {
    match new.saturating_mul(rows) {
        all if all <= most => Ok(()),
        all => Err(bad_request(format!(
            "{all} tokens are asked for, and this server writes {most} at most for one request. Set max_new_tokens lower, or \
             take fewer answers or beams."
        ))),
    }
}

/// Why the middle of a computation failed: because of the request, or because of itself.
fn failed(failure: &decoding::Failure<engine::Failure>) -> ApiError {
    use decoding::Failure;
    match failure {
        Failure::Model(engine::Failure::Compute(_)) | Failure::Logits(_) => {
            ApiError::new(ErrorCode::Internal, failure.to_string())
        }
        Failure::Model(failure) => bad(failure),
        _ => bad(failure),
    }
}
