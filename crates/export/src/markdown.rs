//! The figures and the least likely sequences, for a ticket or a chat.
use crate::View;
use api::{Card, Totals};
use metrics::format::{count, sig3_or_dash};
use std::io::{self, Write};

/// Sequences in the table.
pub const SEQUENCES: usize = 20;

/// Characters of a text in the table.
const CHARACTERS: usize = 80;

/// Writes it.
///
/// # Errors
/// Those of `out`.
pub fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::from(&view.selection.metrics);
    writeln!(out, "## {}\n", plain(view.name))?;
    if !view.filter.is_empty() {
        writeln!(out, "Of the run only: `{}`\n", plain(view.filter))?;
    }
    writeln!(out, "| | |\n|---|---|")?;
    for (name, value) in [
        ("Number of sentences", count(totals.sequences)),
        ("Tokens", count(totals.tokens)),
        (
            "Perplexity overall",
            sig3_or_dash(totals.perplexity_overall),
        ),
        (
            "Probability overall",
            sig3_or_dash(totals.probability_overall),
        ),
        ("Perplexity, median", sig3_or_dash(totals.perplexity_median)),
        (
            "Perplexity over all tokens",
            sig3_or_dash(totals.perplexity_tokens),
        ),
    ] {
        writeln!(out, "| {name} | {value} |")?;
    }
    let listed = view.selection.order.len();
    writeln!(
        out,
        "\n| # | Perplexity | Probability | Tokens | Model | Text |\n|---|---|---|---|---|---|"
    )?;
    for &index in view.selection.order.iter().take(SEQUENCES) {
        let Some(sequence) = view.columns.sequences.get(index as usize) else {
            continue;
        };
        let card = Card::new(view.columns, index, 0);
        let text = view.columns.sequence_text(sequence);
        let mut short: String = text.chars().take(CHARACTERS).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            index + 1,
            sig3_or_dash(card.perplexity),
            sig3_or_dash(card.probability),
            count(card.tokens.into()),
            plain(&card.model),
            plain(&short),
        )?;
    }
    if listed > SEQUENCES {
        let more = count((listed - SEQUENCES) as u64);
        writeln!(out, "\n… and {more} more")?;
    }
    Ok(())
}

/// A text that means nothing in Markdown, in one line.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => plain.push(' '),
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => plain.extend(['\\', c]),
            _ if c.is_control() => plain.push(char::REPLACEMENT_CHARACTER),
            _ => plain.push(c),
        }
    }
    plain
}
