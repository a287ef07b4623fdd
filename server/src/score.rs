//! `surprisal score`: a model of this machine judges texts.
mod output;

use crate::analyze::stop::Stop;
use crate::cli::Score;
use crate::console::{self, Heard, STOPPED, complain, say};
use crate::generate::prompt;
use crate::hub;
use engine::{Memory, Model};
use std::{path::Path, process::ExitCode, sync::Arc};
use writer::Judged;

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
        Err(message) => return complain(&message, 1),
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
        match console::print(&stop, |out| output::write(arguments, &judged, out)) {
            Ok(Heard::Yes) => {}
            Ok(Heard::No) => return status,
            Err(status) => return status,
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
        let judged = Judged::of(model, &text, ids, engine::Asked::default(), &mut |_| {
            !stop.is_asked()
        });
        let judged = judged.map_err(|error| wrong(&error))?;
        Ok(Self { name, judged })
    }
}
