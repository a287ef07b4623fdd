//! The journeys of `end2end/`: the real server on each store, the real browser.

use std::path::Path;
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
    let local = Server::start(
        "file",
        workspace,
        &program,
        &serve::file_address(&folder.join("store")),
        &[],
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
            Server::start("minio", workspace, &program, store, secrets)
        })
        .transpose()?;

    let screenshots = workspace.target.join("screenshots");
    files::empty(&screenshots)?;
    let mut playwright = node.script(workspace, &node.module("@playwright/test/cli.js"));
    playwright
        .args(["test", "--config", "end2end/playwright.config.ts"])
        .args(ground.rest)
        .env("SURPRISAL_CHROMIUM", chromium)
        .env("BASE_URL_FILE", &local.address)
        .env("SCREENSHOTS", &screenshots)
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
    ) -> Done<Self> {
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let mut command: Command = serve::server(workspace, program, &address, store);
        command.envs(secrets.iter().copied());
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
