//! Packages of Debian, for machines whose only sources are the package registries.

use crate::run::{Done, command, find, run, say};

/// Debian's current Rust lives beside other toolchains under these names.
pub(crate) const RUST: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22", // `rust-lld` is a link to it, but no dependency
    "rust-web-clippy",
];
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
pub(crate) const CARGO: &str = "/usr/bin/cargo";

/// Whether packages can be installed without asking anybody.
pub(crate) fn is_root_on_debian() -> bool {
    find("apt-get").is_some() && is_root()
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // Without a system call of our own: who owns this process.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Installs packages. `what` names them for a person.
pub(crate) fn install(what: &str, packages: &[&str]) -> Done {
    say(format_args!(
        "apt-get: installing {what} ({})",
        packages.join(" ")
    ));
    let remedy = "look at the lines of apt-get above; `apt-get update` by hand shows whether the package source answers";
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(arguments);
        run(&mut apt, remedy)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    apt(&install)
}
