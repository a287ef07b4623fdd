//! Node and its packages: wasm-opt makes the bundle small, Playwright drives the browser.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files;
use crate::run::{Done, Failure, ask, command, find, run, say};
use crate::workspace::Workspace;

/// What Playwright and wasm-opt ask for.
const OLDEST: u32 = 20;

/// Node with the packages of `package-lock.json` installed.
pub(crate) struct Node {
    program: PathBuf,
    modules: PathBuf,
    version: String,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.program.display(), self.version)
    }
}

impl Node {
    /// `node FILE`.
    pub(crate) fn script(&self, workspace: &Workspace, script: &Path) -> Command {
        let mut node = workspace.command(&self.program);
        node.arg(script);
        node
    }

    /// `v20.20.2`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// A file of an installed package.
    pub(crate) fn module(&self, path: &str) -> PathBuf {
        self.modules.join(path)
    }
}

/// Finds Node and installs the packages when the lock file has changed since the last time.
pub(crate) fn ensure(workspace: &Workspace) -> Done<Node> {
    let without =
        "install Node 20 or newer (without it the site is larger, and the tests cannot run)";
    let program =
        find("node").ok_or_else(|| Failure::new("there is no `node` on PATH", without))?;
    let version = ask(command(&program).arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next();
    if major.and_then(|digits| digits.parse().ok()) < Some(OLDEST) {
        return Err(Failure::new(
            format!("node is {version}, older than {OLDEST}"),
            without,
        ));
    }
    let modules = workspace.root.join("node_modules");
    let lock = files::digest(&[&files::read(&workspace.root.join("package-lock.json"))?]);
    let stamp = modules.join(".installed-for");
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(lock.as_str()) {
        install(workspace)?;
        files::write(&stamp, lock)?;
    }
    Ok(Node {
        program,
        modules,
        version,
    })
}

fn install(workspace: &Workspace) -> Done {
    say("npm: installing the packages of package-lock.json");
    let npm =
        find("npm").ok_or_else(|| Failure::new("there is no `npm` beside node", "install npm"))?;
    run(
        workspace
            .command(npm)
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]),
        "look at the lines of npm above; can it reach its registry?",
    )
}
