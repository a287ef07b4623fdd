//! One file per page.
mod generate;
#[cfg(feature = "ssr")]
mod generations;
mod import;
mod local;
mod not_found;
mod open;
mod run;
#[cfg(feature = "ssr")]
pub mod style;

pub(crate) use generate::GeneratePage;
#[cfg(feature = "ssr")]
pub(crate) use generations::GenerationsPage;
#[cfg(feature = "ssr")]
pub use generations::MadeOnServer;
pub(crate) use import::ImportPage;
pub(crate) use local::LocalPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use open::OpenPage;
pub(crate) use run::RunPage;
