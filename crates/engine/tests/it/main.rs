//! The engine from the outside, on the tiny models of the decoding vectors.
//!
//! `cfg(test)` says to clippy what it does not see by itself: helpers of tests may unwrap, too.
#![cfg(test)]

mod failures;
mod families;
mod generate;
mod gguf;
mod header;
mod plain;
mod tiny;
