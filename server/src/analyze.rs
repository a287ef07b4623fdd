//! `surprisal analyze`: completions in, boards and problems out. The same code as in the page, hence the same numbers.
//!
//! | module | what it is |
//! |---|---|
//! | [`input`] | arguments become files, folders' files, streams and stored runs |
//! | [`read`] | all inputs become one run |
//! | [`condition`] | `--fail-if` |
//! | [`output`] | the run as text, JSON or CSV |
//! | [`tokens`] | the tokens as CSV or Parquet |
//! | [`stop`] | Ctrl-C |
//! | [`progress`] | how far it is, on a terminal |
pub mod condition;
pub mod input;
pub mod output;
pub mod progress;
pub mod read;
pub mod stop;
pub mod tokens;

use crate::cli::{Analyze, Format};
pub use condition::Condition;
use condition::Verdict;
use read::{Analysis, Outcome};
use std::{
    io::{self, Write as _},
    process::ExitCode,
};
use stop::Stop;
use tokens::Destination;

/// The arguments are wrong, as clap says it.
const USAGE: u8 = 2;
/// The condition of `--fail-if` holds.
const FAILED: u8 = 3;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Analyze) -> ExitCode {
    let inputs = match input::expand(&arguments.inputs) {
        Ok(inputs) => inputs,
        Err(message) => return complain(&message, USAGE),
    };
    let tokens = match arguments.tokens.as_deref().map(tokens::Wanted::new) {
        None => None,
        Some(Ok(wanted)) => Some(wanted),
        Some(Err(message)) => return complain(&message, USAGE),
    };
    // Before hours of reading, not after.
    let mut destination = match tokens.as_ref().map(Destination::open) {
        None => None,
        Some(Ok(destination)) => Some(destination),
        Some(Err(error)) => {
            return complain(&format!("cannot write the tokens: {error}"), 1);
        }
    };
    let stop = Stop::on_ctrl_c();
    let whole = destination.is_some() || arguments.format() == Format::Csv;
    let analysis = match read::all(inputs, whole, &stop) {
        Outcome::Read(analysis) => analysis,
        Outcome::Stopped(how_far) => return complain(&how_far, STOPPED),
    };
    let verdict = arguments
        .fail_if
        .as_ref()
        .map(|condition| condition.judge(&analysis));
    let written = print(&analysis, verdict.as_ref(), arguments.format(), &stop).and_then(|()| {
        match destination.take() {
            Some(destination) => destination.write(&analysis.import.columns, &stop),
            None => Ok(()),
        }
    });
    match written {
        Err(_) if stop.is_asked() => complain("stopped while the result was written", STOPPED),
        Err(error) => complain(&format!("cannot write the result: {error}"), 1),
        Ok(()) => status(&analysis, verdict.as_ref()),
    }
}

/// The run on the standard output.
fn print(
    analysis: &Analysis,
    verdict: Option<&Verdict>,
    format: Format,
    stop: &Stop,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let printed = match format {
        Format::Text => output::text::write(analysis, &mut out),
        Format::Json => output::json::write(analysis, verdict, &mut out),
        Format::Csv => output::csv::write(analysis, &mut out),
    };
    match printed.and_then(|()| out.flush()) {
        // Whoever reads has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is left in the buffer would fail once more.
            let _ = out.into_parts();
            Ok(())
        }
        printed => printed,
    }
    .inspect(|()| {
        if format == Format::Csv {
            for (input, failure) in analysis.failures() {
                say(&format!("{}: {}", input.name, failure.message));
            }
        }
        for sentence in verdict.into_iter().flat_map(Verdict::sentences) {
            say(&sentence);
        }
    })
}

fn status(analysis: &Analysis, verdict: Option<&Verdict>) -> ExitCode {
    if !analysis.is_good() {
        ExitCode::FAILURE
    } else if verdict.is_some_and(|verdict| verdict.held) {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    }
}

fn complain(message: &str, status: u8) -> ExitCode {
    say(message);
    ExitCode::from(status)
}

fn say(message: &str) {
    let message = output::clean(message);
    let _ = writeln!(io::stderr(), "surprisal: {message}");
}
