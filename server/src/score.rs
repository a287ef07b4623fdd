//! `surprisal score`: a model of this machine judges texts.
mod output;

use crate::analyze::output::clean;
use crate::analyze::stop::Stop;
use crate::cli::Score;
use crate::generate::prompt;
use engine::{Memory, Model, Scored};
use metrics::{Advanced, Reading, SequenceBuilder, TextSize};
use std::{
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

/// What a shell gives for a program that Ctrl-C ended.
const STOPPED: u8 = 130;

/// Runs the command with the standard streams.
pub fn main(arguments: &Score) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    let model = match Model::load(&arguments.model, Memory::free(), arguments.precision()) {
        Ok(model) => Arc::new(model),
        Err(failure) => {
            say(&failure.to_string());
            return ExitCode::FAILURE;
        }
    };
    let mut status = ExitCode::SUCCESS;
    for file in &arguments.files {
        let judged = Judged::new(&model, Path::new(file), &stop);
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

/// A text with what the model says of it.
struct Judged<'a> {
    model: &'a Model,
    name: String,
    /// Without what the tokenizer puts around them.
    tokens: Vec<Scored>,
    /// Of those that have a value.
    scored: usize,
    perplexity: Option<f64>,
    figures: Advanced,
}

impl<'a> Judged<'a> {
    fn new(model: &'a Arc<Model>, path: &Path, stop: &Stop) -> Result<Self, String> {
        let name = path.display().to_string();
        let wrong = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let text = prompt::read(path)?;
        let tokenizer = model
            .text()
            .ok_or("the model has no tokenizer.json, which texts need")?;
        let mut ids = tokenizer.encode(&text).map_err(|error| wrong(&error))?;
        ids.ids.truncate(ids.ids.len() - ids.after);
        let mut tokens = Vec::with_capacity(ids.ids.len());
        engine::score(model, &ids.ids, &mut |scored| {
            tokens.push(scored);
            !stop.is_asked()
        })
        .map_err(|error| wrong(&error))?;
        tokens.drain(..ids.before.min(tokens.len()));
        let raw: Vec<Option<f64>> = tokens
            .iter()
            .filter_map(|scored| Some(Some(scored.place?.logprob)))
            .collect();
        let mut builder = SequenceBuilder::default();
        for &value in &raw {
            builder.push(Reading::new(value));
        }
        Ok(Self {
            model,
            scored: raw.len(),
            perplexity: builder.finish().perplexity,
            figures: Advanced::new(&raw, Some(size(model, &tokens, &text))),
            name,
            tokens,
        })
    }
}

/// Of the part of a text that has values: a first token without one leaves its bytes out.
fn size(model: &Model, tokens: &[Scored], text: &str) -> TextSize {
    let unscored = tokens.iter().filter(|scored| scored.place.is_none());
    let left_out: Vec<u8> = unscored
        .filter_map(|scored| Some(model.text()?.piece(scored.id).into_owned()))
        .flatten()
        .collect();
    let chars = String::from_utf8_lossy(&left_out).chars().count();
    TextSize {
        bytes: text.len().saturating_sub(left_out.len()) as u64,
        chars: text.chars().count().saturating_sub(chars) as u64,
    }
}

fn say(message: &str) {
    let _ = writeln!(io::stderr(), "surprisal: {}", clean(message));
}
