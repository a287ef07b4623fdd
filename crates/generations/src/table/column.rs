//! Columns: a field by its dotted name, and what its values are.
use crate::Generation;
use crate::record::{ScoreValue, milliseconds};
use serde_json::Value;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Texts; lists and objects as their JSON.
    Text,
    /// Numbers.
    Number,
    /// Whole numbers of at least 0.
    Count,
    /// Milliseconds since 1970, UTC; a text in CSV.
    Time,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The dotted name of its field.
    pub name: String,
    /// What its values are.
    pub kind: Type,
}

/// Columns that tables have unless told, in this order; the schema of `columns/…` in the store. They are only ever added, at
/// the end.
pub const USUAL: [(&str, Type); 40] = [
    ("id", Type::Text),
    ("timestamp", Type::Time),
    ("model.id", Type::Text),
    ("model.name", Type::Text),
    ("model.version", Type::Text),
    ("model.provider", Type::Text),
    ("input.type", Type::Text),
    ("input.content", Type::Text),
    ("input.tokens", Type::Count),
    ("output.type", Type::Text),
    ("output.content", Type::Text),
    ("output.tokens", Type::Count),
    ("parameters", Type::Text),
    ("usage.promptTokens", Type::Count),
    ("usage.completionTokens", Type::Count),
    ("usage.totalTokens", Type::Count),
    ("usage.cost", Type::Number),
    ("usage.currency", Type::Text),
    ("metadata.requestId", Type::Text),
    ("metadata.userId", Type::Text),
    ("metadata.sessionId", Type::Text),
    ("metadata.tags", Type::Text),
    ("metadata", Type::Text),
    ("performance.latency", Type::Number),
    ("performance.timeToFirstToken", Type::Number),
    ("performance.tokensPerSecond", Type::Number),
    ("finishReason", Type::Text),
    ("metrics.nTotal", Type::Count),
    ("metrics.nScored", Type::Count),
    ("metrics.perplexity", Type::Number),
    ("metrics.meanProb", Type::Number),
    ("metrics.geoMeanProb", Type::Number),
    ("metrics.minProb", Type::Number),
    ("metrics.sumLogprob", Type::Number),
    ("metrics.uncertainShare", Type::Number),
    ("source.run", Type::Text),
    ("source.record", Type::Count),
    ("source.choice", Type::Count),
    ("source.sequence", Type::Count),
    ("source.key", Type::Text),
];

/// Fields with another type than text that tables have only when asked.
const OTHERS: [(&str, Type); 6] = [
    ("feedback.rating", Type::Number),
    ("parameters.temperature", Type::Number),
    ("parameters.topP", Type::Number),
    ("parameters.maxTokens", Type::Count),
    ("parameters.presencePenalty", Type::Number),
    ("parameters.frequencyPenalty", Type::Number),
];

/// A value in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Number(f64),
    Count(i64),
}

impl Column {
    /// The column of a field, of any name: values that are not there are left out.
    pub fn new(name: &str) -> Self {
        let known = USUAL
            .iter()
            .chain(&OTHERS)
            .find(|(known, _)| *known == name);
        Self {
            name: name.to_owned(),
            kind: known.map_or(Type::Text, |(_, kind)| *kind),
        }
    }

    /// The columns of tables unless told.
    pub fn usual() -> impl Iterator<Item = Self> {
        USUAL.iter().map(|(name, _)| Self::new(name))
    }

    /// The whole contents of a record are needed for it.
    pub fn needs_contents(&self) -> bool {
        let root = self.name.split('.').take(2).collect::<Vec<_>>();
        matches!(
            root.as_slice(),
            ["input" | "output"] | ["input", "content"] | ["output", "content" | "alternatives"]
        )
    }

    /// The value of the field in the JSON of a record; scores are found by their names.
    pub fn value(&self, json: &Value, record: &Generation) -> Option<Value> {
        if let Some(name) = self.name.strip_prefix("scores.") {
            let score = record
                .scores
                .iter()
                .rev()
                .find(|score| score.name == name)?;
            return Some(match &score.value {
                ScoreValue::Number(number) => (*number).into(),
                ScoreValue::Label(label) => label.clone().into(),
            });
        }
        let found = self
            .name
            .split('.')
            .try_fold(json, |value, name| value.get(name))?;
        (!found.is_null()).then(|| found.clone())
    }

    /// The same as what the column holds.
    pub(super) fn cell(&self, json: &Value, record: &Generation) -> Option<Cell> {
        let value = self.value(json, record)?;
        match self.kind {
            Type::Number => value.as_f64().map(Cell::Number),
            Type::Count => value
                .as_u64()
                .and_then(|n| i64::try_from(n).ok())
                .map(Cell::Count),
            Type::Time => milliseconds(value.as_str()?).map(Cell::Count),
            Type::Text => Some(Cell::Text(match value {
                Value::String(text) => text,
                other => other.to_string(),
            })),
        }
    }
}
