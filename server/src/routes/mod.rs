//! One file per group of routes.
pub mod create;
pub mod download;
pub mod files;
pub mod health;
pub mod pages;
pub mod runs;
pub mod theme;
