//! DuckDB for the tests: the columns that are stored beside runs are there for engines like it.

use std::path::PathBuf;

use crate::files;
use crate::run::{Done, Failure, command, find, run, say};
use crate::workspace::Workspace;

/// Older ones read the same files; it is pinned so that a new one cannot break a build.
const PACKAGE: &str = "duckdb==1.4.2";

/// An interpreter, and the folder of modules in which it finds DuckDB.
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) modules: PathBuf,
}

/// Gets it once, for this checkout alone.
pub(crate) fn ensure(workspace: &Workspace) -> Done<Python> {
    let program = find("python3").ok_or_else(|| {
        Failure::new(
            "there is no Python to run DuckDB in",
            "install Python 3 with pip",
        )
    })?;
    let modules = workspace.target.join("tools").join(PACKAGE);
    if !modules.join("duckdb").is_dir() {
        say(format!("pip: {PACKAGE}, once"));
        let unfinished = modules.with_extension("part");
        files::empty(&unfinished)?;
        run(
            command(&program)
                .args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"])
                .arg(&unfinished)
                .arg(PACKAGE),
            "look at the lines of pip above; it must reach a package index",
        )?;
        files::rename(&unfinished, &modules)?;
    }
    Ok(Python { program, modules })
}
