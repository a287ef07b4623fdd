//! `surprisal tree`: the answers to one prompt, folded by their beginnings.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | a tree as text or JSON |
mod output;

use crate::analyze::input;
use crate::analyze::output::clean;
use crate::analyze::read::{self, Outcome};
use crate::analyze::stop::Stop;
use crate::cli::Fold;
use analysis::tree::{Tree, groups};
use completions::Columns;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// The arguments are wrong, as clap says it.
const USAGE: u8 = 2;
/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Fold) -> ExitCode {
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
    let mut groups: Vec<(usize, Vec<u32>)> = (1..).zip(groups(columns)).collect();
    if groups.is_empty() {
        return complain("no prompt has several answers", 1);
    }
    if let Some(number) = arguments.prompt {
        let prompts = groups.len();
        groups.retain(|(nth, _)| *nth == number as usize);
        if groups.is_empty() {
            let message = format!(
                "there is no prompt {number} with several answers: they go from 1 to {prompts}"
            );
            return complain(&message, USAGE);
        }
    }
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let written = write(arguments, columns, &groups, &mut out);
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

fn write(
    arguments: &Fold,
    columns: &Columns,
    groups: &[(usize, Vec<u32>)],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (nth, (number, sequences)) in groups.iter().enumerate() {
        let tree = Tree::new(columns, sequences);
        if arguments.json {
            output::json(*number, &tree, out)?;
            continue;
        }
        if nth > 0 {
            writeln!(out)?;
        }
        output::text(*number, columns, &tree, arguments.least, out)?;
    }
    Ok(())
}

fn complain(message: &str, status: u8) -> ExitCode {
    say(message);
    ExitCode::from(status)
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
