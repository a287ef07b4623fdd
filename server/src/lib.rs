//! The surprisal program: a thin server around the stores, and the same numbers on the command line.
//!
//! | module | what it is |
//! |---|---|
//! | [`access`] | who gets in: tokens, and the login page |
//! | [`cli`] | the command line |
//! | [`analyze`] | `surprisal analyze`: files in, boards and problems out |
//! | `compress` | which answers go out compressed |
//! | [`compare`] | `surprisal compare`: two runs side by side |
//! | `console` | what the commands have in common: what they say, how they write and end |
//! | `again` | reads records again, for alternatives |
//! | [`paths`] | `surprisal paths`: how sure the values of JSON answers are |
//! | [`query`] | `surprisal query`: which tokens and sequences match |
//! | [`generate`] | `surprisal generate`: a model of this machine writes |
//! | [`score`] | `surprisal score`: a model of this machine judges texts |
//! | [`models`] | the models that `serve` was given: who asks them, who waits |
//! | [`generations`] | `surprisal generations`: completions as records |
//! | [`tree`] | `surprisal tree`: answers to one prompt, folded by their beginnings |
//! | [`serve`] | `surprisal serve`: start, run, shut down in good order |
//! | [`gc`] | `surprisal gc`: removes what no stored run needs any more |
//! | `hub` | `hf:OWNER/NAME`: models of the Hugging Face hub |
//! | [`retain`] | `surprisal retain`: takes out of the store what a policy forbids |
//! | [`measures`] | what is counted, for Prometheus |
//! | [`telemetry`] | requests and generations as spans, for a collector of OpenTelemetry |
//! | [`config`] | every setting and every limit of the server |
//! | [`openapi`] | the description of the API, made from its routes, for programs and for people |
//! | `plain` | pages that the server writes by itself |
//! | [`router`] | all routes on one screen |
//! | [`routes`] | one file per group of routes |
//! | [`upload`] | the way of a file into the store: limits, summary, commit |
//! | [`failure`] | errors as answers: JSON for programs, a page for people |
//! | [`security`] | headers of every response; who may change something; names of this machine |
//! | [`rate`] | how many requests one client may send |
//! | [`requests`] | a line in the log and an id for every request |
//! | [`backend`] | the store as the rendered pages ask for it |
//! | [`state`] | what all requests share |
// A page of `app` is one nested type, and it is here that the compiler lays it out.
#![recursion_limit = "256"]

pub mod access;
mod again;
pub mod analyze;
pub mod backend;
pub mod cli;
pub mod compare;
mod compress;
pub mod config;
mod console;
pub mod failure;
pub mod gc;
pub mod generate;
pub mod generations;
mod hub;
pub mod measures;
pub mod models;
pub mod openapi;
pub mod paths;
mod plain;
pub mod query;
pub mod rate;
pub mod requests;
pub mod retain;
pub mod router;
pub mod routes;
pub mod score;
pub mod security;
pub mod serve;
pub mod state;
pub mod telemetry;
pub mod tree;
pub mod upload;
