//! The record. Its JSON is that of the API, of exports and of files that are stored: names in camelCase, what is not known is
//! left out.
//!
//! | module | what it has |
//! |---|---|
//! | `around` | settings, usage, metadata, performance, figures |
//! | `said` | feedback and scores |
//! | `time` | times as they are written |
mod around;
mod said;
mod time;

pub use around::{Metadata, Metrics, Parameters, Performance, Usage};
pub use said::{Feedback, Score, ScoreValue, Thumbs};
pub use time::{milliseconds, rfc3339};

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
