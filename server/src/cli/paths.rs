//! The arguments of `surprisal paths`, and its help.
use clap::Args;
use std::ffi::OsString;

/// Show how sure the model was of each value of answers that are JSON, path by path.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Structure {
    /// Files, folders, patterns, `-` for the standard input, or the address of a stored run, as for `analyze`
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<OsString>,
    /// Single values, the least likely first, of all paths or of those that begin like this
    #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = "$")]
    pub values: Option<String>,
    /// One line of JSON for each path, or for each value
    #[arg(long)]
    pub json: bool,
}

const HELP: &str = "\
Elements of arrays are folded: $.cities[*].name. The probability of a value is that of all tokens that have a byte of it, together;
such a token may hold a quote or a comma beside it. JSON is also found in prose and in blocks of code; it may be cut off or broken.

Exit status:
  0    every input was read
  1    an input could not be read, or no answer has JSON in it
  2    the arguments are wrong
  130  stopped by Ctrl-C

Examples:
  surprisal paths extracted.jsonl
  surprisal paths --values '$.invoice.total' extracted.jsonl | head
  surprisal paths --json extracted.jsonl | jq 'select(.mean_probability < 0.9).path'";
