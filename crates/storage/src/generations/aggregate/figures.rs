//! What is said of a group.
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The figures of a group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// The values that its records share, by the names that were asked for; `null` for records without one.
    pub group: serde_json::Map<String, serde_json::Value>,
    /// Records.
    pub count: u64,
    /// Sums of what was reported.
    pub tokens: Tokens,
    /// Sums by currency.
    pub cost: BTreeMap<String, Cost>,
    /// Records whose cost is not known: neither the record nor the price table has it.
    pub without_cost: u64,
    /// Milliseconds.
    pub latency: Distribution,
    /// Milliseconds to the first token.
    pub time_to_first_token: Distribution,
    /// Mean of the records that have it.
    pub tokens_per_second: Option<f64>,
    /// Unweighted mean of the perplexities of records.
    pub perplexity: Option<f64>,
    /// Unweighted mean of the mean probabilities of records.
    pub mean_prob: Option<f64>,
    /// Mean of the ratings.
    pub rating: Option<f64>,
    /// Records with a rating.
    pub rated: u64,
    /// Records with thumbs up, and down.
    pub thumbs: [u64; 2],
    /// Mean of the scores that are numbers, by their names.
    pub scores: BTreeMap<String, f64>,
}

/// Sums of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Tokens {
    /// Of inputs.
    pub prompt: u64,
    /// Of outputs.
    pub completion: u64,
    /// Both, as reported.
    pub total: u64,
}

/// A sum of costs, and where they come from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The sum.
    pub amount: f64,
    /// Records that state their cost.
    pub from_records: u64,
    /// Records whose cost was computed from the price table.
    pub from_prices: u64,
}

/// Percentiles by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, ToSchema)]
pub struct Distribution {
    /// Values.
    pub count: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// Half of them are at most this.
    pub p50: Option<f64>,
    /// 95 of 100 are at most this.
    pub p95: Option<f64>,
    /// 99 of 100 are at most this.
    pub p99: Option<f64>,
}
