//! Two runs side by side: pairs, forks, what was given to the other's choice, differences and their intervals.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod differences;
mod diffs;
mod forks;
mod pairs;
mod properties;
mod runs;
mod turns;
