//! What networks are built from. Hidden states are [rows, tokens, width], heads are [rows, heads, tokens, width of one].
//!
//! | file | subject |
//! |---|---|
//! | `linear` | projections and embeddings |
//! | `norm` | layer norms |
//! | `activation` | the functions between projections |
//! | `rotary` | positions as rotations |
//! | `cache` | keys and values of what was read so far |
//! | `attention` | attention over them |
mod activation;
mod attention;
mod cache;
mod linear;
mod norm;
mod rotary;

pub(crate) use activation::Activation;
pub(crate) use attention::{Attention, Heads, Mask, causal};
pub(crate) use cache::{Cache, Seen};
pub(crate) use linear::{Embedding, Linear};
pub(crate) use norm::Norm;
pub(crate) use rotary::{Angles, Rotary};
