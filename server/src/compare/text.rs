//! Two runs side by side, for people.
//!
//! * [`pairs`] writes single pairs.
mod pairs;

use super::answer::{Answer, Difference, Run};
use crate::analyze::output::clean;
use metrics::format::{count, counted};
pub(super) use pairs::write_whole;
use std::io::{self, Write};

/// Models named of a run.
const MODELS: usize = 3;

/// Width of a column of figures.
const WIDTH: usize = 9;

pub(super) fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    run("A", &answer.a, out)?;
    run("B", &answer.b, out)?;
    pairing(answer, out)?;
    if answer.pairs == 0 {
        return Ok(());
    }
    writeln!(out)?;
    differences(answer, out)?;
    for pair in &answer.shown {
        writeln!(out)?;
        pairs::shown(pair, out)?;
    }
    let hidden = answer.pairs - answer.shown.len();
    if hidden > 0 && !answer.shown.is_empty() {
        writeln!(
            out,
            "\n{}; --pairs shows them.",
            counted(hidden as u64, "more pair", "more pairs")
        )?;
    }
    Ok(())
}

fn run(name: &str, run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let mut models = run.models.iter().take(MODELS).map(|model| clean(model));
    let mut line = format!(
        "{name}  {}: {}",
        clean(&run.name),
        counted(run.sequences as u64, "sequence", "sequences")
    );
    if let Some(first) = models.next() {
        line += &models.fold(format!(", {first}"), |line, model| line + ", " + &model);
    }
    if run.models.len() > MODELS {
        line += &format!(" and {} more", run.models.len() - MODELS);
    }
    writeln!(out, "{line}")
}

/// Who belongs together, and who is alone.
fn pairing(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut line = match answer.pairs {
        0 => "No pairs".to_owned(),
        pairs => format!(
            "{} by {}",
            counted(pairs as u64, "pair", "pairs"),
            answer.paired_by
        ),
    };
    for (alone, name) in [(answer.only_a, "A"), (answer.only_b, "B")] {
        if alone > 0 {
            line += &format!(", {} of {name} without a partner", count(alone as u64));
        }
    }
    writeln!(out, "{line}.")?;
    if answer.pairs == 0 {
        return Ok(());
    }
    let same = count(answer.same_texts as u64);
    match answer.median_fork_byte {
        None => writeln!(out, "All texts are the same, byte by byte."),
        Some(byte) => writeln!(
            out,
            "The same text in {same}; the others part after {}, in the median.",
            counted(u64::from(byte), "byte", "bytes")
        ),
    }?;
    if answer.other_tokens > 0 {
        writeln!(
            out,
            "In {} the same bytes are cut into other tokens: perplexities of different tokenizers do not compare, bits per byte do.",
            counted(answer.other_tokens as u64, "pair", "pairs")
        )?;
    }
    Ok(())
}

fn differences(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{:<20}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}  95 % interval",
        "", "A", "B", "B − A"
    )?;
    for difference in &answer.differences {
        let (label, shown) = (difference.of.title(), |value| difference.of.say(value));
        let value = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), shown);
        let signed = |value: f64| {
            let sign = if value > 0.0 { "+" } else { "" };
            format!("{sign}{}", shown(value))
        };
        let interval = match (difference.low, difference.high) {
            (Some(low), Some(high)) => format!("{} … {}", signed(low), signed(high)),
            _ => "—".to_owned(),
        };
        writeln!(
            out,
            "{label:<20}{:>WIDTH$}{:>WIDTH$}{:>WIDTH$}  {interval}{}",
            value(difference.a),
            value(difference.b),
            difference.difference.map_or_else(|| "—".to_owned(), signed),
            of_pairs(difference, answer)
        )?;
    }
    writeln!(
        out,
        "Intervals: {} over {}, {} resamples, seed {}. Each run scores its own text: that is confidence, not correctness.",
        answer.interval.method,
        match answer.units {
            1 => counted(answer.pairs as u64, "pair", "pairs"),
            units => format!("{} {}s", count(units as u64), answer.paired_by),
        },
        count(answer.interval.resamples as u64),
        answer.interval.seed
    )
}

/// A measure that not all pairs have.
fn of_pairs(difference: &Difference, answer: &Answer) -> String {
    if difference.pairs as usize == answer.pairs {
        return String::new();
    }
    format!(
        "  ({})",
        counted(u64::from(difference.pairs), "pair", "pairs")
    )
}
