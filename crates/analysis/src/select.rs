//! Filter and sort in one go.
use crate::models::model_of;
use crate::search::{Needle, touched};
use crate::{Filter, Sort};
use completions::{Columns, Sequence};
use metrics::{RunBuilder, RunMetrics};

/// The answer to a filter and a sort.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices of the sequences that match, in the order asked for.
    pub order: Vec<u32>,
    /// Tokens that match the token condition, over all matching sequences; 0 without that condition.
    pub hits: u64,
    /// The boards of the matching sequences.
    pub metrics: RunMetrics,
}

/// Filters and sorts. The boards are folded in the order of the file, so they do not depend on the sort.
pub fn select(columns: &Columns, filter: &Filter, sort: Sort) -> Selection {
    let needle = Needle::new(&filter.token);
    let mut run = RunBuilder::default();
    let mut selection = Selection::default();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        if !has_model(columns, sequence, &filter.model) {
            continue;
        }
        if let Some(needle) = &needle {
            let (text, ends) = text_of(columns, sequence);
            let mut hits = 0;
            if !touched(needle, text, ends, |_| hits += 1) {
                continue;
            }
            selection.hits += hits;
        }
        run.push(&sequence.metrics);
        selection.order.push(index);
    }
    sort.apply(&columns.sequences, &mut selection.order);
    selection.metrics = run.metrics(true);
    selection
}

/// Indices (within the sequence) of the tokens that match the token condition, ascending.
pub fn hits_in(columns: &Columns, sequence: u32, filter: &Filter) -> Vec<u32> {
    let mut hits = Vec::new();
    let sequence = columns.sequences.get(sequence as usize);
    if let (Some(sequence), Some(needle)) = (sequence, Needle::new(&filter.token)) {
        let (text, ends) = text_of(columns, sequence);
        touched(&needle, text, ends, |token| hits.push(token));
    }
    hits
}

/// An empty name is no condition.
fn has_model(columns: &Columns, sequence: &Sequence, name: &str) -> bool {
    name.is_empty()
        || model_of(columns, sequence)
            .is_some_and(|model| columns.models.get(model).is_some_and(|m| m == name))
}

/// The bytes of a sequence, and the ends of its tokens in them.
fn text_of<'a>(columns: &'a Columns, sequence: &Sequence) -> (&'a [u8], &'a [u32]) {
    let text = slice(&columns.text, sequence.text_start, sequence.text_len);
    (
        text,
        slice(&columns.token_end, sequence.first_token, sequence.n_tokens),
    )
}

/// A part of a column; empty where the column is shorter, which an importer never leaves behind.
fn slice<T>(column: &[T], start: u64, len: u32) -> &[T] {
    let range = usize::try_from(start)
        .ok()
        .and_then(|start| Some(start..start.checked_add(len as usize)?));
    range
        .and_then(|range| column.get(range))
        .unwrap_or_default()
}
