//! The tree of texts that grows when one goes on from other choices of a model.
//!
//! ```text
//! tree     answers, and branches that leave them at a token; none is ever lost
//! pieces   tokens -> pieces of text with their marks; tokens that share a character are one piece
//! edit     an edited text -> the tokens that it keeps, and the text behind them
//! record   a branch, from its root on, as a record of completions
//! beams    the steps of a beam search -> the tree that it walked
//! ```
//!
//! No I/O, no view: the page draws it, the tests read it.
mod beams;
mod edit;
mod pieces;
mod record;
mod tree;

pub use beams::{Beams, Fork};
pub use edit::{Edit, edit};
pub use pieces::{pieces, text};
pub use record::record;
pub use tree::{Branch, Figures, State, Tree};
