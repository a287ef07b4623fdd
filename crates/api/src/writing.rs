//! Letting models write and judge: what is asked, and what comes back while they do.
use crate::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// What it says.
    pub content: String,
}

/// `POST /api/generate`. Exactly one of `prompt`, `messages` and `input_ids` is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Ask {
    /// Id of the model, from `GET /api/models`; may be left out where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// A text to go on with; for an encoder-decoder the text to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// A chat, around which the model's own template is put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<Message>>,
    /// Token ids to go on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_ids: Option<Vec<u32>>,
    /// What is there of the answer already, as token ids: the model goes on behind it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix_ids: Vec<u32>,
    /// The same as a text, which stands behind those ids.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Parameters by the names of transformers: numbers, truths, texts and lists.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The tokens of the prompt are judged, too, with so many of the likeliest ones of every place. Of a model of this machine that
    /// goes on with texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_logprobs: Option<usize>,
    /// Nothing is written: only the prompt is read, and said with the parameters in force.
    #[serde(skip_serializing_if = "is_false")]
    pub dry_run: bool,
}

/// `POST /api/score`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Judge {
    /// Id of a local model; may be left out where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The text.
    pub text: String,
    /// So many of the likeliest tokens of every place.
    pub top_logprobs: usize,
    /// Settings by the names of transformers, under which the text is judged besides; none if there are none.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
}

/// `GET /api/models`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Models {
    /// All that can be asked.
    pub models: Vec<ModelEntry>,
}

/// A model that can be asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ModelEntry {
    /// What requests call it.
    pub id: String,
    /// It runs in the server itself, and its whole distribution is known; else behind the OpenAI protocol.
    pub local: bool,
    /// Kind of network, as transformers names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// What its weights are computed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// SHA-256 of its weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Most tokens in one text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<usize>,
    /// Tokens that it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<usize>,
    /// Ends of a text.
    pub eos_token_id: Vec<u32>,
    /// It has a chat template. Of a served model nobody knows before it is tried.
    pub chat: bool,
    /// It has a tokenizer; else it takes token ids only.
    pub texts: bool,
    /// It answers a text instead of going on with it, and judges none.
    pub encoder_decoder: bool,
    /// Why it cannot be asked now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A token, named as OpenAI's `logprobs.content` names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct NamedToken {
    /// Its number, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// Its text; half a character is replaced, a special token has its name.
    pub token: String,
    /// The bytes that it adds to the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
    /// Its log-probability as the model has it, nats; `None` where it has none.
    pub logprob: Option<f64>,
    /// In a text that was judged: 1 is the likeliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// In a text that was judged: the entropy of its place, nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<f64>,
    /// In a text that was judged under settings: what they make of its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<Under>,
    /// The likeliest tokens of its place, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub top_logprobs: Option<Vec<NamedToken>>,
}

/// A token in what settings leave of the distribution of its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Under {
    /// Its log-probability among the tokens that are left, nats; `None` if the settings cut it off.
    pub logprob: Option<f64>,
    /// Tokens that are left.
    pub kept: usize,
    /// The entropy of what is left, nats.
    pub entropy: f64,
}

/// A parameter that does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// Its name.
    pub name: String,
    /// Why, to be read after the name.
    pub reason: String,
}

/// What became of a branch of a beam search in its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A beam goes on with it.
    GoesOn,
    /// It is complete.
    Ended,
    /// Others were better.
    Lost,
}

/// A beginning that a beam search has looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The branch of the step before, by its place there.
    pub parent: usize,
    /// Its last token.
    pub token: NamedToken,
    /// Sum of its tokens after the processors.
    pub total: f64,
    /// What became of it.
    pub fate: Fate,
}

/// What a model has read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// Id of the model.
    pub model: String,
    /// Kind of engine, architecture, weights and their hash.
    pub engine: Value,
    /// The prompt as a text, with the template of a chat around it; `None` without a tokenizer, or where a server puts it.
    pub text: Option<String>,
    /// Its tokens, those of the prefix behind them; none where a server counts them. They have values if those were asked for.
    pub tokens: Vec<NamedToken>,
    /// Tokens at the end that were given as the beginning of the answer.
    pub prefix_tokens: usize,
    /// The parameters in force.
    pub parameters: Value,
    /// What was told and does nothing.
    pub without_effect: Vec<Idle>,
}

/// How long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// From the beginning to the first token, milliseconds: reading the prompt.
    pub prompt_ms: f64,
    /// From the first token to the end, milliseconds.
    pub predicted_ms: f64,
    /// Tokens a second after the first one, of all answers together; of a beam search, steps a second.
    pub predicted_per_second: Option<f64>,
}

/// What a model thinks of a text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Score {
    /// Id of the model.
    pub model: String,
    /// Tokens of the text.
    pub tokens: usize,
    /// Those that have a value: the first of a text may have none.
    pub scored: usize,
    /// e to the minus mean log-probability.
    pub perplexity: Option<f64>,
    /// Bits per token.
    pub cross_entropy_bits: Option<f64>,
    /// Bits per byte of the tokens that have a value.
    pub bits_per_byte: Option<f64>,
    /// Sum of the log-probabilities, nats.
    pub sum_logprob: Option<f64>,
    /// Kind of engine, architecture, weights and their hash.
    pub engine: Value,
    /// Tokens that the settings cut off, if it was judged under some: then they cannot have written the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<usize>,
    /// e to the minus mean log-probability under the settings; `None` where they cut something off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perplexity_under: Option<f64>,
    /// Every token.
    pub per_token: Vec<NamedToken>,
    /// The text as a record of completions, which is stored and read like any other.
    pub record: Value,
}

/// One event of a stream; `event` on the wire is its name in snake case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// Others are before this request.
    Waiting {
        /// How many, those that are running among them.
        ahead: usize,
    },
    /// The model begins.
    Prompt(Box<Read>),
    /// An answer has one token more; of a text that is judged, the next token.
    Token {
        /// Number of the answer.
        sequence: usize,
        /// The token.
        token: Box<NamedToken>,
    },
    /// All beams have one token more.
    Step {
        /// Tokens after the prompt.
        written: usize,
        /// What was looked at.
        branches: Vec<Branch>,
    },
    /// It is complete.
    Done {
        /// The record of completions; what was interrupted says so.
        record: Value,
        /// How long it took.
        timings: Timings,
    },
    /// A text is judged.
    Scored(Box<Score>),
    /// It has failed; what came before stays.
    Error(ApiError),
}

impl Happening {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Prompt(_) => "prompt",
            Self::Token { .. } => "token",
            Self::Step { .. } => "step",
            Self::Done { .. } => "done",
            Self::Scored(_) => "scored",
            Self::Error(_) => "error",
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
