//! Generations: the completions of all stored runs as records.
//!
//! * [`list`] and [`show`] read them, [`say`] keeps feedback and scores, [`create`] takes new ones.
pub mod create;
pub mod list;
pub mod say;
pub mod show;
