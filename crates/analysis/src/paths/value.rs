//! A value with the tokens that wrote it.
use super::find::leaves;
use super::walk::{Kind, Step};
use crate::compare::{Span, spoken};
use completions::{Columns, Sequence};
use metrics::{Sum, num};
use serde::{Deserialize, Serialize};

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// Where it stands, such as `$.cities[0].name`.
    pub path: String,
    /// The same for all elements of an array: `$.cities[*].name`.
    pub folded: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the text of its sequence; those of a text without its quotes, unless it is empty.
    pub span: Span,
    /// It has an end; otherwise the answer ended before.
    pub whole: bool,
    /// The first token that has a byte of it.
    pub first_token: u32,
    /// The tokens that have a byte of it.
    pub n_tokens: u32,
    /// Probability of all these tokens together, given what stands before, 0 to 1. They may hold a quote or a comma beside it.
    /// `None` when there are none, or one of them has no value.
    pub probability: Option<f64>,
    /// Probability of the least likely of them, and which one that is.
    pub weakest: Option<(f64, u32)>,
}

/// The values of an answer, in order; empty when it has no JSON in it.
pub fn values(columns: &Columns, sequence: &Sequence) -> Vec<Value> {
    let (text, ends) = spoken(columns, sequence);
    let mut values = Vec::new();
    leaves(text, &mut |leaf| {
        let bound = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut span = Span {
            start: bound(leaf.bytes.start),
            end: bound(leaf.bytes.end),
        };
        if span.is_empty() && leaf.kind == Kind::Text {
            // Whoever wrote the quotes wrote the text.
            span.start = span.start.saturating_sub(1);
            span.end = (span.end + 1).min(bound(text.len()));
        }
        let first = ends.partition_point(|&end| end <= span.start);
        let last = ends.partition_point(|&end| end < span.end);
        // Behind the last token lies nothing.
        let end = if span.is_empty() {
            first
        } else {
            (last + 1).min(ends.len())
        };
        let tokens = bound(first)..bound(end.max(first));
        values.push(Value {
            path: written(leaf.path, false),
            folded: written(leaf.path, true),
            kind: leaf.kind,
            span,
            whole: leaf.whole,
            first_token: tokens.start,
            n_tokens: tokens.end - tokens.start,
            probability: joint(columns, sequence, tokens.clone()),
            weakest: weakest(columns, sequence, tokens),
        });
    });
    values
}

fn logprob(columns: &Columns, sequence: &Sequence, token: u32) -> Option<f64> {
    let at = sequence.first_token + u64::from(token);
    let logprob = columns.logprob.get(usize::try_from(at).ok()?)?;
    columns.status(at).is_scored().then(|| f64::from(*logprob))
}

fn joint(columns: &Columns, sequence: &Sequence, tokens: std::ops::Range<u32>) -> Option<f64> {
    let mut sum = Sum::default();
    for token in tokens {
        sum.add(logprob(columns, sequence, token)?);
    }
    (sum.count() > 0).then(|| num::exp(sum.value()))
}

fn weakest(
    columns: &Columns,
    sequence: &Sequence,
    tokens: std::ops::Range<u32>,
) -> Option<(f64, u32)> {
    let values = tokens.filter_map(|token| Some((logprob(columns, sequence, token)?, token)));
    // The first of equal ones.
    let least = values.reduce(|a, b| if b.0 < a.0 { b } else { a });
    least.map(|(logprob, token)| (num::exp(logprob), token))
}

/// A path as text.
fn written(path: &[Step<'_>], folded: bool) -> String {
    let mut text = "$".to_owned();
    for step in path {
        match step {
            Step::Index(_) if folded => text += "[*]",
            Step::Index(nth) => text += &format!("[{nth}]"),
            Step::Key(key) => {
                let key = String::from_utf8_lossy(key);
                if is_name(&key) {
                    text.push('.');
                    text += &key;
                } else {
                    text += &format!("[\"{key}\"]");
                }
            }
        }
    }
    text
}

fn is_name(key: &str) -> bool {
    let plain = |char: char| char.is_alphanumeric() || char == '_';
    key.chars().all(plain) && key.chars().next().is_some_and(|first| !first.is_numeric())
}
