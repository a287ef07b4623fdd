//! `cargo xtask test`: every check in order, one after the other; a failure does not stop the ones after it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::run::{Done, Failure, read, run_into};
use crate::toolchain::TARGET;
use crate::tools::Tools;
use crate::{api, bench, bits, blame, dist, e2e, files, fuzz, lighthouse, python, site};

/// A check and the names by which it can be called.
struct Check {
    group: &'static str,
    name: &'static str,
    about: &'static str,
    run: fn(&Ground) -> Done,
}

/// What a check works with.
pub(crate) struct Ground<'a> {
    pub(crate) tools: &'a Tools<'a>,
    /// Where the output of its programs goes.
    pub(crate) log: PathBuf,
    /// What stood after `--`, for Playwright.
    pub(crate) rest: &'a [&'a str],
}

const CHECKS: &[Check] = &[
    Check {
        group: "fmt",
        name: "fmt",
        about: "the code is formatted",
        run: format,
    },
    Check {
        group: "lint",
        name: "lint-native",
        about: "clippy, server side and rooms below it",
        run: lint_native,
    },
    Check {
        group: "lint",
        name: "lint-xtask",
        about: "clippy, xtask",
        run: lint_xtask,
    },
    Check {
        group: "lint",
        name: "lint-wasm",
        about: "clippy, browser side",
        run: lint_wasm,
    },
    Check {
        group: "lint",
        name: "lint-tree",
        about: "no server crate reaches the browser",
        run: lint_tree,
    },
    Check {
        group: "unit",
        name: "unit-native",
        about: "unit, property and page tests",
        run: unit_native,
    },
    Check {
        group: "unit",
        name: "unit-xtask",
        about: "tests of xtask",
        run: unit_xtask,
    },
    Check {
        group: "fuzz",
        name: "fuzz",
        about: "hostile bytes for everything that reads files, for a bounded time",
        run: fuzz::check,
    },
    Check {
        group: "bits",
        name: "bits",
        about: "metrics, decoding: the same bits natively and in WebAssembly",
        run: bits::compare,
    },
    Check {
        group: "bench",
        name: "bench-equal",
        about: "importer, WebAssembly, serde_json and JavaScript have the same figures",
        run: bench::equal,
    },
    Check {
        group: "bench",
        name: "bench-count",
        about: "reading, and choosing a token, take no more instructions than they did",
        run: bench::instructions,
    },
    Check {
        group: "doc",
        name: "doc",
        about: "the documentation builds",
        run: documentation,
    },
    Check {
        group: "site",
        name: "site",
        about: "the site builds and its first load is small",
        run: small_site,
    },
    Check {
        group: "api",
        name: "api",
        about: "schemathesis finds no fault, and no answer that is not described",
        run: api::conformance,
    },
    Check {
        group: "e2e",
        name: "e2e",
        about: "a person's journeys in Chromium, once per store, once without JavaScript",
        run: e2e::journeys,
    },
    Check {
        group: "e2e",
        name: "lighthouse",
        about: "Lighthouse finds nothing to mend in the first page and in a run",
        run: lighthouse::desktop,
    },
    Check {
        group: "dist",
        name: "dist",
        about: "the program with the site inside it needs nothing beside it",
        run: dist::stands_alone,
    },
];

/// The names of the checks, for the help text.
pub(crate) fn list() -> String {
    let lines = CHECKS
        .iter()
        .map(|check| format!("  {:<13}{}\n", check.name, check.about));
    format!(
        "Checks (fmt, lint, unit, fuzz, bits, bench, doc, site, api, e2e and dist are groups)\n{}",
        lines.collect::<String>()
    )
}

/// Runs the named checks, or all, and prints what became of them. `false` when one failed.
pub(crate) fn test(tools: &Tools, arguments: &[&str]) -> Done<bool> {
    let mut parts = arguments.splitn(2, |argument| *argument == "--");
    let (names, rest) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let logs = tools.workspace.logs();
    files::empty(&logs)?;
    let (mut passed, mut skipped) = (0, 0);
    let (mut failed, mut notes) = (Vec::new(), BTreeSet::new());
    let mut told = String::new();
    for check in choose(names)? {
        println!("▶ {}: {}", check.name, check.about);
        let ground = Ground {
            tools,
            log: logs.join(format!("{}.log", check.name)),
            rest,
        };
        let begin = Instant::now();
        let outcome = (check.run)(&ground);
        let seconds = begin.elapsed().as_secs();
        let log = fs::read_to_string(&ground.log).unwrap_or_default();
        match outcome {
            Ok(()) if was_not_run(check.name, &log) => {
                skipped += 1;
                println!("  not run");
            }
            Ok(()) => {
                passed += 1;
                println!("  ok, {seconds} s{}", counted(&log));
            }
            Err(failure) => {
                failed.push(check.name);
                told += &format!("\n▶ {}: {failure}\n", check.name);
                told.extend(
                    blame::blame(&log)
                        .into_iter()
                        .flat_map(|line| ["  ", line, "\n"]),
                );
                println!("{log}  {failure}\n  FAILED, {seconds} s: {}", check.name);
            }
        }
        for note in skips(&log) {
            println!("  !! {note}");
            notes.insert(note.to_owned());
        }
    }
    // Whoever sees the end of a long output alone sees the reasons.
    print!("{told}");
    summary(passed, skipped, &failed, &notes);
    Ok(failed.is_empty())
}

