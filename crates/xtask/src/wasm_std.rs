//! The standard library for WebAssembly, built from the source that Debian ships, once per compiler version.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{Done, Failure, ask, command, run, say};
use crate::toolchain::{TARGET, find, shield, target_libdir};
use crate::workspace::Workspace;
use crate::{debian, files};

/// Beside the libraries: for which compiler they were built. A newer compiler cannot read them.
const STAMP: &str = "built-for";

/// Whether the libraries are there, can be used by a build with `lto`, and belong to the compiler that is installed
/// now. Libraries without a stamp were put there by somebody else; they are believed when they hold bitcode.
pub(crate) fn is_current() -> bool {
    let Some(folder) = libdir() else { return false };
    let Some(std) = find(&folder, "libstd-") else {
        return false;
    };
    find(&folder, "libtest-").is_some()
        && fs::read_to_string(folder.join(STAMP)).map_or_else(
            |_| files::read(&std).is_ok_and(|library| has_bitcode(&library)),
            |built| Some(built) == version(),
        )
}

fn has_bitcode(library: &[u8]) -> bool {
    let section = b".llvmbc";
    library
        .windows(section.len())
        .any(|window| window == section)
}

/// Builds the libraries with an empty crate and puts them where the compiler looks.
pub(crate) fn build(workspace: &Workspace) -> Done {
    if is_current() {
        return Ok(());
    }
    say("building the standard library for WebAssembly (about a minute, once)");
    let scratch = workspace.target.join("wasm-std");
    files::empty(&scratch)?;
    files::write(
        &scratch.join("Cargo.toml"),
        "[package]\nname = \"nothing\"\nedition = \"2024\"\n[workspace]\n[lib]\npath = \"lib.rs\"\n",
    )?;
    files::write(&scratch.join("lib.rs"), "#![no_std]\n")?;
    let mut cargo = command(debian::CARGO);
    shield(&mut cargo);
    cargo
        .current_dir(&scratch)
        .env("RUSTC_BOOTSTRAP", "1")
        // Without the bitcode beside the machine code, no build with `lto` can use the libraries.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", scratch.join("target"))
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,test");
    run(
        &mut cargo,
        "are the packages rust-web-src and rustc-web of the same version?",
    )?;
    install(&scratch.join("target").join(TARGET).join("release/deps"))?;
    // What was compiled against other libraries cannot be used with these, and cargo would not notice.
    files::remove(&workspace.wasm_target())?;
    files::remove(&scratch)
}

/// Copies the libraries to a folder beside the final one, then renames: a copy that stopped halfway is never taken for whole.
fn install(built: &Path) -> Done {
    let missing = || {
        Failure::new(
            "Debian's rustc does not say where its libraries are",
            "reinstall rustc-web",
        )
    };
    let folder = libdir().ok_or_else(missing)?;
    let stamp = version().ok_or_else(missing)?;
    let fresh = folder.with_file_name("lib.new");
    files::empty(&fresh)?;
    for file in files::below(built)? {
        let name = file
            .file_name()
            .map(OsStr::to_string_lossy)
            .unwrap_or_default();
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            files::copy(&file, &fresh.join(&*name))?;
        }
    }
    files::write(&fresh.join(STAMP), stamp)?;
    files::remove(&folder)?;
    files::rename(&fresh, &folder)
}

fn libdir() -> Option<PathBuf> {
    target_libdir(OsStr::new(debian::RUSTC))
}

fn version() -> Option<String> {
    ask(command(debian::RUSTC).arg("-vV"))
}
