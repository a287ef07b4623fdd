//! Starting programs, saying what is being done, and failing with a remedy.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What went wrong and what the person can do about it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    what: String,
    remedy: String,
}

pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}", self.what)?;
        if self.remedy.is_empty() {
            return Ok(());
        }
        write!(f, "\n  to do: {}", self.remedy)
    }
}

/// One line about the step that begins now.
pub(crate) fn say(what: impl fmt::Display) {
    println!("· {what}");
}

/// A command without the variables that the outer cargo left behind: build scripts of dependencies watch
/// some of them, and would run again each time that xtask and a hand-typed cargo take turns.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs to the end; what the program prints goes to the terminal.
pub(crate) fn run(command: &mut Command, remedy: &str) -> Done {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("{} ({status})", line(command)),
        remedy,
    ))
}

/// Runs to the end; what the program prints goes to the end of a file.
pub(crate) fn run_into(command: &mut Command, log: &Path) -> Done {
    let out = append(log)?;
    let err = append(log)?;
    run(quiet(command).stdout(out).stderr(err), "")
}

/// What the program prints on standard output; its complaints go to the end of a file.
pub(crate) fn read(command: &mut Command, log: &Path) -> Done<String> {
    let output = quiet(command)
        .stderr(append(log)?)
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Failure::new(
            format!("{} ({})", line(command), output.status),
            "",
        ));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::new(format!("{} did not print text", line(command)), ""))
}

/// A log is for failures, not for the names of everything that was compiled.
fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).env("CARGO_TERM_QUIET", "true")
}

fn append(log: &Path) -> Done<File> {
    File::options()
        .create(true)
        .append(true)
        .open(log)
        .map_err(|error| Failure::new(format!("{}: {error}", log.display()), ""))
}

/// What the program prints on standard output, or `None` when it is not there or fails. Its complaints are not shown.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}

/// A program on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// A path that the environment names; it must exist, because a wrong setting is not the same as none.
pub(crate) fn named_by(variable: &str) -> Done<Option<PathBuf>> {
    let Some(path) = std::env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Failure::new(
        format!("{variable} names {}, which is not a file", path.display()),
        format!("correct {variable} or unset it"),
    ))
}

/// The failure of a program that could not be started at all.
pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("{} did not start: {error}", line(command)),
        "is it installed, and on PATH?",
    )
}

/// A command as one would type it, for messages.
fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
