//! `surprisal query`: which tokens and sequences match, in their context.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | the answer as text, JSON, counts or vocabulary |
mod output;

use crate::again::Again;
use crate::analyze::read::Analysis;
use crate::analyze::stop::Stop;
use crate::cli::Ask;
use crate::console::{self, say};
use metrics::format::counted;
use std::process::ExitCode;

/// Runs the command with the standard streams.
pub fn main(arguments: &Ask) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    let (analysis, files) = match console::read(&arguments.inputs, &stop) {
        Ok(read) => read,
        Err(status) => return status,
    };
    let mut again = Again::new(&analysis.import.columns, files);
    let columns = &analysis.import.columns;
    let found = arguments
        .query
        .find(columns, |sequence| again.detail(sequence));
    let written = console::print(&stop, |out| {
        output::write(arguments, columns, &found, &mut again, out)
    });
    match written {
        Ok(_) => status(&analysis, found.unread.len()),
        Err(status) => status,
    }
}

/// Tells what was not read.
fn status(analysis: &Analysis, unread: usize) -> ExitCode {
    console::tell_failures(analysis);
    if unread > 0 {
        let sequences = counted(unread as u64, "sequence", "sequences");
        say(&format!(
            "{sequences} could not be read again for their alternatives, which the query asks for: a stream \
             or a stored run cannot, so save it as a file; a file must not change meanwhile"
        ));
    }
    ExitCode::from(u8::from(!analysis.is_read() || unread > 0))
}
