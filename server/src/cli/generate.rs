//! The arguments of `surprisal generate`, and its help.
use super::Told;
use clap::{ArgGroup, Args};
use std::path::PathBuf;

/// Let a model on this machine write: a prompt in, its answers out, with the probability of every token.
#[derive(Debug, Args)]
#[command(after_help = HELP, group = ArgGroup::new("input").required(true))]
pub struct Generate {
    /// A model: a directory with config.json, *.safetensors and, for texts, tokenizer.json; a GGUF file; or hf:OWNER/NAME
    #[arg(long, value_name = "PATH")]
    pub model: PathBuf,
    /// Threads to compute with [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// Ask the server at this address, such as http://127.0.0.1:8000/v1; --model is what it calls the model
    #[arg(long, value_name = "URL", conflicts_with = "threads")]
    pub server: Option<String>,
    /// The text to go on with; for an encoder-decoder the text to answer
    #[arg(long, value_name = "TEXT", group = "input", allow_hyphen_values = true)]
    pub prompt: Option<String>,
    /// The same from a file; `-` is the standard input
    #[arg(long, value_name = "FILE", group = "input")]
    pub prompt_file: Option<PathBuf>,
    /// The same as token ids, such as 5,9,14; needs no tokenizer
    #[arg(long, value_name = "IDS", group = "input", value_delimiter = ',', value_parser = super::token)]
    pub input_ids: Option<Vec<u32>>,
    /// Many prompts, one a line: a text in quotes, or an object with `prompt`; `-` is the standard input
    #[arg(long, value_name = "FILE", group = "input", conflicts_with = "server")]
    pub prompts: Option<PathBuf>,
    /// A parameter and the values that it takes one after the other, such as temperature=0.5,1,1.5; several make a grid
    #[arg(
        long,
        value_name = "NAME=VALUES",
        conflicts_with = "server",
        allow_hyphen_values = true
    )]
    pub sweep: Vec<String>,
    /// The prompt is what a person says in a chat: the model's own template is put around it
    #[arg(long, conflicts_with = "input_ids")]
    pub chat: bool,
    /// What stands above the chat: how the model shall answer
    #[arg(
        long,
        value_name = "TEXT",
        requires = "chat",
        allow_hyphen_values = true
    )]
    pub system: Option<String>,
    /// One JSON object: ids, texts, scores, log-probabilities, parameters in force
    #[arg(long)]
    pub json: bool,
    /// A completions record, which `surprisal analyze -` reads
    #[arg(long, conflicts_with = "json")]
    pub jsonl: bool,
    /// What a person can set.
    #[command(flatten)]
    pub told: Told,
}

const HELP: &str = "\
Parameters have the names, defaults and meanings of transformers; what the model brings along in generation_config.json
is in force unless it is told otherwise. With --json, `parameters` says what was.

A chat needs a model with a template: chat_template in tokenizer_config.json, chat_template.jinja, or inside a GGUF file.
With --json, `prompt` is the text that the template made.

With --sweep or --prompts every prompt is answered at every point of the grid. --jsonl gives all answers as one run; else there is a line
for each point: tokens, perplexity and probability of its answers, and how different they are: distinct_1 to distinct_3 (the part of all
runs of so many tokens that comes only once in the count), overlap (what two answers share of their pairs of tokens), common (tokens before
two answers part), diverges (tokens before the first answer parts from that of the first point); --json has the same as an object a line.

hf:OWNER/NAME is a model of the Hugging Face hub, hf:OWNER/NAME/FILE.gguf a file of it; it is got once and kept below HF_HOME. HF_ENDPOINT
is another hub, HF_TOKEN for models that not everybody gets.

With --server any server that speaks the OpenAI protocol is asked (vLLM, llama.cpp, Ollama, hosted ones); its key comes from
SURPRISAL_API_KEY. It has defaults of its own, and parameters that the protocol has no word for are refused.

Exit status:
  0    the answers are complete
  1    the model cannot be used, an answer of a server breaks off, or the result could not be written
  2    the arguments are wrong
  130  stopped by Ctrl-C; what was written until then is there

Examples:
  surprisal generate --model gpt2/ --prompt 'Once upon a time' --max-new-tokens 50
  surprisal generate --model gpt2/ --prompt-file p.txt --do-sample true --temperature 0.8 --num-return-sequences 4 --seed 7
  surprisal generate --model t5/ --prompt 'summarize: ...' --num-beams 4 --early-stopping never --json
  surprisal generate --model SmolLM2.gguf --chat --prompt 'Write one sentence about the sea.' --max-new-tokens 60
  surprisal generate --server http://127.0.0.1:8000/v1 --model qwen3 --chat --prompt 'Hi' --top-logprobs 5 --jsonl
  surprisal generate --model gpt2/ --prompt 'The sea' --top-logprobs 5 --jsonl | surprisal analyze -
  surprisal generate --model gpt2/ --prompts p.jsonl --do-sample true --num-return-sequences 5 --sweep temperature=0.5,1,1.5 --sweep top_p=0.9,1";
