//! Arguments become files, folders' files, streams and stored runs.
//!
//! * [`folder`] finds the files below a folder.
//! * [`stored`] asks a server for a run.
//! * [`feed`] reads them all in a thread of its own.
pub mod feed;
mod folder;
mod stored;

pub use feed::Message;
use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};
pub use stored::Address;

/// Something that could not be read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// `cannot_open` or `read_failed`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl Unreadable {
    fn open(why: impl std::fmt::Display) -> Self {
        Self {
            code: "cannot_open",
            message: format!("cannot open it: {why}"),
        }
    }

    fn read(why: impl std::fmt::Display) -> Self {
        Self {
            code: "read_failed",
            message: format!("reading stopped: {why}"),
        }
    }
}

/// Where bytes come from.
#[derive(Debug, PartialEq, Eq)]
pub enum Origin {
    /// The standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A run on a server.
    Run(Address),
    /// From nowhere.
    None(Unreadable),
}

/// One thing to read.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is called in the output.
    pub name: String,
    /// The person named it, while it was not merely found in a folder.
    pub named: bool,
    /// Bytes, where that is known before.
    pub size: Option<u64>,
    /// Where the bytes come from.
    pub origin: Origin,
}

impl Input {
    fn file(path: PathBuf, named: bool) -> Self {
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
        Self {
            name: path.display().to_string(),
            named,
            size: size.map(|metadata| metadata.len()),
            origin: Origin::File(path),
        }
    }

    /// Something that is not there.
    fn none(name: String, why: Unreadable) -> Self {
        Self {
            name,
            named: true,
            size: Some(0),
            origin: Origin::None(why),
        }
    }
}

/// What the arguments mean, in their order; an error is a wrong argument.
pub fn expand(arguments: &[OsString]) -> Result<Vec<Input>, String> {
    let mut found = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        let path = Path::new(argument);
        if text == "-" {
            let stream = |input: &Input| input.origin == Origin::Stdin;
            if found.iter().any(stream) {
                return Err("the standard input can be read only once".to_owned());
            }
            found.push(Input {
                name: "-".to_owned(),
                named: true,
                size: None,
                origin: Origin::Stdin,
            });
        } else if text.starts_with("http://") || text.starts_with("https://") {
            let address = Address::parse(&text)?;
            found.push(Input {
                name: text.into_owned(),
                named: true,
                size: None,
                origin: Origin::Run(address),
            });
        } else if path.is_dir() {
            add_folder(path, &mut found);
        } else if !path.exists() && text.contains(['*', '?', '[']) {
            add_matches(&text, &mut found)?;
        } else {
            found.push(Input::file(path.to_owned(), true));
        }
    }
    Ok(found)
}

/// Where the inputs that are files lie, by their names: they can be read again.
pub fn files(inputs: &[Input]) -> HashMap<String, PathBuf> {
    let file = |input: &Input| match &input.origin {
        Origin::File(path) => Some((input.name.clone(), path.clone())),
        _ => None,
    };
    inputs.iter().filter_map(file).collect()
}

fn add_folder(path: &Path, found: &mut Vec<Input>) {
    let before = found.len();
    folder::walk(path, found);
    if found.len() == before {
        let why = "the folder has no file whose name is one of completions";
        found.push(Input::none(
            path.display().to_string(),
            Unreadable::open(why),
        ));
    }
}

/// For shells that leave patterns to the program, and for patterns in quotes.
fn add_matches(pattern: &str, found: &mut Vec<Input>) -> Result<(), String> {
    let options = glob::MatchOptions {
        require_literal_leading_dot: true,
        require_literal_separator: true,
        ..glob::MatchOptions::default()
    };
    let paths = glob::glob_with(pattern, options)
        .map_err(|error| format!("the pattern {pattern:?} is wrong: {error}"))?;
    let before = found.len();
    for path in paths {
        match path {
            Ok(path) if path.is_dir() => add_folder(&path, found),
            Ok(path) => found.push(Input::file(path, true)),
            Err(error) => {
                let name = error.path().display().to_string();
                found.push(Input::none(name, Unreadable::open(error.error())));
            }
        }
    }
    if found.len() == before {
        let why = Unreadable::open("no file has a name like this");
        found.push(Input::none(pattern.to_owned(), why));
    }
    Ok(())
}
