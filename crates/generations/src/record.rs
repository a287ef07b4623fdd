//! The record. Its JSON is that of the API, of exports and of files that are stored: names in camelCase, what is not known is
//! left out.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use utoipa::ToSchema;

/// One completion.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Generation {
    /// As written in its file (of a Batch the `custom_id`); where there is none, [`Source::key`].
    pub id: String,
    /// RFC 3339, UTC: when it was asked for or, where that is not known, when the response was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Who wrote it.
    pub model: Model,
    /// What was asked.
    pub input: Input,
    /// What came back.
    pub output: Output,
    /// The settings of the request.
    pub parameters: Parameters,
    /// What was counted.
    pub usage: Usage,
    /// Where it belongs.
    pub metadata: Metadata,
    /// How long it took.
    pub performance: Performance,
    /// What people said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// Results of evaluations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
    /// Why the model stopped: `stop`, `length`, `tool_calls`, `content_filter`, `error`, `cancelled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// Figures of its log-probabilities; left out where the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// Where it lies.
    pub source: Source,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Model {
    /// Of the response, such as `gpt-4o-2024-08-06`; empty when the file names none.
    pub id: String,
    /// Of the request, such as `gpt-4o`; else as the id.
    pub name: String,
    /// `system_fingerprint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// As written, else told from the format or the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// What a content is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Words.
    #[default]
    Text,
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Several of these; of inputs only.
    Multimodal,
    /// A program, or markup.
    Code,
    /// One JSON value.
    Json,
    /// None of these.
    Other,
}

impl Kind {
    /// All kinds of an output.
    pub const OF_OUTPUT: [Self; 6] = [
        Self::Text,
        Self::Image,
        Self::Audio,
        Self::Code,
        Self::Json,
        Self::Other,
    ];

    /// As written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Multimodal => "multimodal",
            Self::Code => "code",
            Self::Json => "json",
            Self::Other => "other",
        }
    }
}

/// A text, or a list of messages or parts as the request has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Words, source code, the text of a JSON value, the address (`data:…`) of an image.
    Text(String),
    /// Messages or parts.
    Value(Value),
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl fmt::Display for Content {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => to.write_str(text),
            Self::Value(value) => write!(to, "{value}"),
        }
    }
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Input {
    /// `text`, `image`, `audio` or `multimodal`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The text of a prompt or of a single message of the user, else the messages. Empty when the file has no request.
    #[schema(value_type = Value)]
    pub content: Content,
    /// Tokens, as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Of the content only the beginning is here, in a list of records; of messages that of their JSON.
    #[serde(skip_serializing_if = "is_false")]
    pub truncated: bool,
}

fn is_false(truth: &bool) -> bool {
    !truth
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Output {
    /// Said by the record, else recognised: see [`crate::kind`].
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Of code: its language, as a fence names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The first choice. Where it only calls tools, the JSON of [`Self::tool_calls`].
    #[schema(value_type = Value)]
    pub content: Content,
    /// Tokens listed in the file, else as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Of this content, or of an alternative, only the beginning is here, in a list of records.
    #[serde(skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// Calls of tools of the first choice: `{name, arguments}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Value>,
    /// The other choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
}

/// Another choice of the same completion.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Alternative {
    /// What it says.
    #[schema(value_type = Value)]
    pub content: Content,
    /// Tokens listed in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Geometric mean of its probabilities, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// The settings of a request. Others than these keep the names that the request gives them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Parameters {
    /// At least 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Tokens of the output, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Texts that end the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<String>>,
    /// -2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// -2 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// All others.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// What was counted, as reported. All choices together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Tokens of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the output, with those of reasoning and ends that have no log-probabilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// As reported, else the sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// In [`Self::currency`]; only where the record states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// Where a completion belongs. Others than these keep their names: `traceId`, `spanId`, and whatever the record has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Of the request at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The tool or the name of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_id: Option<String>,
    /// The workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// All others.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// How long it took.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Performance {
    /// From the request to the end of the response, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<f64>,
    /// From the request to the first token, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_first_token: Option<f64>,
    /// Tokens of the output by the latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
}

/// What somebody said of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Feedback {
    /// 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// `up` or `down`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbs: Option<Thumbs>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<String>>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

impl Feedback {
    /// Nothing is said in it.
    pub fn is_empty(&self) -> bool {
        self.rating.is_none()
            && self.thumbs.is_none()
            && self.comment.is_none()
            && self.categories.is_none()
    }
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Thumbs {
    /// Good.
    Up,
    /// Bad.
    Down,
}

impl Thumbs {
    /// As written in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Score {
    /// What was measured.
    pub name: String,
    /// A number, or the name of a category.
    pub value: ScoreValue,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Who measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The value of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ScoreValue {
    /// A measure; `true` is 1.
    Number(f64),
    /// A category.
    Label(String),
}

impl Default for ScoreValue {
    fn default() -> Self {
        Self::Number(0.0)
    }
}

/// Figures of the log-probabilities of the first choice; each is what the crate `metrics` calls by the same name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Metrics {
    /// Tokens of the choice.
    pub n_total: u64,
    /// Tokens with a value.
    pub n_scored: u64,
    /// At least 1; `null` when undefined or infinite.
    pub perplexity: Option<f64>,
    /// Arithmetic mean of the probabilities, 0 to 1.
    pub mean_prob: Option<f64>,
    /// Geometric mean of the probabilities, 0 to 1.
    pub geo_mean_prob: Option<f64>,
    /// Of the weakest token, 0 to 1.
    pub min_prob: Option<f64>,
    /// Sum of the log-probabilities, nats.
    pub sum_logprob: Option<f64>,
    /// Share of tokens with a probability of at most 0.33.
    pub uncertain_share: Option<f64>,
}

/// Where a completion lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    /// `RUN-N`: never changes, and no other has it. N is the number of the completion in its run, from 0.
    pub key: String,
    /// Id of the stored run; a file that is read from disk has its name here.
    pub run: String,
    /// Number of its record among those with completions, from 0: a line, a value, a stream.
    pub record: u64,
    /// `index` of the first choice.
    pub choice: u32,
    /// Number of the first choice among all sequences of the run, from 0.
    pub sequence: u64,
    /// What it was read as.
    pub format: String,
}

/// A time in seconds since 1970 as RFC 3339; `None` for times that no calendar has.
pub fn rfc3339(seconds: f64) -> Option<String> {
    let ms = seconds * 1e3;
    if !(-6.2e13..2.5e14).contains(&ms) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    let time = chrono::DateTime::from_timestamp_millis(ms.round() as i64)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// Milliseconds since 1970 of a time in RFC 3339.
pub fn milliseconds(timestamp: &str) -> Option<i64> {
    let time = chrono::DateTime::parse_from_rfc3339(timestamp).ok()?;
    Some(time.timestamp_millis())
}
