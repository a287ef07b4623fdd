//! `cargo xtask bench`: how fast is it, and against what. And the part of it that a test can hold fast: the figures of all
//! sides are equal, and the numbers of instructions do not grow.
//!
//! | module | subject |
//! |---|---|
//! | `parts` | the programs and files that take part |
//! | `samples`, `stats` | pairs of times, and what can be said about them |
//! | `browser` | the same for a person: the site in Chromium |
//! | `engine` | models that compute here, beside llama.cpp |
//! | `count` | instructions for a byte, and for the choice of a token, and the record of them |
//! | `goals`, `report` | what is wanted, what was found: for people, for programs, for the history |
//! | `machine` | where it was measured |

mod browser;
mod count;
mod engine;
mod goals;
mod machine;
mod parts;
mod report;
mod samples;
mod stats;

use crate::checks::{Ground, note};
use crate::files;
use crate::run::{Done, Failure, read, run_into, say};
use crate::tools::Tools;
use goals::Row;
use parts::Parts;
use report::{Finding, Report};

/// Fewer say nothing.
const PAIRS: usize = 11;
const MEGABYTES: u64 = 50;
/// What is timed: users have the first, the second is the largest kind.
const TIMED: [&str; 2] = ["top5-bytes", "top20"];

/// What was asked for.
struct Options {
    pairs: usize,
    megabytes: u64,
    save: bool,
}

impl Options {
    fn read(options: &[&str]) -> Done<Self> {
        let mut read = Self {
            pairs: PAIRS,
            megabytes: MEGABYTES,
            save: false,
        };
        let mut rest = options.iter();
        while let Some(option) = rest.next() {
            let wrong = || {
                Failure::new(
                    format!("`{option}` is not an option of bench, or lacks its number"),
                    "cargo xtask bench [browser|engine] [--pairs N] [--megabytes N] [--save] | record | generate SHAPE MEGABYTES FILE",
                )
            };
            let mut number = || {
                rest.next()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(wrong)
            };
            match *option {
                "--pairs" => read.pairs = number()? as usize,
                "--megabytes" => read.megabytes = number()?,
                "--save" => read.save = true,
                _ => return Err(wrong()),
            }
        }
        Ok(read)
    }
}

/// The command.
pub(crate) fn bench(tools: &Tools, arguments: &[&str]) -> Done {
    match arguments {
        ["record"] => record(tools),
        ["generate", shape, megabytes, file] => {
            let bytes = format!("{megabytes}000000");
            let parts = Parts::native(tools.workspace, None)?;
            let mut generate = tools.workspace.command(&parts.program);
            crate::run::run(generate.args(["generate", shape, &bytes, file]), "")
        }
        ["browser", options @ ..] => {
            let options = Options::read(options)?;
            finish(
                tools,
                &options,
                &browser::measure(tools, &options)?,
                "browser",
            )
        }
        ["engine", options @ ..] => {
            let options = Options::read(options)?;
            finish(
                tools,
                &options,
                &engine::measure(tools, &options)?,
                "engine",
            )
        }
        options => measure(tools, &Options::read(options)?),
    }
}

fn record(tools: &Tools) -> Done {
    let parts = Parts::native(tools.workspace, None)?;
    let counts = count::all(tools, &parts)?;
    for count in &counts {
        println!("{count}");
    }
    count::record(tools.workspace, &counts)
}

fn measure(tools: &Tools, options: &Options) -> Done {
    let workspace = tools.workspace;
    let parts = Parts::build(tools, None)?;
    let mut report = Report::new(machine::describe(tools));
    for shape in TIMED {
        say(format_args!(
            "{shape}: the sides take turns, {} times",
            options.pairs
        ));
        let file = parts.file(workspace, shape, options.megabytes * 1_000_000)?;
        let mut script = parts.compare(tools.node()?, workspace);
        script.args(["time", &options.pairs.to_string()]);
        script.arg(&parts.module).arg(&parts.program).arg(&file);
        let log = workspace.logs().join("bench.log");
        files::write(&log, "")?;
        let text = read(&mut script, &log).map_err(|failure| {
            let log = files::read_text(&log).unwrap_or_default();
            Failure::new(failure.to_string(), log)
        })?;
        files::write(
            &workspace.target.join("bench").join(format!("{shape}.txt")),
            &text,
        )?;
        for (row, comparison) in [
            (Row::Compute, "baseline/wasm"),
            (Row::WasmToNative, "wasm/native"),
            (Row::Serde, "serde/native"),
        ] {
            let pairs = samples::of(&text, comparison);
            report.findings.push(Finding::timed(row, shape, &pairs)?);
        }
    }
    match count::files(tools, &parts) {
        Ok(counts) => report.findings.extend(counts.iter().map(Finding::counted)),
        Err(failure) => say(format_args!("instructions are not counted: {failure}")),
    }
    finish(tools, options, &report, "report")
}

/// Shows a report, keeps it, and adds it to the history when that was asked for.
fn finish(tools: &Tools, options: &Options, report: &Report, name: &str) -> Done {
    let workspace = tools.workspace;
    print!("{}", report.markdown());
    let folder = workspace.target.join("bench");
    files::write(&folder.join(format!("{name}.md")), report.markdown())?;
    files::write(&folder.join(format!("{name}.json")), report.json())?;
    if options.save {
        report.append(&workspace.root.join("BENCHMARKS.md"))?;
    }
    Ok(())
}

/// The check: all sides have the same figures for every shape.
pub(crate) fn equal(ground: &Ground) -> Done {
    let workspace = ground.tools.workspace;
    let parts = Parts::build(ground.tools, Some(&ground.log))?;
    let mut script = parts.compare(ground.tools.node()?, workspace);
    script.arg("check").arg(&parts.module).arg(&parts.program);
    let shapes = read(workspace.command(&parts.program).arg("shapes"), &ground.log)?;
    for shape in shapes.lines() {
        script.arg(parts.file(workspace, shape, 1_000_000)?);
    }
    run_into(&mut script, &ground.log)
}

/// The check: reading and choosing do not take more instructions than they did, nor more than the floor.
pub(crate) fn instructions(ground: &Ground) -> Done {
    let tools = ground.tools;
    if let Err(failure) = tools.valgrind() {
        return note(&ground.log, &format!("SKIPPED bench-count: {failure}"));
    }
    let parts = Parts::native(tools.workspace, Some(&ground.log))?;
    let recorded = count::recorded(tools.workspace)?;
    for count in count::all(tools, &parts)? {
        say(&count);
        count.within(Row::Instructions.goal().steps[0])?;
        if let Some(advice) = count.against(&recorded)? {
            say(advice);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options() {
        let read = |options: &[&str]| {
            Options::read(options)
                .map(|read| (read.pairs, read.megabytes, read.save))
                .map_err(|failure| failure.to_string())
        };
        assert_eq!(read(&[]), Ok((11, 50, false)));
        assert_eq!(
            read(&["--save", "--pairs", "3", "--megabytes", "7"]),
            Ok((3, 7, true))
        );
        for wrong in [&["--pairs"][..], &["--pairs", "many"], &["--quick"]] {
            let failure = read(wrong).unwrap_err();
            assert!(
                failure.starts_with(&format!("failed: `{}` is not", wrong[0])),
                "{failure}"
            );
        }
    }
}
