//! The arithmetic of language models, over plain slices.
//!
//! | module | subject |
//! |---|---|
//! | `format`, `blocks`, `super_blocks` | how files write numbers, and what they stand for |
//! | `matrix` | weights, in memory as they are in the file, times vectors |
//! | `attention` | keys and values of a text, and attention over them |
//! | `product` | the sums of products below both |
//! | `processor` | the instructions that this processor has; threads |
//!
//! A weight stands for a number of single precision, and that number is what is multiplied, so the format of a file costs no
//! exactness beyond its own; sums are of single precision. They are added up in an order that depends on the processor's
//! instructions (the last bits differ from one kind to another), but not on how many vectors come at once nor on
//! the number of threads: a text that is read in one go has to the bit the numbers of the same text token by token.
mod attention;
mod blocks;
mod format;
mod matrix;
mod processor;
mod product;
mod super_blocks;

pub use attention::{Heads, Mask, Past, attend};
pub use format::Format;
pub use matrix::Matrix;
