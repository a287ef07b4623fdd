//! The journeys of `end2end/`: the real server on each store, the real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bundle::NAME;
use crate::checks::{Ground, note};
use crate::minio::{self, Minio};
use crate::probe::{Running, free_port};
use crate::run::{Done, Failure, run_into};
use crate::workspace::Workspace;
use crate::{files, serve, site};

pub(crate) fn journeys(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    let (node, chromium) = (ground.tools.node()?, ground.tools.chromium()?);
    let program = site::build_all(ground.tools, false)?;

    let folder = workspace.target.join("e2e");
    files::empty(&folder)?;
    let model = tiny_model(workspace, &folder)?;
    let local = Server::start(
        "file",
        workspace,
        &program,
        &serve::file_address(&folder.join("store")),
        &[],
        &model,
    )?;
    let minio = match ground.tools.minio() {
        Ok(program) => Some(minio::start(program, workspace)?),
        Err(failure) => {
            note(
                &ground.log,
                &format!("SKIPPED the journeys on a MinIO store: {failure}"),
            )?;
            None
        }
    };
    let remote = minio
        .as_ref()
        .map(|Minio { store, secrets, .. }| {
            Server::start("minio", workspace, &program, store, secrets, &model)
        })
        .transpose()?;

    let plain = crate::plain::make(workspace, &program)?;
    let screenshots = workspace.target.join("screenshots");
    files::empty(&screenshots)?;
    let mut playwright = node.script(workspace, &node.module("@playwright/test/cli.js"));
    playwright
        .args(["test", "--config", "end2end/playwright.config.ts"])
        .args(ground.rest)
        .env("SURPRISAL_CHROMIUM", chromium)
        .env("BASE_URL_FILE", &local.address)
        .env("SCREENSHOTS", &screenshots)
        .env("STATIC_SITE", &plain)
        .env("OUTPUT", folder.join("results"));
    if let Some(remote) = &remote {
        playwright.env("BASE_URL_MINIO", &remote.address);
    }
    run_into(&mut playwright, &ground.log)?;
    [Some(local), remote]
        .into_iter()
        .flatten()
        .try_for_each(|server| server.stayed_calm())
}

/// A model that writes nonsense at once: the tiny GPT-2 of the decoder's tests, with a tokenizer of some letters.
fn tiny_model(workspace: &Workspace, folder: &Path) -> Done<PathBuf> {
    let model = folder.join("model");
    files::empty(&model)?;
    let vectors = workspace
        .root
        .join("crates/decoding/tests/vectors/tiny_gpt2");
    for (from, name) in [
        (&vectors, "config.json"),
        (&vectors, "model.safetensors"),
        (&workspace.root.join("end2end/model"), "tokenizer.json"),
        (
            &workspace.root.join("end2end/model"),
            "tokenizer_config.json",
        ),
    ] {
        files::copy(&from.join(name), &model.join(name))?;
    }
    Ok(model)
}

/// A server of the tests, on a store of its own.
struct Server {
    address: String,
    log: std::path::PathBuf,
    /// Stops it when dropped.
    _running: Running,
}

impl Server {
    fn start(
        name: &str,
        workspace: &Workspace,
        program: &Path,
        store: &str,
        secrets: &[(&str, &str)],
        model: &Path,
    ) -> Done<Self> {
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let mut command: Command = serve::server(workspace, program, &address, store);
        command.envs(secrets.iter().copied());
        command
            .arg("--model")
            .arg(format!("tiny={}", model.display()));
        let log = workspace.logs().join(format!("{NAME}-{name}.log"));
        let running = Running::start(command, &log, port, "/api/health")?;
        Ok(Self {
            address: format!("http://{address}"),
            log,
            _running: running,
        })
    }

    /// A server that panicked answers the next request all the same; the tests would not see it.
    fn stayed_calm(&self) -> Done {
        let log = files::read_text(&self.log)?;
        let panic = log.lines().find(|line| line.contains("panicked at"));
        panic.map_or(Ok(()), |line| {
            Err(Failure::new(
                format!("the server: {line}"),
                format!("see {}", self.log.display()),
            ))
        })
    }
}
