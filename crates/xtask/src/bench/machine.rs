//! Where it was measured: kind of machine, load, compilers. No names, no paths.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::run::{ask, command};
use crate::tools::Tools;

/// One measurement's circumstances.
pub(crate) struct Machine {
    /// `2026-07-31`.
    pub(crate) date: String,
    /// Of the tree that was measured.
    pub(crate) commit: String,
    /// `2 cores AMD EPYC, 24 GiB, x86_64 linux`.
    pub(crate) kind: String,
    /// Before the measurement, over 1, 5 and 15 minutes.
    pub(crate) load: String,
    /// Compilers and runtimes.
    pub(crate) tools: String,
}

/// Looks around.
pub(crate) fn describe(tools: &Tools) -> Machine {
    let git = |arguments: &[&str]| {
        ask(tools.workspace.command("git").args(arguments)).unwrap_or_default()
    };
    let changed = !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty();
    let commit = git(&["rev-parse", "--short=10", "HEAD"]);
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = text("/proc/cpuinfo");
    let processor = processor(&cpuinfo);
    let memory = memory(&text("/proc/meminfo"));
    let load = text("/proc/loadavg");
    let rustc = ask(command("rustc").arg("--version")).unwrap_or_default();
    let node = tools.node().map(node_version).unwrap_or_default();
    Machine {
        date: date(
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
        ),
        commit: if changed {
            format!("{commit} with changes")
        } else {
            commit
        },
        kind: format!(
            "{cores} cores {processor}, {memory}, {} {}",
            std::env::consts::ARCH,
            std::env::consts::OS
        ),
        load: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
        tools: [rustc, node].join(", "),
    }
}

fn node_version(node: &crate::node::Node) -> String {
    // The program's path stays out of reports.
    format!("Node {}", node.version())
}

fn processor(cpuinfo: &str) -> &str {
    let name = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    name.map_or("of an unknown kind", |name| {
        name.trim_start_matches([' ', '\t', ':']).trim()
    })
}

fn memory(meminfo: &str) -> String {
    let total = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes =
        total.and_then(|total| total.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.map_or_else(
        || "unknown memory".to_owned(),
        |size| format!("{} GiB", (size + (1 << 19)) >> 20),
    )
}

/// The day of a time in seconds since 1970, UTC.
fn date(seconds: u64) -> String {
    let mut days = seconds / 86_400;
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + u64::from(is_leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_799, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }

    #[test]
    fn what_the_kernel_says() {
        assert_eq!(
            processor("processor\t: 0\nmodel name\t: AMD EPYC 9B14\nmodel name\t: x\n"),
            "AMD EPYC 9B14"
        );
        assert_eq!(processor(""), "of an unknown kind");
        assert_eq!(
            memory("MemTotal:       24636520 kB\nMemFree: 1 kB\n"),
            "23 GiB"
        );
        assert_eq!(memory(""), "unknown memory");
    }
}
