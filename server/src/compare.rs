//! `surprisal compare`: two runs side by side.
//!
//! | module | what it is |
//! |---|---|
//! | [`answer`] | what is said, as plain data: the JSON document |
//! | [`pair`] | a pair, and where its texts part |
//! | [`whole`] | one pair with both of its texts |
//! | [`text`] | both for people |
mod answer;
mod pair;
mod text;
mod whole;

use crate::again::Again;
use crate::analyze::read::Analysis;
use crate::analyze::stop::Stop;
use crate::cli;
use crate::console::{self, USAGE, complain, say};
use analysis::compare::{Comparison, Side};
use analysis::query::Query;
use answer::Answer;
use completions::Columns;
use std::{collections::HashMap, ffi::OsString, io, path::PathBuf, process::ExitCode};
use whole::Whole;

/// A run that was read.
struct Run {
    name: String,
    analysis: Analysis,
    /// Where its records can be read again.
    files: HashMap<String, PathBuf>,
}

/// What was asked for.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Said {
    All(Box<Answer>),
    Pair(Box<Whole>),
}

/// Runs the command with the standard streams.
pub fn main(arguments: &cli::Compare) -> ExitCode {
    if arguments.a == "-" && arguments.b == "-" {
        return complain("the standard input can be read only once", USAGE);
    }
    let stop = Stop::on_ctrl_c();
    let (a, b) = match (read(&arguments.a, &stop), read(&arguments.b, &stop)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(status), _) | (_, Err(status)) => return status,
    };
    let mut again = (
        Again::new(&a.analysis.import.columns, a.files),
        Again::new(&b.analysis.import.columns, b.files),
    );
    let sides = (
        side(
            &a.analysis.import.columns,
            arguments.only_a.as_ref(),
            &mut again.0,
        ),
        side(
            &b.analysis.import.columns,
            arguments.only_b.as_ref(),
            &mut again.1,
        ),
    );
    let comparison = Comparison::new(&sides.0, &sides.1, arguments.pair_by.map(Into::into));
    let said = match arguments.show {
        Some(number) => {
            let whole = number.checked_sub(1).and_then(|index| {
                let pair = comparison.pairs.get(index as usize)?;
                let again = (&mut again.0, &mut again.1);
                Whole::new((&sides.0, &sides.1), again, index, pair)
            });
            let Some(whole) = whole else {
                let pairs = comparison.pairs.len();
                let message = format!("there is no pair {number}: they go from 1 to {pairs}");
                return complain(&message, USAGE);
            };
            Said::Pair(Box::new(whole))
        }
        None => Said::All(Box::new(Answer::new(
            (&a.name, &b.name),
            (&sides.0, &sides.1),
            &comparison,
            (&mut again.0, &mut again.1),
            arguments.pairs,
        ))),
    };
    let written = console::print(&stop, |out| match &said {
        said if arguments.json => serde_json::to_writer(&mut *out, said)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        Said::All(answer) => text::write(answer, out),
        Said::Pair(whole) => text::write_whole(whole, out),
    });
    match written {
        Ok(_) => ExitCode::from(u8::from(!a.analysis.is_read() || !b.analysis.is_read())),
        Err(status) => status,
    }
}

/// All of a run, or what matches.
fn side<'a>(columns: &'a Columns, only: Option<&Query>, again: &mut Again<'_>) -> Side<'a> {
    let Some(query) = only else {
        return Side::all(columns);
    };
    let found = query.find(columns, |sequence| again.detail(sequence));
    if !found.unread.is_empty() {
        say(&format!(
            "{} of the sequences could not be read again for their alternatives, which the query asks for: they are left out",
            found.unread.len()
        ));
    }
    Side {
        columns,
        sequences: found.hits.iter().map(|hit| hit.sequence).collect(),
    }
}

/// Reads one of the two; what could not be read is said. The error is the status to end with.
fn read(argument: &OsString, stop: &Stop) -> Result<Run, ExitCode> {
    let (analysis, files) = console::read(std::slice::from_ref(argument), stop)?;
    console::tell_failures(&analysis);
    for input in &analysis.inputs {
        if input.named && input.sequences == 0 && input.failure.is_none() {
            say(&format!("{}: it has no completion", input.name));
        }
    }
    Ok(Run {
        name: argument.to_string_lossy().into_owned(),
        analysis,
        files,
    })
}
