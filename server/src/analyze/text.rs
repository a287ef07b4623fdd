//! The boards and the import report as text, for people.
use super::Analysis;
use api::{BoardProblem, Totals};
use metrics::format::{bytes, count, sig3_or_dash};
use std::{
    fmt::Write as _,
    io::{self, Write},
};

/// Places shown for a problem.
const PLACES: usize = 3;

pub(super) fn write(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let summary = &analysis.summary;
    writeln!(out, "{}", clean(&analysis.file))?;
    if let Some(failure) = &analysis.failure {
        writeln!(out, "  error  {}", clean(&failure.message))?;
        if summary.size == 0 {
            return Ok(());
        }
    }
    writeln!(
        out,
        "  {}, {}, {}",
        summary.format,
        summary.container,
        bytes(summary.size)
    )?;
    boards(&summary.totals, out)?;
    let models = summary
        .models
        .iter()
        .map(|(name, sequences)| format!("{} ({})", clean(name), count(*sequences)));
    let models = models.collect::<Vec<_>>().join(", ");
    row(
        out,
        "Models",
        if models.is_empty() {
            "not named"
        } else {
            &models
        },
    )?;
    for problem in &summary.problems {
        write_problem(problem, out)?;
    }
    Ok(())
}

fn boards(totals: &Totals, out: &mut impl Write) -> io::Result<()> {
    row(out, "Number of sentences", &count(totals.sequences))?;
    row(
        out,
        "Perplexity overall",
        &sig3_or_dash(totals.perplexity_overall),
    )?;
    row(
        out,
        "Probability overall",
        &sig3_or_dash(totals.probability_overall),
    )?;
    row(
        out,
        "Perplexity over all tokens",
        &sig3_or_dash(totals.perplexity_tokens),
    )?;
    row(
        out,
        "Probability over all tokens",
        &sig3_or_dash(totals.probability_tokens),
    )?;
    let mut tokens = count(totals.tokens);
    for (number, what) in [
        (totals.missing_tokens, "missing"),
        (totals.censored_tokens, "censored"),
        (totals.invalid_tokens, "invalid"),
    ] {
        if number > 0 {
            let _ = write!(tokens, ", {} {what}", count(number));
        }
    }
    row(out, "Tokens", &tokens)?;
    if totals.overflow_sequences > 0 {
        row(
            out,
            "Infinite perplexity",
            &format!("{} sentences", count(totals.overflow_sequences)),
        )?;
    }
    Ok(())
}

fn row(out: &mut impl Write, label: &str, value: &str) -> io::Result<()> {
    writeln!(out, "  {label:<28}{value}")
}

fn write_problem(problem: &BoardProblem, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  {:<6} {}", problem.level, clean(&problem.sentence))?;
    if !problem.remedy.is_empty() {
        writeln!(out, "         {}", problem.remedy)?;
    }
    for (record, line, byte, _, detail) in problem.places.iter().take(PLACES) {
        let detail = if detail.is_empty() {
            String::new()
        } else {
            format!(": {}", clean(detail))
        };
        writeln!(
            out,
            "         record {record}, line {line}, byte {byte}{detail}"
        )?;
    }
    Ok(())
}

/// Text of a file as a terminal may show it: escape sequences in it stay text.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_file_does_not_speak_to_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
    }
}
