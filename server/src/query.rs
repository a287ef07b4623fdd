//! `surprisal query`: which tokens and sequences match, in their context.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | the answer as text, JSON, counts or vocabulary |
mod output;

use crate::again::Again;
use crate::analyze::input;
use crate::analyze::output::clean;
use crate::analyze::read::{self, Analysis, Outcome};
use crate::analyze::stop::Stop;
use crate::cli::Ask;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// The arguments are wrong, as clap says it.
const USAGE: u8 = 2;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Ask) -> ExitCode {
    let inputs = match input::expand(&arguments.inputs) {
        Ok(inputs) => inputs,
        Err(message) => {
            say(&message);
            return ExitCode::from(USAGE);
        }
    };
    let files = input::files(&inputs);
    let stop = Stop::on_ctrl_c();
    let analysis = match read::all(inputs, true, &stop) {
        Outcome::Read(analysis) => analysis,
        Outcome::Stopped(how_far) => {
            say(&how_far);
            return ExitCode::from(STOPPED);
        }
    };
    let mut again = Again::new(&analysis.import.columns, files);
    let columns = &analysis.import.columns;
    let found = arguments
        .query
        .find(columns, |sequence| again.detail(sequence));
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let written = output::write(arguments, columns, &found, &mut again, &mut out);
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
    status(&analysis, found.unread.len())
}

/// Tells what was not read.
fn status(analysis: &Analysis, unread: usize) -> ExitCode {
    for (input, failure) in analysis.failures() {
        say(&format!("{}: {}", input.name, failure.message));
    }
    if unread > 0 {
        let sequences = if unread == 1 { "sequence" } else { "sequences" };
        say(&format!(
            "{unread} {sequences} could not be read again for their alternatives, which the query asks for: a stream \
             or a stored run cannot, so save it as a file; a file must not change meanwhile"
        ));
    }
    ExitCode::from(u8::from(!analysis.is_read() || unread > 0))
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
