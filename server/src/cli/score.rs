//! The arguments of `surprisal score`, and its help.
use clap::Args;
use std::{ffi::OsString, path::PathBuf};

/// Let a model on this machine judge texts: how likely it finds every token, over its whole vocabulary.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Score {
    /// A model: a directory with config.json, *.safetensors and tokenizer.json; a GGUF file; or hf:OWNER/NAME
    #[arg(long, value_name = "PATH")]
    pub model: PathBuf,
    /// Threads to compute with [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// Files of text in UTF-8, or `-` for the standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<OsString>,
    /// One line of JSON for each file
    #[arg(long)]
    pub json: bool,
    /// Every token, too: id, text, log-probability, rank and entropy
    #[arg(long)]
    pub tokens: bool,
}

const HELP: &str = "\
Log-probabilities and entropies are in nats, cross entropy is in bits per token. The first token of a text has no value,
unless the tokenizer puts one in front of it; bits per byte leave it out on both sides. What is longer than the
model's context is read in windows, each of which begins half a context after the one before.

Exit status:
  0    every file was scored
  1    the model cannot be used, or a file could not be scored
  2    the arguments are wrong
  130  stopped by Ctrl-C

Examples:
  surprisal score --model gpt2/ essay.txt
  surprisal score --model gpt2/ --json texts/*.txt | jq .bits_per_byte
  surprisal score --model gpt2/ --json --tokens essay.txt | jq '.per_token[] | select(.rank > 100)'";
