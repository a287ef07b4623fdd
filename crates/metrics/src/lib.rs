//! Token log-probabilities in, numbers out: the one definition of every figure, with the same bits on every target.
//!
//! ```text
//! policy        what a raw value counts as (scored, clamped, invalid, missing, censored)
//! sequence      the figures of one sequence, token by token
//! run           the figures of a run, folded from its sequences in file order
//! median        the middle of many values, without sorting them
//! band          bands at .33 and .66, and how a token is painted
//! alternatives  rank, residual, margin and the entropy interval of one position
//! repetition    loops at the end, repeated n-grams
//! advanced      figures that need all values of a sequence at once
//! diversity     how different several answers are
//! format        numbers and times for people
//! num, sum      exp, ln and friends from libm; compensated sums
//! ```
//!
//! No I/O, no serde, no allocation per token. `None` is "undefined"; NaN and infinities never leave the crate.
//! Natural logarithms throughout: "nats"; "bits" are nats / ln 2.
pub mod advanced;
pub mod alternatives;
pub mod band;
pub mod diversity;
pub mod format;
pub mod median;
pub mod num;
pub mod policy;
pub mod repetition;
pub mod run;
pub mod sequence;
pub mod sum;

pub use advanced::{Advanced, TextSize};
pub use alternatives::{Alternatives, EntropyInterval, Rank};
pub use band::{Band, Mark};
pub use diversity::Diversity;
pub use median::Kept;
pub use policy::{Counts, Reading, Status};
pub use repetition::TailLoop;
pub use run::{RunBuilder, RunFold, RunMetrics};
pub use sequence::{Passage, SequenceBuilder, SequenceMetrics};
pub use sum::Sum;
