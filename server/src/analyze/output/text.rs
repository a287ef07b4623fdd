//! The boards and the import report as text, for people.
use super::{clean, problems};
use crate::analyze::read::{Analysis, Part};
use api::Totals;
use metrics::format::{bytes, count, counted, sig3_or_dash};
use std::{
    fmt::Write as _,
    io::{self, Write},
};

/// Inputs shown, besides those that could not be read.
const INPUTS: usize = 20;

pub(in crate::analyze) fn write(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let import = &analysis.import;
    let report = &import.report;
    write_inputs(analysis, out)?;
    if analysis
        .inputs
        .iter()
        .all(|part| part.bytes == 0 && part.failure.is_some())
    {
        return Ok(());
    }
    let container = if report.container.is_empty() {
        "unknown"
    } else {
        &report.container
    };
    let read_as = format!("{} in {container}", report.format_name());
    row(out, "Read as", &read_as)?;
    row(
        out,
        "Size",
        &format!(
            "{}, {}",
            bytes(report.bytes),
            counted(report.records, "record", "records")
        ),
    )?;
    for (nth, line) in report.evidence.iter().enumerate() {
        row(out, if nth == 0 { "Evidence" } else { "" }, &clean(line))?;
    }
    boards(&Totals::from(&import.metrics), out)?;
    let models = import
        .models
        .iter()
        .map(|(name, sequences)| format!("{} ({})", clean(name), count(*sequences)));
    let models = models.collect::<Vec<_>>().join(", ");
    let models = if models.is_empty() {
        "not named"
    } else {
        &models
    };
    row(out, "Models", models)?;
    for problem in &report.problems {
        problems::write(&import.columns, problem, out)?;
    }
    Ok(())
}

fn write_inputs(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let parts = &analysis.inputs;
    if let [part] = parts.as_slice() {
        writeln!(out, "{}", clean(&part.name))?;
        if let Some(failure) = &part.failure {
            writeln!(out, "  error  {}", clean(&failure.message))?;
        }
        return Ok(());
    }
    writeln!(out, "{} inputs", count(parts.len() as u64))?;
    let (mut shown, mut hidden) = (0, 0);
    for part in parts {
        if let Some(failure) = &part.failure {
            write_input(part, out)?;
            writeln!(out, "  error  {}", clean(&failure.message))?;
        } else if shown < INPUTS {
            shown += 1;
            write_input(part, out)?;
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        writeln!(out, "  and {} more", count(hidden))?;
    }
    Ok(())
}

fn write_input(part: &Part, out: &mut dyn Write) -> io::Result<()> {
    let sequences = counted(part.sequences, "sentence", "sentences");
    writeln!(
        out,
        "  {}: {}, {sequences}",
        clean(&part.name),
        bytes(part.bytes)
    )
}

fn boards(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    row(out, "Number of sentences", &count(totals.sequences))?;
    for (label, value) in [
        ("Perplexity overall", totals.perplexity_overall),
        ("Probability overall", totals.probability_overall),
        ("Perplexity over all tokens", totals.perplexity_tokens),
        ("Probability over all tokens", totals.probability_tokens),
    ] {
        row(out, label, &sig3_or_dash(value))?;
    }
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
        let sentences = counted(totals.overflow_sequences, "sentence", "sentences");
        row(out, "Infinite perplexity", &sentences)?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, label: &str, value: &str) -> io::Result<()> {
    writeln!(out, "  {label:<28}{value}")
}
