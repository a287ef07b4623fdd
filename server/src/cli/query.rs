//! The arguments of `surprisal query`, and its help.
use analysis::query::{FIELDS, Query};
use clap::Args;
use std::{ffi::OsString, fmt::Write as _};

/// Find tokens and sequences: where the model guessed, and what it would have written instead.
#[derive(Debug, Args)]
#[command(after_help = help())]
pub struct Ask {
    /// What to find, such as 'p<0.2 rank>1 model:gpt-4o'; quote it, so that the shell leaves it alone
    #[arg(value_name = "QUERY", value_parser = parse, allow_hyphen_values = true)]
    pub query: Query,
    /// Files, folders, patterns, `-` for the standard input, or the address of a stored run, as for `analyze`
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<OsString>,
    /// One line of JSON for each hit
    #[arg(long)]
    pub json: bool,
    /// Only how many there are, and which values they have
    #[arg(long)]
    pub count: bool,
    /// The distinct tokens among the hits: how often, mean and worst probability, commonest runner-up
    #[arg(long, conflicts_with = "count")]
    pub vocabulary: bool,
    /// Characters shown on both sides of a token
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub context: usize,
}

pub(super) fn parse(text: &str) -> Result<Query, String> {
    Query::parse(text).map_err(|error| error.to_string())
}

/// The table in it is that of the language.
fn help() -> String {
    let mut help = "\
Queries:
  Terms stand beside each other (all must hold), or are joined by `or`; `not` or `-` turns a term round; brackets group.
  A word or a \"quoted text\" is looked for in the texts, in any case. A field is compared with < <= > >= = != : (a part of
  a text, or a whole name) or ~ (a /pattern/). The fields:
"
    .to_owned();
    for row in FIELDS {
        let _ = writeln!(help, "    {:<11} {}", row.name, row.about);
    }
    help + "
Exit status:
  0    every input was read
  1    an input could not be read, or not again where alternatives were needed
  2    the arguments are wrong
  130  stopped by Ctrl-C

Examples:
  surprisal query 'p<0.1 rank>1' run.jsonl
  surprisal query --count 'text~/^\\s*\\d/ seq.ppl>2' runs/
  surprisal query --json 'finish:length p<5%' run.jsonl | jq .token
  surprisal query --vocabulary 'p<0.33' run.jsonl"
}
