//! A real MinIO for the tests: found, or built with Go; started on loopback with an empty directory.

use std::path::{Path, PathBuf};

use crate::files;
use crate::probe::{self, Running};
use crate::run::{Done, Failure, ask, command, find, named_by, run, say};
use crate::workspace::Workspace;

/// The last commit of the community edition. The module proxy has no other name for it.
const MODULE: &str = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
const OLDEST_GO: (u32, u32) = (1, 24);

/// Finds the program, or builds it when Go is there.
pub(crate) fn ensure(workspace: &Workspace) -> Done<PathBuf> {
    if let Some(path) = named_by("SURPRISAL_MINIO")?.or_else(|| find("minio")) {
        return Ok(path);
    }
    let missing = |why: &str| {
        Failure::new(
            why,
            "put `minio` on PATH, set SURPRISAL_MINIO to the program, or install Go 1.24 or newer",
        )
    };
    let go = find("go").ok_or_else(|| missing("there is no MinIO, and no Go to build it with"))?;
    let folder = ask(command(&go).args(["env", "GOPATH"])).unwrap_or_default();
    let folder = std::env::split_paths(&folder).next().unwrap_or_default();
    let built = folder.join("bin").join("minio");
    if built.is_file() {
        return Ok(built);
    }
    let version = ask(command(&go).args(["env", "GOVERSION"])).unwrap_or_default();
    if go_version(&version) < Some(OLDEST_GO) {
        return Err(missing(&format!(
            "there is no MinIO, and {version} is too old to build it"
        )));
    }
    say("go: building MinIO for the tests (about five minutes, once)");
    run(
        workspace
            .command(go)
            .env("CGO_ENABLED", "0")
            .env("GOBIN", folder.join("bin"))
            .args(["install", "-tags", "kqueue", MODULE]),
        "look at the lines of go above; the rest of the tests does not need MinIO",
    )?;
    if built.is_file() {
        return Ok(built);
    }
    Err(missing(
        "Go built MinIO but did not leave it in its bin folder",
    ))
}

/// `go1.26.8` → (1, 26).
fn go_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("go")?.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor: String = numbers
        .next()?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some((major, minor.parse().ok()?))
}

/// A MinIO that runs, with the one setting and the two secrets that a server needs to use it.
pub(crate) struct Minio {
    /// Stops it when dropped.
    _running: Running,
    pub(crate) store: String,
    pub(crate) secrets: [(&'static str, &'static str); 2],
}

/// Starts the program on an empty directory. The secrets are for this directory only.
pub(crate) fn start(program: &Path, workspace: &Workspace) -> Done<Minio> {
    let secrets = [
        ("MINIO_ACCESS_KEY", "surprisal-test"),
        ("MINIO_SECRET_KEY", "only-for-this-test-run"),
    ];
    let data = workspace.target.join("minio");
    files::empty(&data)?;
    let (port, console) = (probe::free_port()?, probe::free_port()?);
    let mut server = workspace.command(program);
    server
        .arg("server")
        .args(["--address", &format!("127.0.0.1:{port}")])
        .args(["--console-address", &format!("127.0.0.1:{console}")])
        .arg(&data)
        .env("MINIO_ROOT_USER", secrets[0].1)
        .env("MINIO_ROOT_PASSWORD", secrets[1].1)
        .env("MINIO_BROWSER", "off");
    let running = Running::start(
        server,
        &workspace.logs().join("minio.log"),
        port,
        "/minio/health/ready",
    )?;
    Ok(Minio {
        _running: running,
        store: format!("minio://127.0.0.1:{port}/surprisal?create=true"),
        secrets,
    })
}

#[cfg(test)]
mod tests {
    use super::go_version;

    #[test]
    fn go_versions() {
        for (text, expected) in [
            ("go1.26.8", Some((1, 26))),
            ("go1.24rc1", Some((1, 24))),
            ("go1.9", Some((1, 9))),
            ("devel", None),
            ("", None),
        ] {
            assert_eq!(go_version(text), expected, "{text}");
        }
    }
}
