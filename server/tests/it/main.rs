//! The server from the outside: its routes through the router, its connections over TCP, its program as a process.
//!
//! [`app`] is the vocabulary of these tests.
//!
//! `cfg(test)` says to clippy what it does not see by itself: helpers of tests may unwrap, too.
#![cfg(test)]

mod access;
mod analyze;
mod api_description;
mod app;
mod compare;
mod compress;
mod download;
mod engine;
mod faults;
mod generations;
mod limits;
mod models;
mod openai;
mod pages;
mod paths;
mod process;
mod query;
mod retain;
mod runs;
mod shares;
mod telemetry;
mod tree;
mod upload;
