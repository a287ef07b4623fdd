//! `surprisal paths`: how sure the model was of each value of answers that are JSON.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | paths and values as text or JSON |
mod output;

use crate::analyze::stop::Stop;
use crate::cli::Structure;
use crate::console::{self, complain};
use analysis::paths::{Table, Value, values};
use completions::Columns;
use std::process::ExitCode;

/// Runs the command with the standard streams.
pub fn main(arguments: &Structure) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    let analysis = match console::read(&arguments.inputs, &stop) {
        Ok((analysis, _)) => analysis,
        Err(status) => return status,
    };
    console::tell_failures(&analysis);
    let columns = &analysis.import.columns;
    let table = Table::of(columns, (0..).take(columns.sequences.len()));
    if table.with_json == 0 {
        return complain("no answer has JSON in it", 1);
    }
    let written = console::print(&stop, |out| match &arguments.values {
        Some(path) => {
            let values = least_likely_first(columns, path);
            output::values(columns, &values, arguments.json, out)
        }
        None if arguments.json => output::lines(&table, out),
        None => output::table(&table, out),
    });
    match written {
        Ok(_) => ExitCode::from(u8::from(!analysis.is_read())),
        Err(status) => status,
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
