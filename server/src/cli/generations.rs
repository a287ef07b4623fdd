//! The arguments of `surprisal generations`, and its help.
use clap::Args;
use std::ffi::OsString;

/// Completions as records: what was asked, what came back, how long it took and what it cost.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct List {
    /// Files, folders, patterns, `-` for the standard input, or the address of a stored run, as for `analyze`
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<OsString>,
    /// One line of JSON for each record, as the API takes and gives them
    #[arg(long)]
    pub jsonl: bool,
    /// One JSON list of all records
    #[arg(long, conflicts_with = "jsonl")]
    pub json: bool,
}

const HELP: &str = "\
Records:
  One for each completion: the first choice is its output, the others are alternatives. What a file does not say is left out.
  Requests of a Batch are joined to its output by `custom_id`: give both files. Traces of Langfuse, OpenTelemetry and
  OpenInference become records, too; log-probabilities are computed where the file has some.

Exit status:
  0    every input was read
  1    an input could not be read, or has no completion
  2    the arguments are wrong
  130  stopped by Ctrl-C

Examples:
  surprisal generations requests.jsonl output.jsonl
  surprisal generations --jsonl traces.json | jq 'select(.output.type == \"json\")'";
