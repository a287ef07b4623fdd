//! The programs and files that take part.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bundle::{self, PROFILE};
use crate::files;
use crate::node::Node;
use crate::run::{Done, run, run_into};
use crate::toolchain::TARGET;
use crate::tools::Tools;
use crate::workspace::Workspace;

/// What was built.
pub(crate) struct Parts {
    /// The native `bench`, compiled as the server is.
    pub(crate) program: PathBuf,
    /// The importer for WebAssembly, compiled as the worker's bundle is. Not there when only [`Parts::native`] was asked for.
    pub(crate) module: PathBuf,
}

impl Parts {
    /// The native part. What the compiler says goes to the log, if there is one.
    pub(crate) fn native(workspace: &Workspace, log: Option<&Path>) -> Done<Self> {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "-p", "bench", "--bin", "bench"]);
        compile(&mut cargo, log)?;
        let name = format!("bench{}", std::env::consts::EXE_SUFFIX);
        Ok(Self {
            program: workspace.target.join("release").join(name),
            module: PathBuf::new(),
        })
    }

    /// Both parts.
    pub(crate) fn build(tools: &Tools, log: Option<&Path>) -> Done<Self> {
        let workspace = tools.workspace;
        let mut parts = Self::native(workspace, log)?;
        let mut cargo = tools.wasm()?.cargo(workspace, "build");
        cargo.args(["--profile", PROFILE, "-p", "bench", "--example", "module"]);
        compile(&mut cargo, log)?;
        let built = workspace
            .wasm_target()
            .join(TARGET)
            .join(PROFILE)
            .join("examples/module.wasm");
        parts.module = workspace.target.join("bench/module.wasm");
        files::copy(&built, &parts.module)?;
        bundle::shrink(tools, &parts.module)?;
        Ok(parts)
    }

    /// A generated file; made once.
    pub(crate) fn file(&self, workspace: &Workspace, shape: &str, bytes: u64) -> Done<PathBuf> {
        let folder = workspace.target.join("bench/files");
        // Another generator may write other bytes.
        let generator = files::digest(&[&files::read(&self.program)?]);
        let file = folder.join(format!("{shape}-{bytes}-{generator}.json"));
        if !file.is_file() {
            remove_older(&folder, &format!("{shape}-{bytes}-"))?;
            let unfinished = folder.join("unfinished");
            files::write(&unfinished, "")?;
            let mut generate = workspace.command(&self.program);
            generate
                .args(["generate", shape, &bytes.to_string()])
                .arg(&unfinished);
            run(&mut generate, "is there room on the disk?")?;
            files::rename(&unfinished, &file)?;
        }
        Ok(file)
    }

    /// The script that lets the sides take turns.
    pub(crate) fn compare(&self, node: &Node, workspace: &Workspace) -> Command {
        let mut command = node.script(workspace, Path::new("--expose-gc"));
        command.arg(workspace.root.join("crates/bench/js/compare.mjs"));
        command
    }
}

fn remove_older(folder: &Path, beginning: &str) -> Done {
    let Ok(all) = folder.read_dir() else {
        return Ok(());
    };
    for entry in all.flatten() {
        if entry.file_name().to_string_lossy().starts_with(beginning) {
            files::remove_file(&entry.path())?;
        }
    }
    Ok(())
}

fn compile(cargo: &mut Command, log: Option<&Path>) -> Done {
    match log {
        Some(log) => run_into(cargo, log),
        None => run(cargo, "mend what the compiler says above"),
    }
}
