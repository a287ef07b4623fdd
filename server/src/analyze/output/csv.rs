//! One row of CSV for each sequence.
use super::{
    cells::{number, row},
    source,
};
use crate::analyze::read::Analysis;
use api::Card;
use std::io::{self, Write};

/// Names of the columns. They are only ever added, at the end.
pub const HEADER: [&str; 19] = [
    "sequence",
    "source",
    "record",
    "line",
    "byte",
    "id",
    "model",
    "created",
    "label",
    "choice",
    "kind",
    "finish",
    "tokens",
    "scored",
    "missing",
    "censored",
    "perplexity",
    "probability",
    "format",
];

pub(in crate::analyze) fn write(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let columns = &analysis.import.columns;
    row(out, HEADER)?;
    for (index, sequence) in (0u32..).zip(&columns.sequences) {
        let Some(completion) = columns.completions.get(sequence.completion as usize) else {
            continue;
        };
        let Some(record) = columns.records.get(completion.record as usize) else {
            continue;
        };
        // Records of the source that gave something, up to this one.
        let before = &columns.records[..completion.record as usize];
        let nth = before.partition_point(|other| other.source < record.source);
        let nth = before.len() - nth + 1;
        let counts = &sequence.metrics.counts;
        let card = Card::new(columns, index, 0);
        row(
            out,
            [
                &index.to_string(),
                &source(columns, record.source),
                &nth.to_string(),
                &record.line.to_string(),
                &record.start.to_string(),
                &completion.id,
                &card.model,
                &number(card.created),
                completion.label.as_deref().unwrap_or_default(),
                &card.choice.to_string(),
                &card.kind,
                &card.finish,
                &card.tokens.to_string(),
                &counts.scored.to_string(),
                &counts.missing.to_string(),
                &counts.censored.to_string(),
                &number(card.perplexity),
                &number(card.probability),
                completion.format.name(),
            ],
        )?;
    }
    Ok(())
}
