//! Where things are.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Done, Failure, command};

/// The checkout and its build directory.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// `target`, or what `CARGO_TARGET_DIR` says.
    pub(crate) target: PathBuf,
    cargo: OsString,
}

impl Workspace {
    pub(crate) fn find() -> Done<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(2)
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| {
                Failure::new(
                    "the workspace is no longer where xtask was built",
                    "run `cargo xtask` inside the checkout",
                )
            })?
            .to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        Ok(Self {
            target: root.join(target),
            root,
            cargo: std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        })
    }

    /// The cargo that runs xtask, for everything native.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.command(&self.cargo);
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// A program that works in the root of the checkout.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = command(program);
        command.current_dir(&self.root);
        if !std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_QUIET", "true"); // nobody watches the names go by
        }
        command
    }

    /// Where WebAssembly is built: apart, because its compiler may be another one.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// What the server serves.
    pub(crate) fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// Output of checks and of the servers that they start.
    pub(crate) fn logs(&self) -> PathBuf {
        self.target.join("logs")
    }
}
