//! A model behind the OpenAI protocol writes.
use super::{Complaint, STOPPED, USAGE, prompt, say};
use crate::analyze::stop::Stop;
use crate::cli::Generate;
use decoding::Parameters;
use served::{Failure, Input, Limits, Message, Piece, Record, Request, Server};
use std::{
    io::{self, Write as _},
    ops::ControlFlow,
    time::Duration,
};

/// The key for the server. It is in no argument, which other people on a machine can see.
const KEY: &str = "SURPRISAL_API_KEY";
/// So often is looked whether somebody has pressed Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);

/// Asks the server and prints what it answers.
pub(super) fn run(arguments: &Generate, base: &str, stop: &Stop) -> Result<(), Complaint> {
    if arguments.json {
        let message =
            "--json is for models of this machine, whose token ids are known; take --jsonl";
        return Err((USAGE, message.to_owned()));
    }
    let usage = |failure: Failure| (USAGE, failure.to_string());
    let request = request(arguments)?;
    let body = request.body().map_err(usage)?;
    let server = Server::new(base, std::env::var(KEY).ok(), Limits::default()).map_err(usage)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| (1, error.to_string()))?;
    let shows = !arguments.jsonl && request.parameters.num_return_sequences.unwrap_or(1) == 1;
    let mut each = |piece: &Piece| {
        let shown = !shows || show(&piece.text).is_ok();
        match shown && !stop.is_asked() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    };
    let stopped = async {
        while !stop.is_asked() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let record = runtime.block_on(server.ask(&request, &mut each, stopped));
    let record = record.map_err(|failure| match failure {
        Failure::Stopped => (STOPPED, failure.to_string()),
        _ => (1, failure.to_string()),
    })?;
    let (asked, came) = (
        request.parameters.num_return_sequences.unwrap_or(1),
        record.answers(),
    );
    if came < asked && record.interrupted().is_none() {
        say(&format!(
            "{asked} answers were asked for, and the server gave {came}"
        ));
    }
    let written = match (arguments.jsonl, shows) {
        (true, _) => show(&format!("{}\n", record.to_json(&body))),
        (_, true) => show("\n"),
        _ => texts(&record, &body),
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err((1, format!("cannot write the result: {error}")));
        }
        _ => {}
    }
    match record.interrupted() {
        Some(_) if stop.is_asked() => {
            Err((STOPPED, "stopped; what had arrived is there".to_owned()))
        }
        Some(why) => Err((1, format!("the answer is not complete: {why}"))),
        None => Ok(()),
    }
}

fn request(arguments: &Generate) -> Result<Request, Complaint> {
    let parameters = arguments.told.over(Parameters::default());
    let parameters = parameters.map_err(|error| (USAGE, error.to_string()))?;
    for idle in parameters.without_effect() {
        // A server knows its ends, and draws unless it is told not to.
        if arguments.told.has(idle.name) && parameters.do_sample == Some(false) {
            say(&format!("{} {}", idle.name, idle.reason));
        }
    }
    let message = |role: &str, content: &str| Message {
        role: role.to_owned(),
        content: content.to_owned(),
    };
    let input = match prompt::of(arguments).map_err(|message| (1, message))? {
        writer::Prompt::Ids(ids) => Input::Ids(ids),
        writer::Prompt::Text(text) | writer::Prompt::Chat(text) if arguments.chat => {
            let system = arguments
                .system
                .iter()
                .map(|system| message("system", system));
            Input::Chat(system.chain([message("user", &text)]).collect())
        }
        writer::Prompt::Text(text) | writer::Prompt::Chat(text) => Input::Prompt(text),
    };
    Ok(Request {
        model: arguments.model.to_string_lossy().into_owned(),
        input,
        parameters,
    })
}

/// Answer after answer, with a line between them.
fn texts(record: &Record, body: &serde_json::Value) -> io::Result<()> {
    let record = record.to_json(body);
    let choices = record["choices"].as_array().into_iter().flatten();
    for (number, choice) in (1..).zip(choices) {
        let text = choice["text"]
            .as_str()
            .or_else(|| choice["message"]["content"].as_str());
        show(&format!("--- {number} ---\n{}\n", text.unwrap_or_default()))?;
    }
    Ok(())
}

fn show(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
