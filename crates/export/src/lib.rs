//! What is looked at, as a file to take away. The same in the browser's worker and on the command line.
//!
//! | module | what it writes |
//! |---|---|
//! | [`csv`] | a row for each sequence |
//! | [`lines`] | a line of JSON for each sequence, with its tokens |
//! | [`markdown`] | the figures and the least likely sequences, for a ticket or a chat |
//! | [`page`] | one HTML file that shows the highlighted texts, without a server, script or network |
//!
//! Every one of them says what was filtered by.
pub mod cells;
pub mod csv;
pub mod lines;
pub mod markdown;
pub mod page;

use analysis::{Scale, Selection};
use api::Card;
use completions::Columns;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// [`csv`].
    Csv,
    /// [`lines`].
    Lines,
    /// [`markdown`].
    Markdown,
    /// [`page`].
    Page,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Lines, Self::Markdown, Self::Page];

    /// What the name of such a file ends with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Lines => "jsonl",
            Self::Markdown => "md",
            Self::Page => "html",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Lines => "application/jsonl",
            Self::Markdown => "text/markdown",
            Self::Page => "text/html",
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Name of the run.
    pub name: &'a str,
    /// All of it.
    pub columns: &'a Columns,
    /// What is listed of it, in which order.
    pub selection: &'a Selection,
    /// By what tokens are coloured.
    pub scale: Scale,
    /// What was filtered by, in words; empty for everything.
    pub filter: &'a str,
}

impl View<'_> {
    /// Writes it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, kind: Kind, out: &mut dyn Write) -> io::Result<()> {
        match kind {
            Kind::Csv => csv::write(self, out),
            Kind::Lines => lines::write(self, out),
            Kind::Markdown => markdown::write(self, out),
            Kind::Page => page::write(self, out),
        }
    }
}

/// Per piece of a card the lowest probability of its tokens, 0 to 1; negative when none has one.
pub fn weakest(columns: &Columns, card: &Card) -> Vec<f32> {
    let Some(row) = columns.sequences.get(card.sequence as usize) else {
        return Vec::new();
    };
    let last = u64::from(card.tokens - card.hidden_tokens);
    let ends = card.pieces.iter().skip(1).map(|next| next.token.into());
    let ranges = card.pieces.iter().zip(ends.chain([last]));
    ranges
        .map(|(piece, end)| {
            let tokens = row.first_token + u64::from(piece.token)..row.first_token + end;
            let known = tokens.filter_map(|at| analysis::scale::probability_at(columns, at));
            known.reduce(f64::min).map_or(-1.0, |p| p as f32)
        })
        .collect()
}
