//! The API against its own description: schemathesis asks the real server what the description allows, and much that it does
//! not. No answer may be a fault of the server, and none may be another than the description has.

use std::path::Path;

use crate::bundle::NAME;
use crate::checks::{Ground, note};
use crate::probe::{Running, free_port, post};
use crate::run::{Done, Failure, run_into};
use crate::{files, python, serve};

/// The same questions every time.
const SEED: &str = "20260701";
/// Seconds that it may ask.
const TIME: &str = "90";

/// What is looked at. Left out is whether every question that the description allows is answered with success: it cannot say
/// that a field of this name must exist, or that a cursor is one.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,unsupported_method,allow_header_conformance,use_after_free";

pub(crate) fn conformance(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    let python = match python::SCHEMATHESIS.ensure(workspace) {
        Ok(python) => python,
        Err(failure) => return note(&ground.log, &format!("SKIPPED api: {failure}")),
    };
    let mut build = workspace.cargo();
    run_into(
        build.args(["build", "-p", "server", "--bin", NAME]),
        &ground.log,
    )?;
    let folder = workspace.target.join("api");
    files::empty(&folder)?;
    let port = free_port()?;
    let program = workspace.target.join("debug").join(NAME);
    let address = format!("127.0.0.1:{port}");
    let mut server = serve::server(workspace, &program, &address, "memory://");
    server.env("SURPRISAL_RATE", "100000");
    let log = workspace.logs().join(format!("{NAME}-api.log"));
    let _running = Running::start(server, &log, port, "/api/health")?;
    // Something to find.
    let sample = workspace.root.join("public/samples/completions-small.json");
    post(port, "/api/runs?name=sample.json", &files::read(&sample)?)?;
    run_into(
        python
            .script("schemathesis")
            .args(["run", &format!("http://{address}/api/openapi.json")])
            .args(["--seed", SEED, "--max-time", TIME, "--checks", CHECKS])
            .args(["--generation-database", "none", "--warnings", "off"])
            .args(["--request-timeout", "20", "--continue-on-failure"])
            .current_dir(&folder),
        &ground.log,
    )
    .map_err(|failure| explained(&failure, &log))?;
    calm(&log)
}

/// What stood in the log of the server belongs to what schemathesis found.
fn explained(failure: &Failure, log: &Path) -> Failure {
    Failure::new(
        format!("{failure}"),
        format!(
            "mend the route or its description; the server's own words are in {}",
            log.display()
        ),
    )
}

/// A server that panicked answers the next request all the same.
fn calm(log: &Path) -> Done {
    let text = files::read_text(log)?;
    let panic = text.lines().find(|line| line.contains("panicked at"));
    panic.map_or(Ok(()), |line| {
        Err(Failure::new(
            format!("the server: {line}"),
            format!("see {}", log.display()),
        ))
    })
}