fn summary(passed: usize, skipped: usize, failed: &[&str], notes: &BTreeSet<String>) {
    println!();
    for note in notes {
        println!("!! {note}");
    }
    if !failed.is_empty() {
        println!(
            "failed: {} (again with `cargo xtask test {}`)",
            failed.join(", "),
            failed.join(" ")
        );
    }
    println!(
        "{passed} passed, {} failed, {skipped} skipped",
        failed.len()
    );
}

fn choose(names: &[&str]) -> Done<Vec<&'static Check>> {
    for name in names {
        if !CHECKS
            .iter()
            .any(|check| [check.group, check.name].contains(name))
        {
            return Err(Failure::new(format!("there is no check `{name}`"), list()));
        }
    }
    let chosen = |check: &&Check| {
        names.is_empty()
            || names
                .iter()
                .any(|name| [check.group, check.name].contains(name))
    };
    Ok(CHECKS.iter().filter(chosen).collect())
}

/// `, 312 tests`: the sum of what the test programs said.
fn counted(log: &str) -> String {
    let tests: usize = log
        .lines()
        .filter_map(|line| line.trim().strip_prefix("test result: ok. "))
        .filter_map(|line| line.split(' ').next()?.parse::<usize>().ok())
        .sum();
    if tests == 0 {
        String::new()
    } else {
        format!(", {tests} tests")
    }
}

/// The lines in which a test says that it left something out: a skip must not look like a pass.
fn skips(log: &str) -> impl Iterator<Item = &str> {
    log.lines()
        .map(str::trim)
        .filter(|line| line.starts_with("skipped:") || line.starts_with("SKIPPED"))
        .collect::<BTreeSet<_>>()
        .into_iter()
}

/// Whether a check says that it was left out as a whole.
fn was_not_run(name: &str, log: &str) -> bool {
    skips(log).any(|note| {
        note.strip_prefix("SKIPPED ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with(':'))
    })
}

fn format(ground: &Ground) -> Done {
    let workspace = &ground.tools.workspace;
    let all = ["fmt", "--all", "--check", "--", "--color", "never"];
    run_into(workspace.cargo().args(all), &ground.log)
        .map_err(|_| Failure::new("some files are not formatted", "cargo fmt --all"))?;
    // Their modules are made by a macro, into which cargo fmt does not look.
    let formats = "crates/completions/src/formats";
    let mut files = files::below(&workspace.root.join(formats))?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let mut rustfmt = workspace.command("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--color", "never"]);
    run_into(rustfmt.args(files), &ground.log).map_err(|_| {
        Failure::new(
            "some formats are not formatted",
            format!("rustfmt --edition 2024 {formats}/*.rs"),
        )
    })
}

const LINTS: [&str; 4] = ["--all-targets", "--", "-D", "warnings"];

fn lint_native(ground: &Ground) -> Done {
    run_into(
        ground.tools.workspace.cargo().arg("clippy").args(LINTS),
        &ground.log,
    )
}

fn lint_xtask(ground: &Ground) -> Done {
    run_into(
        ground
            .tools
            .workspace
            .cargo()
            .args(["clippy", "-p", "xtask"])
            .args(LINTS),
        &ground.log,
    )
}

/// The rooms below are linted along with the four bundles, with the features that it gives them.
fn lint_wasm(ground: &Ground) -> Done {
    let mut clippy = ground.tools.wasm()?.cargo(ground.tools.workspace, "clippy");
    run_into(
        clippy.args([
            "-p", "hydrate", "-p", "reader", "-p", "studio", "-p", "scribe", "--", "-D", "warnings",
        ]),
        &ground.log,
    )
}

fn lint_tree(ground: &Ground) -> Done {
    let mut tree = ground.tools.workspace.cargo();
    tree.args([
        "tree", "-p", "hydrate", "-p", "reader", "-p", "studio", "--target", TARGET, "-e",
        "normal", "--prefix", "none",
    ]);
    let tree = read(&mut tree, &ground.log)?;
    match strangers(&tree) {
        found if found.is_empty() => Ok(()),
        found => Err(Failure::new(
            format!("the browser's half depends on {}", found.join(", ")),
            "`cargo tree -p hydrate --target wasm32-unknown-unknown -e normal -i NAME` shows the way; take it out of the rooms below `server`",
        )),
    }
}

