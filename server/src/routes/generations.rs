//! Generations: the completions of all stored runs as records.
//!
//! * [`list`] and [`show`] read them, [`export`] and [`aggregate`] all that a filter finds, [`say`] keeps feedback and scores, [`create`] takes new ones.
//! * `page` is what people see of them.
pub mod aggregate;
pub mod create;
pub mod export;
pub mod list;
pub(crate) mod page;
pub mod say;
pub mod show;
