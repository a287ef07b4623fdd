//! Packages of Python for the tests: DuckDB, because the columns that are stored beside runs are there for engines like it, and the
//! client of OpenAI, because programs that use it shall find what they know; moto, which is another make of S3; schemathesis, which asks
//! the API all that its description allows.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::files;
use crate::run::{Done, Failure, command, find, run, say};
use crate::workspace::Workspace;

/// A package that a test needs. Others of its versions would do; it is pinned so that a new one cannot break a build.
pub(crate) struct Package {
    /// Its module.
    pub(crate) module: &'static str,
    /// What pip is asked for.
    pinned: &'static str,
    /// What it is asked for besides.
    besides: &'static [&'static str],
    /// Whether it needs others.
    needs_others: bool,
    /// The variable that tells tests of an interpreter that has it.
    pub(crate) variable: &'static str,
}

/// Those of the unit tests.
pub(crate) const PACKAGES: [Package; 3] = [
    Package {
        module: "duckdb",
        pinned: "duckdb==1.4.2",
        besides: &[],
        needs_others: false,
        variable: "SURPRISAL_DUCKDB_PYTHON",
    },
    Package {
        module: "openai",
        pinned: "openai==3.57.0",
        besides: &[],
        needs_others: true,
        variable: "SURPRISAL_OPENAI_PYTHON",
    },
    Package {
        module: "moto",
        pinned: "moto==5.2.5",
        besides: &["moto[s3]==5.2.5", "flask==3.1.2", "flask-cors==6.0.1"],
        needs_others: true,
        variable: "SURPRISAL_MOTO_PYTHON",
    },
];

/// What local models are measured against: llama.cpp, compiled for any processor with AVX2.
pub(crate) const LLAMA: Package = Package {
    module: "xllamacpp",
    pinned: "xllamacpp==2026.10.11549",
    besides: &[],
    needs_others: false,
    variable: "",
};

/// That of the check `api`.
pub(crate) const SCHEMATHESIS: Package = Package {
    module: "schemathesis",
    pinned: "schemathesis==4.32.5",
    besides: &[],
    needs_others: true,
    variable: "",
};

/// An interpreter, and the folder of modules in which it finds a package.
pub(crate) struct Python {
    pub(crate) program: PathBuf,
    pub(crate) modules: PathBuf,
}

impl Python {
    /// One of the programs that the package brought.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut script = command(&self.program);
        script
            .arg(self.modules.join("bin").join(name))
            .env("PYTHONPATH", &self.modules);
        script
    }
}

impl Package {
    /// Gets it once, for this checkout alone.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Done<Python> {
        let program = find("python3").ok_or_else(|| {
            Failure::new(
                format!("there is no Python to run {} in", self.module),
                "install Python 3 with pip",
            )
        })?;
        let modules = workspace.target.join("tools").join(self.pinned);
        if !modules.join(self.module).is_dir() {
            say(format!("pip: {}, once", self.pinned));
            let unfinished = modules.with_extension("part");
            files::empty(&unfinished)?;
            let mut pip = command(&program);
            pip.args(["-m", "pip", "install", "--quiet"]);
            if !self.needs_others {
                pip.arg("--no-deps");
            }
            run(
                pip.arg("--target")
                    .arg(&unfinished)
                    .arg(self.pinned)
                    .args(self.besides),
                "look at the lines of pip above; it must reach a package index",
            )?;
            files::rename(&unfinished, &modules)?;
        }
        Ok(Python { program, modules })
    }
}

/// What Python finds modules by, with these folders in front.
pub(crate) fn path(folders: &[PathBuf]) -> OsString {
    let before = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let before: Vec<PathBuf> = std::env::split_paths(&before).collect();
    let all = folders.iter().chain(&before);
    // A folder with a colon in its name is none of ours.
    std::env::join_paths(all).unwrap_or_default()
}
