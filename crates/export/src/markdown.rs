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
        writeln!(out, "Of the run only: {}\n", code(view.filter))?;
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

/// A text as code, in one line: in it nothing means anything but the backticks that end it, of which there are more than anywhere
/// inside.
fn code(text: &str) -> String {
    let one_line = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    let text: String = text.chars().map(one_line).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
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

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn what_was_asked_reads_as_it_was_typed() {
        for (text, expected) in [
            ("p<0.2 rank>1", "`p<0.2 rank>1`"),
            ("a | b_c*", "`a | b_c*`"),
            ("text~/`x`/", "``text~/`x`/``"),
            ("`", "`` ` ``"),
            ("a\nb\u{1b}", "`a b\u{fffd}`"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}
