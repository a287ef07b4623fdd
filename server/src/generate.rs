//! `surprisal generate`: a model of this machine writes.
//!
//! | module | what it is |
//! |---|---|
//! | [`prompt`] | what it goes on with |
//! | `served` | the same by a model behind the OpenAI protocol |
//! | `sweep` | many prompts, or one, over a grid of parameters |
//! | [`stream`] | the text while it is written |
//!
//! What it wrote, as people and programs want it, is the matter of `writer`.
pub mod prompt;
mod served;
pub mod stream;
mod sweep;

use crate::analyze::stop::Stop;
use crate::cli::Generate;
use crate::console::{STOPPED, USAGE, complain, say};
use crate::hub;
use decoding::{Event, Failure, Parameters, Settings, generate_with};
use engine::{Memory, Model, Session};
use std::{
    io::{self, Write as _},
    ops::ControlFlow,
    process::ExitCode,
    sync::Arc,
};
use stream::Stream;
use writer::answer::Answer;
use writer::clock::Clock;
use writer::{Prompt, record};

/// Runs the command with the standard streams.
pub fn main(arguments: &Generate) -> ExitCode {
    let stop = Stop::on_ctrl_c();
    match run(arguments, &stop) {
        Ok(()) if stop.is_asked() => ExitCode::from(STOPPED),
        Ok(()) => ExitCode::SUCCESS,
        Err((status, message)) => complain(&message, status),
    }
}

/// A status and a sentence.
type Complaint = (u8, String);

fn run(arguments: &Generate, stop: &Stop) -> Result<(), Complaint> {
    if let Some(base) = &arguments.server {
        return served::run(arguments, base, stop);
    }
    // What can be wrong with them is said before a model is loaded.
    let points = sweep::grid(arguments)?;
    let mut prompts = sweep::prompts(arguments)?;
    let place =
        hub::place(&arguments.model, &|| stop.is_asked()).map_err(|message| (1, message))?;
    if let Some(count) = arguments.threads {
        engine::threads(count).map_err(|e| (1, e.to_string()))?;
    }
    let model = Model::load(&place, Memory::free()).map_err(|e| (1, e.to_string()))?;
    let model = Arc::new(model);
    if sweep::is_asked(arguments) {
        return sweep::run(arguments, &model, (prompts, points), stop);
    }
    let Some(prompt) = prompts.pop() else {
        return Ok(());
    };
    let mut defaults = model.defaults().clone();
    defaults.eos_token_id = model.eos().to_vec();
    let parameters = arguments.told.over(defaults);
    let parameters = parameters.map_err(|error| (USAGE, error.to_string()))?;
    let settings = parameters
        .settings()
        .map_err(|error| (USAGE, error.to_string()))?;
    for idle in parameters.without_effect() {
        if arguments.told.has(idle.name) {
            say(&format!("{} {}", idle.name, idle.reason));
        }
    }
    let prompt = prompt::in_chat(prompt, arguments, &model).map_err(|message| (1, message))?;
    let input = prompt.ids(&model).map_err(|message| (1, message))?;
    let answer = answered(
        arguments,
        &model,
        (prompt, input),
        (&parameters, &settings),
        stop,
        streams(arguments, &settings),
    )?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match (arguments.json, arguments.jsonl) {
        (true, _) => answer.json(&mut out),
        (_, true) => record::write(&answer, &mut out),
        // It is there already.
        _ if streams(arguments, &settings) => Ok(()),
        _ => answer.text(&mut out),
    };
    match written.and_then(|()| out.flush()) {
        // Whoever reads has seen enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = out.into_parts();
            Ok(())
        }
        Err(error) => Err((1, format!("cannot write the result: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Lets the model write; `shows` the text meanwhile.
fn answered<'a>(
    arguments: &'a Generate,
    model: &'a Arc<Model>,
    (prompt, input): (Prompt, Vec<u32>),
    (parameters, settings): (&Parameters, &'a Settings),
    stop: &Stop,
    shows: bool,
) -> Result<Answer<'a>, Complaint> {
    let mut session = Session::new(model, &input).map_err(|error| (1, error.to_string()))?;
    let begin = model.start().map_or(input, |start| vec![start]);
    let mut shown = shows.then(|| Stream::new(model, io::stdout()));
    let mut clock = Clock::start();
    let mut watch = |event: Event| {
        clock.tick();
        if let (Event::Token { token, .. }, Some(shown)) = (&event, &mut shown)
            && shown.push(token.id).is_err()
        {
            return ControlFlow::Break(());
        }
        match stop.is_asked() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let generation = generate_with(&mut session, &begin, parameters, &mut watch);
    let generation = generation.map_err(|failure| {
        let status = match &failure {
            Failure::Parameters(_) | Failure::LongPrompt { .. } | Failure::UnknownToken { .. } => {
                USAGE
            }
            _ => 1,
        };
        (status, failure.to_string())
    })?;
    if let Some(shown) = shown {
        // Whoever reads may have seen enough.
        let _ = shown.end();
    }
    Ok(Answer {
        model,
        name: prompt::name(&arguments.model),
        prompt,
        begin,
        prefix: 0,
        generation,
        settings,
        timings: clock.timings(),
    })
}

/// A single answer is shown while it is written; beams are decided on at the end only.
fn streams(arguments: &Generate, settings: &Settings) -> bool {
    let single = settings.num_return_sequences == 1 && !settings.mode.has_beams();
    single && !arguments.json && !arguments.jsonl
}
