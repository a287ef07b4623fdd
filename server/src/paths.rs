//! `surprisal paths`: how sure the model was of each value of answers that are JSON.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | paths and values as text or JSON |
mod output;

use crate::analyze::input;
use crate::analyze::output::clean;
use crate::analyze::read::{self, Outcome};
use crate::analyze::stop::Stop;
use crate::cli::Structure;
use analysis::paths::{Table, Value, values};
use completions::Columns;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// The arguments are wrong, as clap says it.
const USAGE: u8 = 2;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Structure) -> ExitCode {
    let inputs = match input::expand(&arguments.inputs) {
        Ok(inputs) => inputs,
        Err(message) => return complain(&message, USAGE),
    };
    let stop = Stop::on_ctrl_c();
    let analysis = match read::all(inputs, true, &stop) {
        Outcome::Read(analysis) => analysis,
        Outcome::Stopped(how_far) => return complain(&how_far, STOPPED),
    };
    for (input, failure) in analysis.failures() {
        say(&format!("{}: {}", input.name, failure.message));
    }
    let columns = &analysis.import.columns;
    let table = Table::of(columns, (0..).take(columns.sequences.len()));
    if table.with_json == 0 {
        return complain("no answer has JSON in it", 1);
    }
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let written = match &arguments.values {
        Some(path) => {
            let values = least_likely_first(columns, path);
            output::values(columns, &values, arguments.json, &mut out)
        }
        None if arguments.json => output::lines(&table, &mut out),
        None => output::table(&table, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(u8::from(!analysis.is_read())),
        _ if stop.is_asked() => ExitCode::from(STOPPED),
        // Whoever reads has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = out.into_parts();
            ExitCode::SUCCESS
        }
        Err(error) => complain(&format!("cannot write the result: {error}"), 1),
    }
}

/// The values of which the folded path or the path begins like this, with the index of their sequence. Those without a
/// probability come last; equal ones in the order of the run.
fn least_likely_first(columns: &Columns, path: &str) -> Vec<(u32, Value)> {
    let mut found = Vec::new();
    for (index, sequence) in (0_u32..).zip(&columns.sequences) {
        let all = values(columns, sequence).into_iter();
        let wanted =
            all.filter(|value| value.path.starts_with(path) || value.folded.starts_with(path));
        found.extend(wanted.map(|value| (index, value)));
    }
    found.sort_by(|(_, a), (_, b)| match (a.probability, b.probability) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    found
}

fn complain(message: &str, status: u8) -> ExitCode {
    say(message);
    ExitCode::from(status)
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
