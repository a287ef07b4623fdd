//! One file per group of routes.
mod body;
pub mod create;
pub mod download;
#[cfg(feature = "embed")]
mod embedded;
pub mod files;
pub mod generate;
pub mod generations;
pub mod health;
mod id;
pub mod openai;
pub mod pages;
mod parameters;
pub mod reader;
pub mod runs;
pub mod share_page;
pub mod shares;
pub mod theme;
