//! `cargo xtask dist`: one program with the site inside it, and the check that it needs nothing beside it.

use std::path::PathBuf;
use std::process::Command;

use crate::bundle::NAME;
use crate::checks::Ground;
use crate::probe::{Running, fetch, free_port};
use crate::run::{Done, Failure, run, run_into, say};
use crate::tools::Tools;
use crate::workspace::Workspace;
use crate::{files, serve, site};

/// Builds the release; its program is `target/dist/surprisal`.
pub(crate) fn dist(tools: &Tools) -> Done {
    site::build(tools)?.within_ceiling()?;
    let workspace = tools.workspace;
    say("cargo: the server, with the site inside it");
    run(
        build(workspace).arg("--release"),
        "mend what the compiler says above",
    )?;
    let folder = workspace.target.join("dist");
    files::empty(&folder)?;
    let program = folder.join(program_name());
    files::copy(
        &workspace.target.join("release").join(program_name()),
        &program,
    )?;
    say(format_args!(
        "{} ({} MB) runs from any directory: surprisal serve",
        program.display(),
        files::size(&program)?.div_ceil(1_000_000)
    ));
    Ok(())
}

fn build(workspace: &Workspace) -> Command {
    let mut cargo = cargo(workspace, "build");
    cargo.args(["--bin", NAME]);
    cargo
}

/// Cargo on the server with the site inside it.
fn cargo(workspace: &Workspace, command: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo
        .args([command, "-p", "server", "--features", "embed"])
        .env("SURPRISAL_SITE", workspace.site());
    cargo
}

fn program_name() -> PathBuf {
    format!("{NAME}{}", std::env::consts::EXE_SUFFIX).into()
}

/// Builds the program without optimisation, takes it to an empty folder and asks for pages.
pub(crate) fn stands_alone(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    if !workspace.site().is_dir() {
        site::build(ground.tools)?;
    }
    run_into(
        cargo(workspace, "clippy").args(["--", "-D", "warnings"]),
        &ground.log,
    )?;
    run_into(
        cargo(workspace, "test").args(["--lib", "embedded"]),
        &ground.log,
    )?;
    run_into(&mut build(workspace), &ground.log)?;
    let folder = workspace.target.join("alone");
    files::empty(&folder)?;
    let program = folder.join(program_name());
    files::copy(
        &workspace.target.join("debug").join(program_name()),
        &program,
    )?;
    let port = free_port()?;
    let store = serve::file_address(&folder.join("store"));
    let mut command = crate::run::command(&program);
    command.current_dir(&folder).args([
        "serve",
        "--addr",
        &format!("127.0.0.1:{port}"),
        "--store",
        &store,
    ]);
    let log = workspace.logs().join(format!("{NAME}-alone.log"));
    let _running = Running::start(command, &log, port, "/api/health")?;
    for (path, kind, encoding) in [
        ("/", "text/html", None),
        ("/pkg/surprisal.js", "text/javascript", Some("br")),
        ("/pkg/surprisal.wasm", "application/wasm", Some("br")),
        ("/pkg/surprisal.css", "text/css", Some("br")),
        ("/worker.js", "text/javascript", None),
        ("/favicon.svg", "image/svg+xml", None),
    ] {
        let head = fetch(port, path)?;
        let says = |wanted: &str| head.to_lowercase().contains(wanted);
        let encoded =
            encoding.is_none_or(|encoding| says(&format!("content-encoding: {encoding}")));
        if !head.starts_with("HTTP/1.1 200") || !says(&format!("content-type: {kind}")) || !encoded
        {
            return Err(Failure::new(
                format!("the program alone does not serve {path} as {kind}: {head}"),
                format!("see {}", log.display()),
            ));
        }
    }
    // What is not in the site is the application's own page.
    let head = fetch(port, "/pkg/no-such-file.js")?;
    if head.starts_with("HTTP/1.1 404") {
        return Ok(());
    }
    Err(Failure::new(
        format!("a file that is not in the site is answered with {head}"),
        "",
    ))
}
