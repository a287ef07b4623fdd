//! The arguments of `surprisal tree`, and its help.
use clap::Args;
use std::ffi::OsString;

/// Fold the answers to one prompt by their beginnings: how many went each way, and how likely the model thought that.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Fold {
    /// Files, folders, patterns, `-` for the standard input, or the address of a stored run, as for `analyze`
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<OsString>,
    /// Only this prompt, by its number
    #[arg(long, value_name = "N")]
    pub prompt: Option<u32>,
    /// Leave out branches that fewer answers took
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "json")]
    pub least: u32,
    /// One line of JSON for each prompt
    #[arg(long)]
    pub json: bool,
}

const HELP: &str = "\
Answers belong together when they are choices of one completion, or when their completions were asked the same.
Each line is a branch: the answers that took it, their share of those that came there, and what the model gave to the tokens that
lead there. Where the two do not fit, the line says so, with the interval that the count allows (binomial, 95 % for all branches of
a tree together): then the answers were not drawn from the probabilities of the file, but with a temperature, or top-p.

Exit status:
  0    every input was read
  1    an input could not be read, or no prompt has several answers
  2    the arguments are wrong, or there is no such prompt
  130  stopped by Ctrl-C

Examples:
  surprisal tree samples.jsonl
  surprisal tree --prompt 3 --least 2 samples.jsonl
  surprisal tree --json samples.jsonl | jq '.nodes[] | select(.verdict == \"above\")'";
