//! `surprisal compare`: two runs side by side.
//!
//! | module | what it is |
//! |---|---|
//! | [`answer`] | what is said, as plain data: the JSON document |
//! | [`whole`] | one pair with both of its texts |
//! | [`text`] | both for people |
mod answer;
mod text;
mod whole;

use crate::again::Again;
use crate::analyze::input;
use crate::analyze::output::clean;
use crate::analyze::read::{self, Analysis, Outcome};
use crate::analyze::stop::Stop;
use crate::cli;
use analysis::compare::{Comparison, Side};
use answer::Answer;
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};
use whole::Whole;

/// The arguments are wrong, as clap says it.
const USAGE: u8 = 2;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

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
        say("the standard input can be read only once");
        return ExitCode::from(USAGE);
    }
    let stop = Stop::on_ctrl_c();
    let (a, b) = match (read(&arguments.a, &stop), read(&arguments.b, &stop)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(status), _) | (_, Err(status)) => return ExitCode::from(status),
    };
    let sides = (
        Side::all(&a.analysis.import.columns),
        Side::all(&b.analysis.import.columns),
    );
    let comparison = Comparison::new(&sides.0, &sides.1, arguments.pair_by.map(Into::into));
    let mut again = (
        Again::new(sides.0.columns, a.files),
        Again::new(sides.1.columns, b.files),
    );
    let said = match arguments.show {
        Some(number) => {
            let whole = number.checked_sub(1).and_then(|index| {
                let pair = comparison.pairs.get(index as usize)?;
                let again = (&mut again.0, &mut again.1);
                Whole::new((&sides.0, &sides.1), again, index, pair)
            });
            let Some(whole) = whole else {
                let pairs = comparison.pairs.len();
                say(&format!(
                    "there is no pair {number}: they go from 1 to {pairs}"
                ));
                return ExitCode::from(USAGE);
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
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let written = match &said {
        said if arguments.json => serde_json::to_writer(&mut out, said)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out)),
        Said::All(answer) => text::write(answer, &mut out),
        Said::Pair(whole) => text::write_whole(whole, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => {}
        _ if stop.is_asked() => return ExitCode::from(STOPPED),
        // Whoever reads has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = out.into_parts();
        }
        Err(error) => {
            say(&format!("cannot write the result: {error}"));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::from(u8::from(!a.analysis.is_read() || !b.analysis.is_read()))
}

/// Reads one of the two; what could not be read is said. The error is the status to end with.
fn read(argument: &OsString, stop: &Stop) -> Result<Run, u8> {
    let inputs = input::expand(std::slice::from_ref(argument)).map_err(|message| {
        say(&message);
        USAGE
    })?;
    let files = input::files(&inputs);
    match read::all(inputs, true, stop) {
        Outcome::Read(analysis) => {
            for (input, failure) in analysis.failures() {
                say(&format!("{}: {}", input.name, failure.message));
            }
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
        Outcome::Stopped(how_far) => {
            say(&how_far);
            Err(STOPPED)
        }
    }
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
