//! What leaves the page: the list as a file, a text as a picture.
use super::State;
use crate::protocol::Look;
use analysis::{Filter, Scale};
use api::Card;
use export::passage::{self, Passage};
use export::{Kind, View};
use metrics::format::{count, counted, sig3};
use std::io::{self, Write};

impl State {
    /// What is listed, as a file.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn export(
        &self,
        name: &str,
        scale: Scale,
        kind: Kind,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let view = View {
            name,
            columns: &self.columns,
            selection: &self.selection,
            scale,
            shade: self.colours.shade(),
            filter: &self.filter.in_words(),
        };
        view.write(kind, out)
    }

    /// A text, or the tokens from one to another of it, as a picture.
    ///
    /// # Errors
    /// Those of `out`.
    pub(crate) fn picture(
        &self,
        sequence: u32,
        tokens: Option<(u32, u32)>,
        name: &str,
        (scale, look): (Scale, &Look),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.columns.sequences.get(sequence as usize).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let row = self.row(sequence, u32::MAX);
        let pieces = &row.card.pieces;
        // Values that are still being read have no colours yet.
        let scale = if row.fits(scale.lens) {
            scale
        } else {
            Scale::default()
        };
        let marks = row.marks(scale);
        let from = tokens.map_or(0, |(first, _)| {
            pieces.partition_point(|piece| piece.token < first)
        });
        let to = tokens.map_or(pieces.len(), |(_, last)| {
            pieces.partition_point(|piece| piece.token <= last)
        });
        let part = from..to.max(from);
        let passage = Passage {
            name,
            facts: &facts(&row.card, tokens, &self.filter),
            pieces: pieces.get(part.clone()).unwrap_or_default(),
            marks: marks.get(part).unwrap_or_default(),
            hits: &row.hits,
            scale,
            look,
        };
        passage::write(&passage, out)
    }
}

/// What stands above the picture of a text.
fn facts(card: &Card, tokens: Option<(u32, u32)>, filter: &Filter) -> Vec<String> {
    let number = |index: u32| count(u64::from(index) + 1);
    let mut facts = vec![format!("sequence {}", number(card.sequence))];
    let all = count(card.tokens.into());
    facts.push(match tokens {
        Some((first, last)) => {
            let (first, last) = (number(first), number(last));
            format!("tokens {first} to {last} of {all}")
        }
        None => counted(card.tokens.into(), "token", "tokens"),
    });
    if !card.model.is_empty() {
        facts.push(card.model.clone());
    }
    if let Some((perplexity, probability)) = card.perplexity.zip(card.probability) {
        let whole = if tokens.is_some() { "whole text: " } else { "" };
        let (perplexity, probability) = (sig3(perplexity), sig3(probability));
        facts.push(format!(
            "{whole}perplexity {perplexity}, probability {probability}"
        ));
    }
    if !filter.is_empty() {
        facts.push(format!("only {}", filter.in_words()));
    }
    facts
}
