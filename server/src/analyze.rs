//! `surprisal analyze`: files in, boards and problems out. The same code as in the page, hence the same numbers.
mod json;
mod text;

use api::RunSummary;
use completions::{Importer, Limits};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What is read at once.
const CHUNK: usize = 1 << 20;

/// Sequences that are shown: only the figures are.
const CARDS: usize = 0;

/// What became of one file.
#[derive(Debug)]
pub struct Analysis {
    /// As the person typed it.
    file: String,
    /// What was read; empty when the file could not be opened.
    summary: RunSummary,
    /// Why it could not be opened, or where reading stopped.
    failure: Option<Unreadable>,
}

/// A file that could not be read, or not to its end.
#[derive(Debug)]
pub struct Unreadable {
    /// `cannot_open` or `read_failed`.
    code: &'static str,
    /// The sentence.
    message: String,
    /// Bytes read before.
    byte: Option<u64>,
}

impl Analysis {
    /// Every byte was read, and some of it meant something.
    fn is_good(&self) -> bool {
        self.failure.is_none() && self.summary.totals.sequences > 0
    }
}

/// Runs the command with the standard streams.
pub fn main(files: &[PathBuf], json: bool) -> ExitCode {
    let stdout = io::stdout();
    match run(files, json, &mut stdout.lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "surprisal: cannot write the result: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Analyses the files one after the other; true when all of them were read.
pub fn run(files: &[PathBuf], json: bool, out: &mut impl Write) -> io::Result<bool> {
    let mut all_good = true;
    for (index, path) in files.iter().enumerate() {
        let analysis = analyze(path);
        all_good &= analysis.is_good();
        if json {
            json::write(&analysis, out)?;
        } else {
            if index > 0 {
                writeln!(out)?;
            }
            text::write(&analysis, out)?;
        }
        out.flush()?;
    }
    Ok(all_good)
}

/// Reads one file; `-` is the standard input.
fn analyze(path: &Path) -> Analysis {
    let file = path.display().to_string();
    if file == "-" {
        return read(file, &mut io::stdin().lock());
    }
    match File::open(path) {
        Ok(mut reader) => read(file, &mut reader),
        Err(error) => {
            let failure = Unreadable {
                code: "cannot_open",
                message: format!("cannot open it: {error}"),
                byte: None,
            };
            Analysis {
                file,
                summary: RunSummary::default(),
                failure: Some(failure),
            }
        }
    }
}

fn read(file: String, reader: &mut impl Read) -> Analysis {
    let mut importer = Importer::summary(Limits::default(), CARDS);
    let mut buffer = vec![0; CHUNK];
    let mut size = 0u64;
    let failure = loop {
        match reader.read(&mut buffer) {
            Ok(0) => break None,
            Ok(count) => {
                importer.push(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let message = format!("reading stopped: {error}");
                break Some(Unreadable {
                    code: "read_failed",
                    message,
                    byte: Some(size),
                });
            }
        }
    };
    let summary = RunSummary::of_import(&importer.finish(), &file, size, CARDS);
    Analysis {
        file,
        summary,
        failure,
    }
}
