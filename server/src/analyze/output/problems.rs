//! The import report as text.
use super::clean;
use completions::{Columns, Level, Place, Problem};
use export::csv::source;
use metrics::format::count;
use std::io::{self, Write};

/// Places shown for a problem.
const PLACES: usize = 5;
/// Under the text of a problem.
const INDENT: &str = "         ";

pub(super) fn write(columns: &Columns, problem: &Problem, out: &mut dyn Write) -> io::Result<()> {
    let level = match problem.level {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    let times = count(problem.count);
    writeln!(out, "  {level:<6} {} ({times})", problem.code)?;
    writeln!(out, "{INDENT}{}", clean(&problem.sentence()))?;
    if !problem.remedy().is_empty() {
        writeln!(out, "{INDENT}{}", problem.remedy())?;
    }
    for place in problem.places.iter().take(PLACES) {
        // The sentence of a single case has its detail in it already.
        let detail = if problem.count > 1 { &place.detail } else { "" };
        write_place(columns, place, detail, out)?;
    }
    let more = problem.places.len().saturating_sub(PLACES);
    if more > 0 {
        writeln!(
            out,
            "{INDENT}and more places; --json lists {}",
            problem.places.len()
        )?;
    }
    Ok(())
}

fn write_place(
    columns: &Columns,
    place: &Place,
    detail: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = clean(&source(columns, place.source));
    let sequence = place
        .sequence
        .map_or_else(String::new, |index| format!(", sequence {index}"));
    let detail = if detail.is_empty() {
        String::new()
    } else {
        format!(": {}", clean(detail))
    };
    writeln!(
        out,
        "{INDENT}{name}:{}:{}: record {}{sequence}{detail}",
        place.line, place.byte, place.record
    )
}
