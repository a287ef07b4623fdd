//! A line of JSON for each sequence, with its tokens. Keys are only ever added.
use crate::View;
use analysis::scale::probability_at;
use api::Card;
use completions::Columns;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Line<'a> {
    /// From 0, in the order of the run.
    sequence: u32,
    /// The file that it is from; empty when the run has only one.
    source: &'a str,
    id: &'a str,
    label: Option<&'a str>,
    model: &'a str,
    created: Option<f64>,
    choice: u32,
    kind: &'a str,
    finish: &'a str,
    perplexity: Option<f64>,
    probability: Option<f64>,
    text: &'a str,
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct Token {
    /// Bytes that are part of a character read U+FFFD.
    token: String,
    /// Natural logarithm; `null` when it has none or it is below what the server reports.
    logprob: Option<f64>,
    /// 0 to 1.
    probability: Option<f64>,
    /// It matches the query.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hit: bool,
}

/// Writes the lines.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for &index in &view.selection.order {
        let Some(line) = view.columns.sequences.get(index as usize) else {
            continue;
        };
        let card = Card::new(view.columns, index, 0);
        let completion = view.columns.completions.get(line.completion as usize);
        let line = Line {
            sequence: index,
            source: &card.source,
            id: completion.map_or("", |completion| &completion.id),
            label: completion.and_then(|completion| completion.label.as_deref()),
            model: &card.model,
            created: card.created,
            choice: card.choice,
            kind: &card.kind,
            finish: &card.finish,
            perplexity: card.perplexity,
            probability: card.probability,
            text: &view.columns.sequence_text(line),
            tokens: tokens(view.columns, index, view.selection.hits_in(index)),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn tokens(columns: &Columns, index: u32, hits: &[u32]) -> Vec<Token> {
    let Some(sequence) = columns.sequences.get(index as usize) else {
        return Vec::new();
    };
    let token = |nth: u32| {
        let at = sequence.first_token + u64::from(nth);
        let probability = probability_at(columns, at);
        let kept = usize::try_from(at)
            .ok()
            .and_then(|at| columns.logprob.get(at));
        Token {
            token: String::from_utf8_lossy(columns.token_bytes(sequence, nth)).into_owned(),
            logprob: probability.and(kept).copied().map(f64::from),
            probability,
            hit: hits.binary_search(&nth).is_ok(),
        }
    };
    (0..sequence.n_tokens).map(token).collect()
}
