//! The arguments of `surprisal compare`, and its help.
use super::query::parse;
use analysis::{compare::Rule, query::Query};
use clap::{Args, ValueEnum};
use std::ffi::OsString;

/// Compare two runs: what differs over all answers, where each two texts part, and what each gave to the other's choice.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Compare {
    /// The first run: a file, a folder, a pattern, `-` for the standard input, or the address of a stored run
    #[arg(value_name = "A")]
    pub a: OsString,
    /// The second run
    #[arg(value_name = "B")]
    pub b: OsString,
    /// Of A only the sequences that match this query, see `surprisal query --help`
    #[arg(long, value_name = "QUERY", value_parser = parse, allow_hyphen_values = true)]
    pub only_a: Option<Query>,
    /// Of B only the sequences that match this query; both may be the same file
    #[arg(long, value_name = "QUERY", value_parser = parse, allow_hyphen_values = true)]
    pub only_b: Option<Query>,
    /// By what answers belong together; without it, by what pairs the most of them
    #[arg(long, value_name = "RULE")]
    pub pair_by: Option<PairBy>,
    /// Pairs shown, those first that differ most
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub pairs: usize,
    /// Both texts of one pair, word by word, with its number
    #[arg(long, value_name = "PAIR", conflicts_with = "pairs")]
    pub show: Option<u32>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// A rule, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PairBy {
    /// The same prompt
    Prompt,
    /// The same label, such as `custom_id`
    Label,
    /// The same id of the response
    Id,
    /// The same place in the run
    Place,
}

impl From<PairBy> for Rule {
    fn from(by: PairBy) -> Self {
        match by {
            PairBy::Prompt => Self::Prompt,
            PairBy::Label => Self::Label,
            PairBy::Id => Self::Id,
            PairBy::Place => Self::Place,
        }
    }
}

const HELP: &str = "\
Texts are compared byte by byte, so tokenizers may differ; perplexities of different tokenizers do not compare, bits per byte do.
Several answers to one prompt are paired in their order. Intervals are those of a paired bootstrap with a fixed seed.

Exit status:
  0    both runs were read
  1    an input could not be read, or has no completion
  2    the arguments are wrong, or there is no such pair
  130  stopped by Ctrl-C

Examples:
  surprisal compare before.jsonl after.jsonl
  surprisal compare --pair-by id --pairs 20 a/ b/
  surprisal compare --only-a model:gpt-4o --only-b model:gpt-4o-mini run.jsonl run.jsonl
  surprisal compare --show 12 before.jsonl after.jsonl
  surprisal compare --json a.jsonl b.jsonl | jq '.differences[] | select(.measure == \"bits_per_byte\")'";
