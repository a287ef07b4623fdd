//! `surprisal score`: a model of this machine judges texts.
mod output;

use crate::analyze::output::clean;
use crate::analyze::stop::Stop;
use crate::cli::Score;
use crate::generate::prompt;
use crate::hub;
use engine::{Memory, Model};
use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
};
use writer::Judged;

/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Score) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    let place = hub::place(&arguments.model, &|| stop.is_asked());
    let model = place.and_then(|place| {
        if let Some(count) = arguments.threads {
            engine::threads(count).map_err(|failure| failure.to_string())?;
        }
        let model = Model::load(&place, Memory::free());
        model.map_err(|failure| failure.to_string())
    });
    let model = match model {
        Ok(model) => Arc::new(model),
        Err(message) => {
            say(&message);
            return ExitCode::FAILURE;
        }
    };
    let mut status = ExitCode::SUCCESS;
    for file in &arguments.files {
        let judged = File::of(&model, Path::new(file), &stop);
        if stop.is_asked() {
            return ExitCode::from(STOPPED);
        }
        let judged = match judged {
            Ok(judged) => judged,
            Err(message) => {
                say(&message);
                status = ExitCode::FAILURE;
                continue;
            }
        };
        let mut out = io::BufWriter::new(stop.guard(io::stdout().lock()));
        let written = output::write(arguments, &judged, &mut out).and_then(|()| out.flush());
        match written {
            Ok(()) => {}
            _ if stop.is_asked() => return ExitCode::from(STOPPED),
            // Whoever reads has seen enough, such as `head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                let _ = out.into_parts();
                return status;
            }
            Err(error) => {
                say(&format!("cannot write the result: {error}"));
                return ExitCode::FAILURE;
            }
        }
    }
    status
}

/// A file that was judged.
struct File<'a> {
    name: String,
    judged: Judged<'a>,
}

impl<'a> File<'a> {
    fn of(model: &'a Arc<Model>, path: &Path, stop: &Stop) -> Result<Self, String> {
        let name = path.display().to_string();
        let wrong = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let text = prompt::read(path)?;
        let tokenizer = model
            .text()
            .ok_or("the model has no tokenizer.json, which texts need")?;
        let ids = tokenizer.encode(&text).map_err(|error| wrong(&error))?;
        let judged = Judged::of(model, &text, ids, 0, &mut |_| !stop.is_asked());
        let judged = judged.map_err(|error| wrong(&error))?;
        Ok(Self { name, judged })
    }
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
