//! Wire types of the HTTP API and its one client.
//!
//! The server renders pages from the same [`Backend`] that the browser reaches over HTTP.
/// Media type of answers for the page: postcard, field by field as the types here say. It needs no JSON reader then, and floats
/// are the same bits. Programs get JSON.
pub const POSTCARD: &str = "application/vnd.surprisal.postcard";

pub mod backend;
pub mod card;
#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod error;
pub mod events;
pub mod paths;
mod pieces;
pub mod run;
pub mod writing;

pub use backend::Backend;
pub use card::{Card, Piece};
#[cfg(target_arch = "wasm32")]
pub use client::HttpBackend;
pub use error::{ApiError, ErrorCode};
pub use events::Events;
pub use paths::{GENERATE, MODELS, SCORE, file_url, list_url, page_url, run_url, upload_url};
pub use run::{BoardProblem, RunList, RunListQuery, RunSummary, Totals};
