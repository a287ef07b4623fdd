//! One prompt, or many, over a grid of parameters: what is asked, and how the answers differ. The command line and the page
//! `/generate` sweep with the same code, so that their tables say the same.
//!
//! | module | what it is |
//! |---|---|
//! | [`grid`] | parameters with their values, and all combinations of them |
//! | [`lines`] | the same as a text, a line for each parameter |
//! | [`mod@prompts`] | prompts from lines of JSON |
//! | [`row`] | the figures of a point of the grid |
mod grid;
pub mod lines;
mod prompts;
mod row;

pub use grid::{Axis, Failure, MOST_POINTS, Point, points};
pub use prompts::{BadLine, prompts};
pub use row::{FIGURES, Figure, Row};
