//! A compiler for `wasm32-unknown-unknown`: the one in use when it has the target, else rustup's, else Debian's.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{self, Done, Failure, ask, command, say};
use crate::workspace::Workspace;
use crate::{debian, wasm_std};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The toolchain that compiles the browser's half.
pub(crate) enum Wasm {
    /// The one that runs xtask.
    Same,
    /// Debian's `rustc-web`, in `/usr/bin`, beside whatever else is installed.
    Debian,
}

impl fmt::Display for Wasm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "the Rust in use has the target",
            Self::Debian => "Debian's Rust in /usr/bin has the target",
        })
    }
}

impl Wasm {
    /// `cargo SUBCOMMAND` for the browser's half, built apart from the native one. `--target` is left to the caller:
    /// `cargo` wants it after the subcommand.
    pub(crate) fn cargo(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut cargo = match (self, subcommand) {
            (Self::Same, _) => workspace.cargo(),
            // `cargo clippy` looks into CARGO_HOME before PATH and would find rustup's, for another compiler.
            (Self::Debian, "clippy") => debian_command(workspace, "/usr/bin/cargo-clippy"),
            (Self::Debian, _) => debian_command(workspace, "/usr/bin/cargo"),
        };
        cargo
            .env("CARGO_TARGET_DIR", workspace.wasm_target())
            .args([subcommand, "--target", TARGET]);
        cargo
    }
}

/// A program of Debian's toolchain, shielded from rustup's.
fn debian_command(workspace: &Workspace, program: &str) -> Command {
    let mut command = workspace.command(program);
    shield(&mut command);
    command
}

/// Takes away what points to another toolchain, and names Debian's.
pub(crate) fn shield(command: &mut Command) {
    for name in [
        "RUSTUP_TOOLCHAIN",
        "RUSTDOC",
        "LD_LIBRARY_PATH",
        "RUSTC_WRAPPER",
    ] {
        command.env_remove(name);
    }
    command
        .env("RUSTC", debian::RUSTC)
        .env("CARGO", debian::CARGO);
}

/// Finds or gets the toolchain.
pub(crate) fn ensure(workspace: &Workspace) -> Done<Wasm> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if has_target(&rustc) {
        return Ok(Wasm::Same);
    }
    if debian_is_complete() {
        return Ok(Wasm::Debian);
    }
    let rustup = run::find("rustup");
    if let Some(rustup) = &rustup {
        say(format_args!("rustup: adding the target {TARGET}"));
        let added = ask(command(rustup).args(["target", "add", TARGET])).is_some();
        if added && has_target(&rustc) {
            return Ok(Wasm::Same);
        }
        say("rustup cannot download it here");
    }
    if debian::is_root_on_debian() {
        debian::install(
            "a Rust that can build the WebAssembly standard library",
            debian::RUST,
        )?;
        wasm_std::build(workspace)?;
        return Ok(Wasm::Debian);
    }
    Err(Failure::new(
        format!("the Rust in use has no standard library for {TARGET}"),
        if rustup.is_some() {
            "`rustup target add wasm32-unknown-unknown`; where rustup cannot download, on Debian: `cargo xtask setup` as root"
        } else {
            "install rustup, or your distribution's package with the standard library for wasm32-unknown-unknown"
        },
    ))
}

/// Whether an earlier set-up has made Debian's toolchain ready: compiler, linter and standard library.
fn debian_is_complete() -> bool {
    [
        debian::RUSTC,
        debian::CARGO,
        "/usr/bin/rust-lld",
        "/usr/bin/cargo-clippy",
    ]
    .iter()
    .all(|path| Path::new(path).exists())
        && wasm_std::is_current()
}

/// Whether this compiler has a standard library for the browser.
pub(crate) fn has_target(rustc: &OsStr) -> bool {
    target_libdir(rustc).is_some_and(|folder| find(&folder, "libstd-").is_some())
}

/// Where this compiler looks for the target's libraries; the folder need not exist.
pub(crate) fn target_libdir(rustc: &OsStr) -> Option<PathBuf> {
    ask(command(rustc).args(["--print", "target-libdir", "--target", TARGET])).map(PathBuf::from)
}

/// A file of a folder whose name begins so.
pub(crate) fn find(folder: &Path, beginning: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
        .map(|entry| entry.path())
}
