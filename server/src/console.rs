//! What the commands have in common: what they say beside the result, how they write it, and how they end.
use crate::analyze::output::clean;
use crate::analyze::read::{Analysis, Outcome};
use crate::analyze::stop::Stop;
use crate::analyze::{input, read};
use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// The arguments are wrong, as clap says it.
pub(crate) const USAGE: u8 = 2;
/// What a shell gives for a program that Ctrl-C ended.
pub(crate) const STOPPED: u8 = 130;

/// A line on the standard error.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}

/// A line on the standard error, and an end.
pub(crate) fn complain(message: &str, status: u8) -> ExitCode {
    say(message);
    ExitCode::from(status)
}

/// Files by the names that their sources have.
pub(crate) type Files = HashMap<String, PathBuf>;

/// Reads all inputs as one run, whole, and says where its records can be read again. The error, which was said, is the status to
/// end with.
pub(crate) fn read(arguments: &[OsString], stop: &Stop) -> Result<(Analysis, Files), ExitCode> {
    let inputs = input::expand(arguments).map_err(|message| complain(&message, USAGE))?;
    let files = input::files(&inputs);
    match read::all(inputs, true, stop) {
        Outcome::Read(analysis) => Ok((analysis, files)),
        Outcome::Stopped(how_far) => Err(complain(&how_far, STOPPED)),
    }
}

/// Says which inputs were not read, or not to their end.
pub(crate) fn tell_failures(analysis: &Analysis) {
    for (input, failure) in analysis.failures() {
        say(&format!("{}: {}", input.name, failure.message));
    }
}

/// Whether somebody reads the standard output. Whoever has seen enough, such as `head`, does not, and that is no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Yes,
    No,
}

/// Writes a result to the standard output. The error, which was said, is the status to end with.
pub(crate) fn print(
    stop: &Stop,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Heard, ExitCode> {
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let written = write(&mut out).and_then(|()| out.flush());
    if written.is_err() {
        // What is left in the buffer would fail once more.
        let _ = out.into_parts();
    }
    match written {
        Ok(()) => Ok(Heard::Yes),
        Err(_) if stop.is_asked() => Err(ExitCode::from(STOPPED)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Heard::No),
        Err(error) => Err(complain(&format!("cannot write the result: {error}"), 1)),
    }
}
