//! The command line.
mod analyze;
mod collect;
mod compare;
mod generate;
mod generations;
mod keep;
mod paths;
mod query;
mod score;
mod told;
mod tree;

use crate::config::Serve;
pub use analyze::{Analyze, Format};
use clap::{Parser, Subcommand};
pub use collect::Collect;
pub use compare::Compare;
pub use generate::Generate;
pub use generations::List;
pub use keep::Keep;
pub use paths::Structure;
pub use query::Ask;
pub use score::Score;
pub use told::Told;
pub use tree::Fold;

/// A number of threads.
pub(crate) fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=1024) => Ok(count),
        _ => Err("must be a whole number from 1 to 1024".to_owned()),
    }
}

/// The number of a token.
pub(crate) fn token(text: &str) -> Result<u32, String> {
    let number = text.trim().parse();
    number.map_err(|_| {
        "must be whole numbers from 0 on with commas between them, such as 5,9,14".to_owned()
    })
}

/// See LLM completions the way the model saw them while writing: how sure it was of every token.
#[derive(Debug, Parser)]
#[command(name = "surprisal", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the application to browsers, with a store for shared runs
    Serve(Serve),
    /// Print the figures of completions files
    Analyze(Analyze),
    /// Find tokens and sequences in completions files
    Query(Ask),
    /// Let a model on this machine write
    Generate(Generate),
    /// Let a model on this machine judge texts
    Score(Score),
    /// Compare two runs, answer by answer
    Compare(Compare),
    /// Print completions as records: request, answer, usage, figures
    Generations(List),
    /// Show how sure the values of JSON answers are
    Paths(Structure),
    /// Fold the answers to one prompt by their beginnings
    Tree(Fold),
    /// Remove the bytes of deleted runs
    Gc(Collect),
    /// Apply a policy to stored runs: days to keep, fields to drop, hash or mask
    Retain(Keep),
}
