//! Lighthouse, as a desktop sees the site: accessibility, best practices and what moves are judged, performance is printed.

use crate::bundle::NAME;
use crate::checks::Ground;
use crate::probe::{Running, free_port};
use crate::run::{Done, Failure, run_into, say};
use crate::{files, serve, site};

pub(crate) fn desktop(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    let (node, chromium) = (ground.tools.node()?, ground.tools.chromium()?);
    let program = site::build_all(ground.tools, false)?;
    let reports = workspace.target.join("lighthouse");
    files::empty(&reports)?;
    let port = free_port()?;
    let address = format!("127.0.0.1:{port}");
    let server = serve::server(workspace, &program, &address, "memory://");
    let log = workspace.logs().join(format!("{NAME}-lighthouse.log"));
    let _running = Running::start(server, &log, port, "/api/health")?;
    let script = workspace.root.join("end2end/lighthouse.mjs");
    run_into(
        node.script(workspace, &script)
            .env("BASE_URL", format!("http://{address}"))
            .env("SURPRISAL_CHROMIUM", chromium)
            .env("OUTPUT", &reports),
        &ground.log,
    )
    .map_err(|failure| {
        Failure::new(
            format!("{failure}"),
            format!("the whole reports are in {}", reports.display()),
        )
    })?;
    // Figures, among them the one that is not judged.
    let said = files::read_text(&ground.log)?;
    said.lines()
        .filter(|line| line.contains("; performance "))
        .for_each(say);
    Ok(())
}
