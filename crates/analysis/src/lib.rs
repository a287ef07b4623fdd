//! Questions over the columns of a run: filter, sort, count.
//!
//! ```text
//! filter    which sequences: a query, a model, a source
//! fold      which sequences have the same text
//! search    where a piece of text occurs, and which tokens it touches
//! sort      in which order
//! select    both in one go, with the boards of what matches
//! scale     by what tokens are coloured, and how many there are of each value
//! shade     the values behind colours that need more than the probability of a token
//! models    which models, how often
//! position  what the alternatives of a position say of it
//! carry     what carries an overall number
//! context   a token with the text around it
//! near      which known word was meant
//! lab       other sampling settings, replayed over the alternatives
//! compare   two runs: what differs, and where each two texts part
//! tree      several answers to one prompt, folded by their beginnings
//! paths     answers that are JSON: how sure each value is
//! query     a language for all of that: conditions on tokens and sequences
//! decimate  a long row of probabilities in few pixels
//! ```
//!
//! Every question is one pass over the columns, without allocating per token.
pub mod carry;
pub mod compare;
mod context;
pub mod decimate;
pub mod filter;
pub mod fold;
pub mod lab;
pub mod models;
mod near;
pub mod paths;
pub mod position;
pub mod query;
pub mod scale;
mod search;
pub mod select;
pub mod shade;
pub mod sort;
pub mod tree;
mod units;

pub use context::around;
pub use decimate::minimum_per_column;
pub use filter::Filter;
pub use fold::Texts;
pub use models::models;
pub use near::nearest;
pub use position::Position;
pub use scale::{Histogram, InBand, Lens, Quantity, Scale, Unit};
pub use select::{Question, Selection, select, text_of};
pub use shade::{Listed, Shade};
pub use sort::{Sort, SortKey};
