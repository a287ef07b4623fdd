//! `surprisal analyze` as a process, in a folder of its own.
mod arguments;
mod conditions;
mod inputs;
mod outputs;
mod samples;
mod stored;
mod streams;
mod tokens;

use crate::app::TINY;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A folder in which the program runs, so that names in the output are short.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

/// What a process gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// With these files; a name may have folders in it.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for (name, content) in files {
            let path = place.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = surprisal(&[&["analyze"], arguments].concat());
        command.current_dir(self.dir.path());
        command
    }

    /// Any command of the program, in the folder.
    pub(crate) fn program(&self, arguments: &[&str]) -> Ran {
        let mut command = surprisal(arguments);
        command
            .current_dir(self.dir.path())
            .output()
            .unwrap()
            .into()
    }

    /// The same with a standard input.
    pub(crate) fn with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = surprisal(arguments);
        command.current_dir(self.dir.path()).stdin(Stdio::piped());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap().into()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// The document; the process must end with this status.
    #[track_caller]
    fn document(&self, arguments: &[&str], status: i32) -> Value {
        let ran = self.run(&[&["--format", "run"], arguments].concat());
        assert_eq!(ran.status, Some(status), "{ran:?}");
        serde_json::from_str(&ran.out).unwrap()
    }

    /// The lines; the process must end with this status.
    #[track_caller]
    fn lines(&self, arguments: &[&str], status: i32) -> Vec<Value> {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.status, Some(status), "{ran:?}");
        let line = |line: &str| serde_json::from_str(line).unwrap();
        ran.out.lines().map(line).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn surprisal(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_surprisal"));
    command.args(arguments).stdin(Stdio::null());
    // Servers on this machine are asked without a detour.
    command.env("NO_PROXY", "127.0.0.1");
    command
}

pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join(path)
}

/// The tiny completion of another name.
fn tiny(id: &str) -> String {
    TINY.replace("\"id\":\"c\"", &format!("\"id\":\"{id}\""))
}

/// Names and sequences of the inputs of a document.
fn parts(document: &Value) -> Vec<(&str, u64)> {
    let parts = document["inputs"].as_array().unwrap().iter();
    parts
        .map(|part| {
            (
                part["name"].as_str().unwrap(),
                part["sequences"].as_u64().unwrap(),
            )
        })
        .collect()
}
