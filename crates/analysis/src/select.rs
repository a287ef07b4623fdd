//! Filter and sort in one go.
use crate::fold::Fold;
use crate::models::model_of;
use crate::search::{Needle, touched};
use crate::{Filter, Sort, Texts};
use completions::{Columns, Sequence};
use metrics::{RunBuilder, RunMetrics};

/// The answer to a filter and a sort.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices of the sequences that match, in the order asked for.
    pub order: Vec<u32>,
    /// Tokens that match the token condition, over all matching sequences; 0 without that condition.
    pub hits: u64,
    /// The boards of the matching sequences; those that were folded away are among them.
    pub metrics: RunMetrics,
    /// For every sequence of the run: how many it stands for when texts are folded. Empty when they are not.
    copies: Vec<u32>,
}

impl Selection {
    /// How many matching sequences with the same text this one stands for, itself included.
    pub fn copies(&self, sequence: u32) -> u32 {
        let copies = self.copies.get(sequence as usize);
        copies.copied().unwrap_or(1)
    }
}

/// Filters and sorts. The boards are computed in the order of the file, so they do not depend on the sort.
pub fn select(columns: &Columns, filter: &Filter, sort: Sort) -> Selection {
    if filter.fold {
        return select_folded(columns, filter, sort, &Texts::of(columns));
    }
    select_all(columns, filter, sort, None)
}

/// The same with identical texts folded; `texts` are those of the columns, found before.
pub fn select_folded(columns: &Columns, filter: &Filter, sort: Sort, texts: &Texts) -> Selection {
    select_all(columns, filter, sort, Some(Fold::new(texts)))
}

fn select_all(columns: &Columns, filter: &Filter, sort: Sort, mut fold: Option<Fold>) -> Selection {
    let needle = Needle::new(&filter.token);
    let sources = sources_named(columns, &filter.source);
    let mut run = RunBuilder::default();
    let mut selection = Selection::default();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        if !has_model(columns, sequence, &filter.model)
            || !has_source(columns, sequence, sources.as_deref())
            || filter
                .band
                .is_some_and(|band| !band.holds(columns, sequence))
        {
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
        if fold.as_mut().is_none_or(|fold| fold.is_first(index)) {
            selection.order.push(index);
        }
    }
    selection.copies = fold.map(Fold::copies).unwrap_or_default();
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

/// For each source whether it has this name; `None` when no name is asked for.
fn sources_named(columns: &Columns, name: &str) -> Option<Vec<bool>> {
    let sources = (0_u32..).take(columns.sources.len());
    (!name.is_empty()).then(|| {
        sources
            .map(|source| columns.source_name(source) == name)
            .collect()
    })
}

fn has_source(columns: &Columns, sequence: &Sequence, sources: Option<&[bool]>) -> bool {
    sources.is_none_or(|sources| {
        let source = columns.source_of(sequence);
        source.is_some_and(|source| sources.get(source as usize).copied().unwrap_or(false))
    })
}

/// The bytes of a sequence, and the ends of its tokens in them.
pub(crate) fn text_of<'a>(columns: &'a Columns, sequence: &Sequence) -> (&'a [u8], &'a [u32]) {
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