/// Crates in a dependency tree that belong to servers.
fn strangers(tree: &str) -> Vec<&str> {
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let foreign = |name: &&str| {
        [
            "tokio",
            "hyper",
            "reqwest",
            "minio",
            "rustls",
            "candle",
            "tokenizers",
        ]
        .iter()
        .any(|word| name.contains(word))
    };
    names.into_iter().filter(foreign).collect()
}

/// Output of passing tests is kept in the log, for the lines in which they say that they left something out.
const TESTS: [&str; 3] = ["--no-fail-fast", "--", "--show-output"];

fn unit_native(ground: &Ground) -> Done {
    let mut cargo = ground.tools.workspace.cargo();
    cargo.arg("test").args(TESTS);
    match ground.tools.minio() {
        Ok(minio) => {
            cargo.env("SURPRISAL_MINIO", minio);
        }
        Err(failure) => note(
            &ground.log,
            &format!("SKIPPED the tests on a real MinIO: {failure}"),
        )?,
    }
    let mut folders = Vec::new();
    for package in &python::PACKAGES {
        match package.ensure(ground.tools.workspace) {
            Ok(python) => {
                cargo.env(package.variable, python.program);
                folders.push(python.modules);
            }
            Err(failure) => note(
                &ground.log,
                &format!("SKIPPED the tests with {}: {failure}", package.module),
            )?,
        }
    }
    cargo.env("PYTHONPATH", python::path(&folders));
    run_into(&mut cargo, &ground.log)
}

fn unit_xtask(ground: &Ground) -> Done {
    run_into(
        ground
            .tools
            .workspace
            .cargo()
            .args(["test", "-p", "xtask"])
            .args(TESTS),
        &ground.log,
    )
}

/// With the private items: the reader is somebody who works on the code, and the module maps link to them.
fn documentation(ground: &Ground) -> Done {
    let mut cargo = ground.tools.workspace.cargo();
    run_into(
        cargo
            .args(["doc", "--no-deps", "--document-private-items"])
            .env(
                "RUSTDOCFLAGS",
                "-D warnings -A rustdoc::private_intra_doc_links",
            ),
        &ground.log,
    )
}

fn small_site(ground: &Ground) -> Done {
    site::build(ground.tools)?.within_ceiling()
}

/// Adds a line to the log.
pub(crate) fn note(log: &Path, line: &str) -> Done {
    let mut text = fs::read_to_string(log).unwrap_or_default();
    text.push_str(&line.replace('\n', " "));
    text.push('\n');
    files::write(log, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_chosen_by_name_and_by_group_in_their_own_order() {
        let names = |names: &[&str]| -> Vec<&str> {
            choose(names)
                .unwrap()
                .iter()
                .map(|check| check.name)
                .collect()
        };
        assert_eq!(names(&["unit-xtask", "fmt"]), ["fmt", "unit-xtask"]);
        assert_eq!(
            names(&["lint"]),
            ["lint-native", "lint-xtask", "lint-wasm", "lint-tree"]
        );
        assert_eq!(names(&[]).len(), CHECKS.len());
        let unknown = choose(&["fmt", "lnit"]).err().unwrap().to_string();
        assert!(
            unknown.starts_with("failed: there is no check `lnit`\n"),
            "{unknown}"
        );
    }

    #[test]
    fn the_log_is_read_for_counts_and_skips() {
        let log = "test result: ok. 3 passed; 0 failed\n  skipped: no corpus\nSKIPPED MinIO\nskipped: no corpus\nan unskipped: line\ntest result: ok. 4 passed; 0 failed\n";
        assert_eq!(counted(log), ", 7 tests");
        assert_eq!(
            skips(log).collect::<Vec<_>>(),
            ["SKIPPED MinIO", "skipped: no corpus"]
        );
        assert_eq!(counted(""), "");
    }

    #[test]
    fn a_check_that_did_nothing_is_not_a_pass() {
        for (log, expected) in [
            ("x\nSKIPPED count: no Valgrind\n", true),
            ("SKIPPED counting: no Valgrind\n", false),
            ("SKIPPED the tests on a real store\n", false),
            ("", false),
        ] {
            assert_eq!(was_not_run("count", log), expected, "{log}");
        }
    }

    #[test]
    fn server_crates_are_found_in_a_tree() {
        let tree = "hydrate v0.1.0 (/x/minio/hydrate)\nleptos v0.8.23\ntokio-util v0.7.1\nhyper v1.0.0\ntokio-util v0.7.1 (*)\n";
        assert_eq!(strangers(tree), ["hyper", "tokio-util"]);
    }
}
