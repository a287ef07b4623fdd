//! Language models that run elsewhere, behind the OpenAI protocol: vLLM, llama.cpp, Ollama, hosted ones.
//!
//! ```text
//! request   parameters of the decoder's table -> the fields of a request; what the protocol has no word for is refused
//! client    asks the one server that it was made for; no redirects, so that the key goes nowhere else
//! refusal   what it says instead of an answer
//! record    events -> one record of completions, which everything here reads; of a broken stream, what had arrived
//! ```
mod client;
mod failure;
mod record;
mod refusal;
mod request;

pub use client::{Limits, Server};
pub use failure::Failure;
pub use record::{Piece, Record};
pub use request::{Input, Message, Request};
