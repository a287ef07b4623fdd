//! The beginning of a sequence with its figures: what a list shows.
use crate::pieces;
use completions::{Columns, Finish, Kind};
use serde::{Deserialize, Serialize};

/// One or more tokens that are painted alike: a token, or the tokens that only together form a character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Piece {
    /// Its text.
    #[serde(rename = "t")]
    pub text: String,
    /// Code of its [`metrics::Mark`]; the weakest one of several tokens.
    #[serde(rename = "m")]
    pub mark: u8,
    /// Index of its first token in the sequence.
    #[serde(rename = "i")]
    pub token: u32,
}

/// What the list shows of a sequence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Card {
    /// Position in the file, from 0.
    pub sequence: u32,
    /// `index` of the choice in its completion.
    pub choice: u32,
    /// Choices of its completion.
    pub choices: u32,
    /// The file, or the member of an archive, that it is from; empty when the run has only one.
    #[serde(default)]
    pub source: String,
    /// Model, empty when unknown.
    pub model: String,
    /// Seconds since 1970, UTC.
    pub created: Option<f64>,
    /// Tokens in the file.
    pub tokens: u32,
    /// `usage.completion_tokens` as reported for the whole completion.
    pub reported_tokens: Option<u64>,
    /// Sequence perplexity; `None` when undefined.
    pub perplexity: Option<f64>,
    /// Sequence probability; `None` when undefined.
    pub probability: Option<f64>,
    /// Tokens without a value.
    pub missing: u32,
    /// Tokens below what the server reports: then the perplexity is a lower, the probability an upper bound.
    pub censored: u32,
    /// `answer`, `refusal`, `tool call` or `transcription`.
    pub kind: String,
    /// Why it ended: `stop`, `length`, `tool`, `filter`, `error`, `cancelled` or empty.
    pub finish: String,
    /// The first tokens.
    pub pieces: Vec<Piece>,
    /// Tokens that are not among the pieces.
    pub hidden_tokens: u32,
}

impl Card {
    /// The card of a sequence (an index into [`Columns::sequences`]) with its first `max_tokens` tokens, or one
    /// to three more when a character would be torn apart.
    ///
    /// # Panics
    /// When there is no such sequence.
    pub fn new(columns: &Columns, sequence: u32, max_tokens: u32) -> Self {
        let row = &columns.sequences[sequence as usize];
        let completion = &columns.completions[row.completion as usize];
        let (pieces, shown) = pieces::first(columns, row, max_tokens);
        Self {
            sequence,
            choice: row.choice,
            choices: completion.n_sequences,
            source: columns
                .source_of(row)
                .map(|source| columns.source_name(source))
                .unwrap_or_default(),
            model: columns.model_of(row).to_owned(),
            created: completion.created,
            tokens: row.n_tokens,
            reported_tokens: completion.completion_tokens,
            perplexity: row.metrics.perplexity,
            probability: row.metrics.mean_prob,
            missing: count(row.metrics.counts.missing),
            censored: count(row.metrics.counts.censored),
            kind: match row.kind {
                Kind::Answer => "answer",
                Kind::Refusal => "refusal",
                Kind::ToolCall => "tool call",
                Kind::Transcription => "transcription",
            }
            .to_owned(),
            finish: match row.finish {
                Finish::Stop => "stop",
                Finish::Length => "length",
                Finish::Tool => "tool",
                Finish::Filter => "filter",
                Finish::Error => "error",
                Finish::Cancelled => "cancelled",
                Finish::Unknown => "",
            }
            .to_owned(),
            pieces,
            hidden_tokens: row.n_tokens - shown,
        }
    }
}

fn count(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
