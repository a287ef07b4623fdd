//! `cargo xtask serve`: the server program with the environment that it needs.

use std::path::Path;
use std::process::Command;

use crate::run::{Done, Failure, not_started, say};
use crate::site;
use crate::tools::Tools;
use crate::workspace::Workspace;

const ADDRESS: &str = "127.0.0.1:3000";

/// Builds everything and becomes the server.
pub(crate) fn serve(tools: &Tools, options: &[&str]) -> Done {
    let mut release = false;
    let mut address = std::env::var("SURPRISAL_ADDR").unwrap_or_else(|_| ADDRESS.to_owned());
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match (*option, options.as_slice().first()) {
            ("--release", _) => release = true,
            ("--addr", Some(value)) => {
                address = (*value).to_owned();
                options.next();
            }
            _ => {
                return Err(Failure::new(
                    format!("`{option}` is not an option of serve"),
                    "cargo xtask serve [--release] [--addr host:port]",
                ));
            }
        }
    }
    let program = site::build_all(tools, release)?;
    let workspace = tools.workspace;
    let store = std::env::var("SURPRISAL_STORE")
        .unwrap_or_else(|_| file_address(&workspace.root.join("surprisal-data")));
    say(format_args!("runs are stored in {store}"));
    say(format_args!(
        "Surprisal: http://{address}  (Ctrl+C stops it)"
    ));
    become_program(server(workspace, &program, &address, &store))
}

/// `surprisal serve`, on an address and a store.
pub(crate) fn server(workspace: &Workspace, program: &Path, address: &str, store: &str) -> Command {
    let mut server = workspace.command(program);
    server
        .args(["serve", "--addr", address, "--store", store])
        .env("LEPTOS_OUTPUT_NAME", crate::bundle::NAME)
        .env("LEPTOS_SITE_ROOT", workspace.site())
        .env("LEPTOS_SITE_PKG_DIR", "pkg");
    server
}

/// `file:///…` for a folder.
pub(crate) fn file_address(folder: &Path) -> String {
    let mut address = String::from("file://");
    for byte in folder.to_string_lossy().bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                address.push(byte as char);
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// Puts the program in the place of xtask, so that signals and the exit status are the program's own.
#[cfg(unix)]
fn become_program(mut command: Command) -> Done {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(not_started(&command, &error))
}

#[cfg(not(unix))]
fn become_program(mut command: Command) -> Done {
    crate::run::run(&mut command, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_folders() {
        for (folder, expected) in [
            ("/srv/data", "file:///srv/data"),
            ("/a b/ü#?%", "file:///a%20b/%C3%BC%23%3F%25"),
        ] {
            assert_eq!(file_address(Path::new(folder)), expected);
        }
    }
}
