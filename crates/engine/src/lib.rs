//! Language models that run here: a directory in, logits out.
//!
//! ```text
//! load           what lies in a directory: configuration and weights; everything is checked before a weight is read
//! layers         what networks are built from: projections, norms, rotary positions, attention with its cache
//! architectures  the networks: one file for each kind, all in the naming of transformers
//! text, chat     between texts and tokens: the tokenizer, and the template around the messages of a chat
//! session        one prompt and what is written after it: the model that `decoding` asks
//! score          what a model thinks of a text that is there already
//! ```
//!
//! Everything is computed in single precision on the processor, as transformers does it there, and gives its results:
//! the runs of the tiny models in the tests are sequence for sequence those of transformers.
mod architectures;
mod chat;
mod failure;
mod layers;
mod load;
mod score;
mod session;
mod text;
mod threads;

pub use chat::{Message, Template};
pub use failure::Failure;
pub use load::{Folder, Memory, Model, Source};
pub use score::{Asked, Place, Scored, Under, score};
pub use session::Session;
pub use text::{Text, Tokens};
pub use threads::threads;
