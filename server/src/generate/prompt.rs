//! What a model goes on with.
use crate::cli::Generate;
use engine::{Message, Model};
use std::{fs, io::Read as _, path::Path};
use writer::Prompt;

/// The one of the three arguments that is there. An error is a sentence.
pub fn of(arguments: &Generate) -> Result<Prompt, String> {
    let file = match (
        &arguments.prompt,
        &arguments.input_ids,
        &arguments.prompt_file,
    ) {
        (Some(text), ..) => return Ok(Prompt::Text(text.clone())),
        (_, Some(ids), _) => return Ok(Prompt::Ids(ids.clone())),
        (.., Some(file)) => file,
        (None, None, None) => return Err("there is no prompt".to_owned()),
    };
    read(file).map(Prompt::Text)
}

/// The same as what a person says in a chat, if that is asked for.
pub fn in_chat(prompt: Prompt, arguments: &Generate, model: &Model) -> Result<Prompt, String> {
    let text = match prompt {
        Prompt::Text(text) if arguments.chat => text,
        other => return Ok(other),
    };
    if model.template().is_none() {
        return Err("the model has no chat template; leave --chat out".to_owned());
    }
    let system = arguments
        .system
        .iter()
        .map(|text| Message::new("system", text));
    let messages: Vec<Message> = system.chain([Message::new("user", &text)]).collect();
    Prompt::of_chat(model, &messages)
}

/// The text of a file, or of the standard input for `-`.
pub fn read(path: &Path) -> Result<String, String> {
    let name = path.display();
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| format!("cannot read {name}: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{name} is not UTF-8 at byte {at}; save it as UTF-8")
    })
}

/// What a model is called: the last part of its path.
pub fn name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let last = full
        .file_stem()
        .filter(|_| full.is_file())
        .or(full.file_name());
    last.map_or_else(
        || "model".to_owned(),
        |last| last.to_string_lossy().into_owned(),
    )
}
