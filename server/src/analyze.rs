//! `surprisal analyze`: completions in, boards and problems out. The same code as in the page, hence the same numbers.
//!
//! | module | what it is |
//! |---|---|
//! | [`input`] | arguments become files, folders' files, streams and stored runs |
//! | [`read`] | inputs become one run |
//! | [`condition`] | `--fail-if` |
//! | [`output`] | a run as text, JSON or CSV |
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
use crate::console::{STOPPED, USAGE, complain, say, tell_failures};
pub use condition::Condition;
use condition::Verdict;
use input::Input;
use read::{Analysis, Outcome};
use std::{
    io::{self, Write as _},
    process::ExitCode,
};
use stop::Stop;
use tokens::Destination;

/// The condition of `--fail-if` holds.
const FAILED: u8 = 3;

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
    let destination = match tokens.as_ref().map(Destination::open) {
        None => None,
        Some(Ok(destination)) => Some(destination),
        Some(Err(error)) => {
            return complain(&format!("cannot write the tokens: {error}"), 1);
        }
    };
    let stop = Stop::on_ctrl_c();
    let format = arguments.format();
    let whole = destination.is_some() || format == Format::Csv;
    // A line of JSON speaks of one input alone.
    let runs: Vec<Vec<Input>> = match format {
        Format::Json => inputs.into_iter().map(|input| vec![input]).collect(),
        _ => vec![inputs],
    };
    let several = runs.len() > 1;
    let mut ending = Ending::default();
    let mut columns = Vec::new();
    let mut listening = true;
    for inputs in runs {
        if !listening && destination.is_none() && arguments.fail_if.is_none() {
            break;
        }
        let analysis = match read::all(inputs, whole, &stop) {
            Outcome::Read(analysis) => analysis,
            Outcome::Stopped(how_far) => return complain(&how_far, STOPPED),
        };
        let condition = arguments.fail_if.as_ref();
        let verdict = condition.map(|condition| condition.judge(&analysis));
        ending.add(&analysis, verdict.as_ref());
        if listening {
            match print(&analysis, verdict.as_ref(), format, &stop) {
                Ok(()) => {}
                // Whoever reads has seen enough, such as `head`.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => listening = false,
                Err(error) => return failed(&error, &stop),
            }
        }
        tell(&analysis, verdict.as_ref(), format, several);
        if destination.is_some() {
            columns.push(analysis.import.columns);
        }
    }
    match destination.map(|destination| destination.write(&columns, &stop)) {
        Some(Err(error)) => failed(&error, &stop),
        _ => ending.status(),
    }
}

/// A run on the standard output.
fn print(
    analysis: &Analysis,
    verdict: Option<&Verdict>,
    format: Format,
    stop: &Stop,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
    let printed = match format {
        Format::Text => output::text::write(analysis, &mut out),
        Format::Json => output::lines::write(analysis, verdict, &mut out),
        Format::Run => output::run::write(analysis, verdict, &mut out),
        Format::Csv => output::csv(analysis, &mut out),
    };
    printed.and_then(|()| out.flush()).inspect_err(|_| {
        // What is left in the buffer would fail once more.
        let _ = out.into_parts();
    })
}

/// What the standard output does not say; with the name of the input where there are several.
fn tell(analysis: &Analysis, verdict: Option<&Verdict>, format: Format, several: bool) {
    if format == Format::Csv {
        tell_failures(analysis);
    }
    let name = analysis.inputs.first().filter(|_| several);
    for sentence in verdict.into_iter().flat_map(Verdict::sentences) {
        match name {
            Some(input) => say(&format!("{}: {sentence}", input.name)),
            None => say(&sentence),
        }
    }
}

/// What became of all runs.
#[derive(Debug, Default)]
struct Ending {
    /// Something was not read, or something that was named has no completion.
    bad: bool,
    sequences: u64,
    /// The condition holds for one of them.
    held: bool,
}

impl Ending {
    fn add(&mut self, analysis: &Analysis, verdict: Option<&Verdict>) {
        self.bad |= !analysis.is_read();
        self.sequences += analysis.import.metrics.n_sequences;
        self.held |= verdict.is_some_and(|verdict| verdict.held);
    }

    fn status(&self) -> ExitCode {
        if self.bad || self.sequences == 0 {
            ExitCode::FAILURE
        } else if self.held {
            ExitCode::from(FAILED)
        } else {
            ExitCode::SUCCESS
        }
    }
}

fn failed(error: &io::Error, stop: &Stop) -> ExitCode {
    if stop.is_asked() {
        complain("stopped while the result was written", STOPPED)
    } else {
        complain(&format!("cannot write the result: {error}"), 1)
    }
}
