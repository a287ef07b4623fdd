//! The arguments of `surprisal analyze`, and its help.
use crate::analyze::{Condition, condition::names};
use clap::{ArgAction, Args, ValueEnum};
use completions::EXTENSIONS;
use std::{ffi::OsString, fmt::Write as _};

/// Completions in, their figures out: the same numbers that the page shows. Several inputs become one run, but for `--json`.
#[derive(Debug, Args)]
#[command(after_help = help())]
pub struct Analyze {
    /// Files, folders, patterns such as 'runs/**/*.jsonl', `-` for the standard input, or the address of a stored run
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<OsString>,
    /// What the standard output gets
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The same as --format json: one line for each input, numbers at full precision
    #[arg(long, conflicts_with_all = ["format", "csv"])]
    pub json: bool,
    /// The same as --format csv: one row for each sequence
    #[arg(long, conflicts_with = "format")]
    pub csv: bool,
    /// Also write one row for each token into the file PATH; FORMAT is csv or parquet
    #[arg(long, action = ArgAction::Set, num_args = 2, value_names = ["FORMAT", "PATH"])]
    pub tokens: Option<Vec<OsString>>,
    /// Exit with status 3 when the condition holds
    #[arg(long, value_name = "EXPR", value_parser = Condition::parse, allow_hyphen_values = true)]
    pub fail_if: Option<Condition>,
}

/// What the standard output gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The boards and the import report, for people
    Text,
    /// One line for each input, which is a run of its own
    Json,
    /// One JSON document for all inputs together
    Run,
    /// One row for each sequence
    Csv,
}

impl Analyze {
    /// What the standard output gets.
    pub fn format(&self) -> Format {
        match (self.json, self.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => self.format,
        }
    }
}

/// The lists in it are those of the program.
fn help() -> String {
    let mut help = format!(
        "\
Inputs:
  A folder is read with all that is below it, in the order of the names. Hidden files are left out, and so are
  names that do not end in one of: {}.
  A run on a server of Surprisal is given by the address of its page: https://example.com/runs/ID. Where that server asks
  for a token, SURPRISAL_CLIENT_TOKEN has it.

Conditions:
  Comparisons of names and numbers with < <= > >= == !=, joined by `and` and `or`; `and` binds tighter. A comparison
  with a figure that has no value is false. With --json each input is judged for itself. The names:
",
        EXTENSIONS.join(" ")
    );
    for name in names() {
        let _ = writeln!(help, "    {:<20} {}", name.name, name.about);
    }
    help + "
Exit status:
  0    every input was read
  1    an input could not be read or has no completion, or the result could not be written
  2    the arguments are wrong
  3    every input was read, and the condition of --fail-if holds (with --json: for one of them)
  130  stopped by Ctrl-C; nothing more is printed but how far it was

Examples:
  surprisal analyze run.jsonl
  surprisal analyze --json runs/*.jsonl | jq .perplexity_overall
  surprisal analyze --format run runs/ | jq .totals.perplexity_overall
  surprisal analyze --csv run.jsonl > sequences.csv
  surprisal analyze --tokens parquet tokens.parquet run.jsonl
  surprisal analyze --fail-if 'perplexity_overall > 1.5 or problems_error > 0' run.jsonl
  curl -s https://example.com/run.json | surprisal analyze -"
}
