//! The Leptos user interface: the server renders it, the browser takes it over.
//!
//! | module | what it is |
//! |---|---|
//! | [`mod@shell`] | the document, the routes, header and footer |
//! | `preferences`, `theme` | what a person chose and this machine keeps |
//! | [`pages`] | one file per page |
//! | `files` | which files one run is read from: several at once, or those of a folder |
//! | [`session`] | the file that is open: source, progress, boards, rows |
//! | [`view`] | filter, sort and selection, and how they read in an address |
//! | `worker_client` | the page's side of the worker that reads the file |
//! | `components`, `detail` | boards, cards, list, report; the text of a sequence with its panel and chart |
//!
//! Data flows one way: the address gives the [`view::ViewState`]; a change of it asks the worker; its answers fill the signals of
//! the session; components show them.
#![recursion_limit = "256"]
#![expect(
    unreachable_pub,
    reason = "the component macro makes the properties of private components public"
)]

mod browser;
mod components;
mod detail;
mod files;
mod markup;
mod pages;
mod preferences;
pub mod session;
mod shell;
mod theme;
pub mod view;
mod worker_client;

#[cfg(feature = "ssr")]
pub use pages::MadeOnServer;
#[cfg(feature = "ssr")]
pub use pages::style::{PATH as STYLE_PATH, StyleGuide};
#[cfg(feature = "ssr")]
pub use preferences::Preferences;
pub use shell::{App, HasModels, shell};
