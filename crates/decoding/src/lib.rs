//! Logits in, the next tokens out, with the parameters and the results of Hugging Face transformers.
//!
//! ```text
//! parameters    what a person can set, one table with range, default and help; what has no effect, and why
//! processors    change logits, in the order of transformers: penalties, masks, then what narrows the choice of a draw
//! candidates    the tokens that are still possible; chosen by selection, the vocabulary is never sorted
//! decoders      greedy and sampling, beam search and beam sampling
//! model         what an engine has to offer: logits of rows that share a beginning
//! random        the generator behind the draws
//! stop          stop strings
//! ```
//!
//! No engine, no I/O, no clock: the same tokens natively and in WebAssembly. Only the random stream differs from that
//! of transformers, which cannot be had outside torch; the distribution that is drawn from is the same.
//!
//! ```
//! use decoding::{Model, Parameters, Row, generate};
//!
//! /// Prefers the token after the last one.
//! struct Counter;
//!
//! impl Model for Counter {
//!     type Error = std::convert::Infallible;
//!
//!     fn vocabulary(&self) -> usize {
//!         10
//!     }
//!
//!     fn logits(&mut self, rows: &[Row<'_>], out: &mut Vec<f32>) -> Result<(), Self::Error> {
//!         for row in rows {
//!             let next = row.ids.last().map_or(0, |last| (last + 1) % 10);
//!             out.extend((0..10).map(|id| if id == next { 5.0 } else { 0.0 }));
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let mut parameters = Parameters::default();
//! parameters.set("eos_token_id", "7")?;
//! let answer = generate(&mut Counter, &[4], &parameters)?;
//! assert_eq!(answer.sequences[0].ids(), [5, 6, 7]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
pub mod candidates;
mod decoders;
mod failure;
pub mod model;
pub mod parameters;
pub mod processors;
pub mod random;
mod ranking;
mod sequence;
pub mod softmax;
mod stop;

pub use candidates::{Candidates, alternatives};
pub use decoders::{Branch, Event, Fate, generate, generate_with};
pub use failure::{BadLogits, Failure};
pub use model::{Model, Row};
pub use parameters::{EarlyStopping, Invalid, Mode, Parameters, Settings};
pub use processors::Processors;
pub use sequence::{Alternative, Finish, Generation, Sequence, Token};
