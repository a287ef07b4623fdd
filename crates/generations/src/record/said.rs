//! What people and evaluations say of a completion.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
