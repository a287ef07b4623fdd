//! What is looked at, as a file to take away. The same in the browser's worker and on the command line.
//!
//! | module | what it writes |
//! |---|---|
//! | [`csv`] | a row for each sequence |
//! | [`lines`] | a line of JSON for each sequence, with its tokens |
//! | [`markdown`] | the figures and the least likely sequences, for a ticket or a chat |
//! | [`page`] | one HTML file that shows the highlighted texts, without a server, script or network |
//! | [`passage`] | one text, or a part of it, as a picture with legend and scale |
//!
//! Those for people say what was filtered by in their first lines; rows and lines are data alone.
pub mod cells;
pub mod csv;
pub mod lines;
pub mod markdown;
pub mod page;
pub mod passage;

use analysis::shade::{MISSING, worst};
use analysis::{Scale, Selection, Shade};
use api::Card;
use completions::Columns;
use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// The colours, light and dark, and the looks of tokens are those of the application.
const STYLES: [&str; 2] = [
    include_str!("../../../style/tokens.css"),
    include_str!("../../../style/tokens-text.css"),
];

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
    /// The values for that, where probabilities are not enough.
    pub shade: Option<&'a Shade>,
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

/// Per piece of a card the most doubtful value of its tokens: of the shade, or their probability where there is none.
pub fn worst_values(columns: &Columns, shade: Option<&Shade>, card: &Card) -> Vec<f32> {
    let Some(row) = columns.sequences.get(card.sequence as usize) else {
        return Vec::new();
    };
    let last = card.tokens - card.hidden_tokens;
    let ends = card.pieces.iter().skip(1).map(|next| next.token);
    let ranges = card.pieces.iter().zip(ends.chain([last]));
    let probability = |token: u32| {
        let at = row.first_token + u64::from(token);
        analysis::scale::probability_at(columns, at).map_or(MISSING, |p| p as f32)
    };
    ranges
        .map(|(piece, end)| match shade {
            Some(shade) => {
                let values = shade
                    .of_sequence(row)
                    .get(piece.token as usize..end as usize);
                worst(shade.lens(), values.unwrap_or_default())
            }
            None => {
                let known = (piece.token..end).map(probability);
                let known = known.filter(|p| *p != MISSING).reduce(f32::min);
                known.unwrap_or(MISSING)
            }
        })
        .collect()
}
