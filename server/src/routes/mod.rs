//! One file per group of routes.
pub mod create;
pub mod download;
#[cfg(feature = "embed")]
mod embedded;
pub mod files;
pub mod generations;
pub mod health;
pub mod pages;
mod parameters;
pub mod runs;
pub mod theme;
