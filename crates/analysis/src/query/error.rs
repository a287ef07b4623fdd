//! What is wrong with a query.
use super::field::FIELDS;
use std::ops::Range;

/// What is wrong, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The bytes of the text that are wrong; empty at a place where something is missing.
    pub at: Range<usize>,
    /// One sentence.
    pub message: String,
    /// What to do, or empty.
    pub remedy: String,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            remedy: String::new(),
        }
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at character {}: {}", self.at.start + 1, self.message)?;
        if !self.remedy.is_empty() {
            write!(f, " {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}

/// The field with the most similar name, if one is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let names = FIELDS
        .iter()
        .flat_map(|row| row.also.iter().chain([&row.name]));
    crate::nearest(name, names.copied())
}
