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
    let near = names.map(|known| (distance(name, known), *known)).min()?;
    // Half of the letters may be wrong.
    (near.0 * 2 <= name.len()).then_some(near.1)
}

/// Letters to insert, remove or replace to make `a` of `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
