//! `surprisal tree`: the answers to one prompt, folded by their beginnings.
//!
//! | module | what it is |
//! |---|---|
//! | [`output`] | a tree as text or JSON |
mod output;

use crate::analyze::stop::Stop;
use crate::cli::Fold;
use crate::console::{self, USAGE, complain};
use analysis::tree::{Tree, groups};
use completions::Columns;
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Runs the command with the standard streams.
pub fn main(arguments: &Fold) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    let analysis = match console::read(&arguments.inputs, &stop) {
        Ok((analysis, _)) => analysis,
        Err(status) => return status,
    };
    console::tell_failures(&analysis);
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
    let written = console::print(&stop, |out| write(arguments, columns, &groups, out));
    match written {
        Ok(_) => ExitCode::from(u8::from(!analysis.is_read())),
        Err(status) => status,
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
