//! The command line.
use crate::config::Serve;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

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
}

/// Files of completions in, their figures out: the same numbers that the page shows.
#[derive(Debug, Args)]
#[command(after_help = ANALYZE_HELP)]
pub struct Analyze {
    /// Files to read; `-` is the standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Print one line of JSON per file, numbers at full precision
    #[arg(long)]
    pub json: bool,
}

const ANALYZE_HELP: &str = "\
Exit status:
  0  every file was read
  1  a file had no readable record, or could not be read
  2  the arguments are wrong

Examples:
  surprisal analyze run.jsonl
  surprisal analyze --json *.json | jq .perplexity_overall
  curl -s https://example.com/run.json | surprisal analyze -";
