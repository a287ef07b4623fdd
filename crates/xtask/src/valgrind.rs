//! Valgrind counts instructions: the one measure of speed that does not depend on what else the machine does.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::run::{Done, Failure, find};

/// Finds Valgrind, or installs it as root on Debian.
pub(crate) fn ensure() -> Done<PathBuf> {
    if let Some(path) = find("valgrind") {
        return Ok(path);
    }
    if debian::is_root_on_debian() {
        debian::install("what counts instructions", &["valgrind"])?;
    }
    find("valgrind").ok_or_else(|| {
        Failure::new(
            "there is no Valgrind to count instructions with",
            "`sudo apt-get install valgrind`, or your distribution's package",
        )
    })
}

/// A command that runs another program under callgrind, and says on standard error what it has counted.
pub(crate) fn callgrind(valgrind: &Path, out: &Path) -> Command {
    let mut command = crate::run::command(valgrind);
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()));
    command
}

/// The number of instructions in a file that callgrind has written.
pub(crate) fn counted(out: &str) -> Option<u64> {
    let total = out.lines().find_map(|line| {
        line.strip_prefix("totals: ")
            .or(line.strip_prefix("summary: "))
    });
    total?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn totals_of_callgrind() {
        for (text, expected) in [
            (
                "events: Ir\nfn=(1) main\n3 7\ntotals: 225391487\n",
                Some(225_391_487),
            ),
            ("events: Ir\nsummary: 12\nfn=(1) main\n", Some(12)),
            ("events: Ir\n", None),
            ("totals: many\n", None),
        ] {
            assert_eq!(counted(text), expected, "{text}");
        }
    }
}
