//! Filter and sort in one go.
use crate::fold::Fold;
use crate::models::model_of;
use crate::query::{Answer, Asked, Query};
use crate::{Filter, Shade, Sort, Texts};
use completions::{Columns, Sequence, SequenceDetail};
use metrics::{RunBuilder, RunMetrics};
use std::collections::HashMap;

/// A query and what is known of its answer: alternatives have to be read for some queries, sequence by sequence, and are then
/// not needed again, whatever else is asked.
#[derive(Debug, Default)]
pub struct Question {
    query: Query,
    /// Sequences whose alternatives were read, with the tokens that match; `None` when none does.
    read: HashMap<u32, Option<Vec<u32>>>,
}

impl Question {
    /// Nothing is known of the answer.
    pub fn new(query: Query) -> Self {
        Self {
            query,
            read: HashMap::new(),
        }
    }

    /// The alternatives of these sequences were read.
    pub fn read<'a>(
        &mut self,
        columns: &Columns,
        details: impl IntoIterator<Item = (u32, &'a SequenceDetail)>,
    ) {
        let mut asked = Asked::new(&self.query, columns);
        for (index, detail) in details {
            if let Some(sequence) = columns.sequences.get(index as usize) {
                let tokens = asked.ask_again(index, sequence, detail);
                self.read.insert(index, tokens);
            }
        }
    }

    /// The alternatives of a sequence cannot be read: it does not match.
    pub fn unreadable(&mut self, index: u32) {
        self.read.insert(index, None);
    }
}

/// The answer to a filter and a sort.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Indices of the sequences that match, in the order asked for.
    pub order: Vec<u32>,
    /// Tokens that match the query, over all matching sequences; 0 when it asks nothing of tokens.
    pub hits: u64,
    /// The boards of the matching sequences; those that were folded away are among them.
    pub metrics: RunMetrics,
    /// Sequences, ascending, whose alternatives have to be read before it is known whether they match: they are not among the others.
    pub open: Vec<u32>,
    /// The matching tokens of sequences, by ascending sequence; those without any are left out.
    tokens: Vec<(u32, Vec<u32>)>,
    /// For every sequence of the run: how many it stands for when texts are folded. Empty when they are not.
    copies: Vec<u32>,
}

impl Selection {
    /// How many matching sequences with the same text this one stands for, itself included.
    pub fn copies(&self, sequence: u32) -> u32 {
        let copies = self.copies.get(sequence as usize);
        copies.copied().unwrap_or(1)
    }

    /// Indices (within the sequence) of the tokens that match the query, ascending.
    pub fn hits_in(&self, sequence: u32) -> &[u32] {
        let found = self.tokens.binary_search_by_key(&sequence, |hit| hit.0);
        found
            .ok()
            .and_then(|at| self.tokens.get(at))
            .map_or(&[], |hit| &hit.1)
    }
}

/// Filters and sorts. The boards are computed in the order of the file, so they do not depend on the sort.
/// `texts` are those of the columns, found before, for a filter that folds them; `shade` has the values for a filter by a band that
/// needs more than probabilities.
pub fn select(
    columns: &Columns,
    filter: &Filter,
    question: &Question,
    sort: Sort,
    texts: Option<&Texts>,
    shade: Option<&Shade>,
) -> Selection {
    let Question { query, read } = question;
    let mut fold = texts.filter(|_| filter.fold).map(Fold::new);
    let mut asked = (!query.is_empty()).then(|| Asked::new(query, columns));
    let sources = sources_named(columns, &filter.source);
    let mut run = RunBuilder::default();
    let mut selection = Selection::default();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        if !has_model(columns, sequence, &filter.model)
            || !has_source(columns, sequence, sources.as_deref())
            || filter
                .band
                .is_some_and(|band| !band.holds(columns, sequence, shade))
        {
            continue;
        }
        if let Some(asked) = &mut asked {
            let answer = match read.get(&index) {
                Some(tokens) => tokens.clone().map_or(Answer::No, Answer::Yes),
                None => asked.ask(index, sequence),
            };
            match answer {
                Answer::No => continue,
                Answer::Open(_) => {
                    selection.open.push(index);
                    continue;
                }
                Answer::Yes(tokens) if tokens.is_empty() => {}
                Answer::Yes(tokens) => {
                    selection.hits += tokens.len() as u64;
                    selection.tokens.push((index, tokens));
                }
            }
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
pub fn text_of<'a>(columns: &'a Columns, sequence: &Sequence) -> (&'a [u8], &'a [u32]) {
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
