//! `cargo xtask bench engine`: the models that compute here, natively and in Chromium, beside llama.cpp, on the same file in the
//! same run.

use std::path::Path;
use std::process::Command;

use super::goals::Row;
use super::report::{Finding, Report};
use super::samples::{Pair, Took};
use super::{Options, machine};
use crate::probe::{Running, free_port};
use crate::python::{LLAMA, Python};
use crate::run::{Done, Failure, read, say};
use crate::tools::Tools;
use crate::{demo, files, serve, site};

/// Tokens that are read, and that are written.
const TOKENS: [usize; 2] = [256, 64];
const THREADS: [usize; 2] = [1, 2];

/// What one side says of one run.
#[derive(Debug, PartialEq)]
struct Run {
    /// Of a browser: what it takes to read the file and do nothing with it.
    reading: Option<Took>,
    load: Took,
    prompt: Took,
    write: Took,
    /// Most bytes.
    memory: f64,
    ids: Vec<String>,
}

impl Run {
    fn of(text: &str) -> Option<Self> {
        let rest = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let took = |name: &str| {
            let (cpu, wall) = rest(&format!("took {name} "))?.split_once(' ')?;
            Some(Took {
                cpu: cpu.parse().ok()?,
                wall: wall.parse().ok()?,
            })
        };
        Some(Self {
            reading: took("reading"),
            load: took("load")?,
            prompt: took("prompt")?,
            write: took("write")?,
            memory: rest("value memory ")?.parse().ok()?,
            ids: rest("ids ")?.split(' ').map(str::to_owned).collect(),
        })
    }

    fn from(command: &mut Command, log: &Path) -> Done<Self> {
        let text = read(command, log).map_err(|failure| {
            let log = files::read_text(log).unwrap_or_default();
            Failure::new(failure.to_string(), log)
        })?;
        Self::of(&text).ok_or_else(|| Failure::new("a side did not say what it took", text))
    }
}

/// Measures and reports.
pub(super) fn measure(tools: &Tools, options: &Options) -> Done<Report> {
    let workspace = tools.workspace;
    let model = demo::ensure(workspace)?;
    let llama = LLAMA.ensure(workspace)?;
    let folder = workspace.target.join("bench");
    let log = folder.join("engine.log");
    files::write(&log, "")?;
    say("cargo: the engine");
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--release",
        "--package",
        "engine",
        "--example",
        "speed",
    ]);
    crate::run::run(&mut cargo, "mend what the compiler says above")?;
    let program = workspace.target.join("release/examples/speed");
    let (server, port) = (site::build_all(tools, false)?, free_port()?);
    let address = format!("127.0.0.1:{port}");
    let store = serve::file_address(&folder.join("store"));
    let server = serve::server(workspace, &server, &address, &store);
    let _running = Running::start(server, &folder.join("server.log"), port, "/api/health")?;
    let page = workspace.root.join("crates/bench/js/engine.mjs");

    let mut report = Report::new(machine::describe(tools));
    for threads in THREADS {
        say(format_args!(
            "{threads} threads: the sides take turns, {} times",
            options.pairs
        ));
        let tokens = TOKENS.map(|count| count.to_string());
        let told = |command: &mut Command| {
            command.arg(&model).arg(threads.to_string()).args(&tokens);
        };
        let ours = || {
            let mut command = workspace.command(&program);
            told(&mut command);
            Run::from(&mut command, &log)
        };
        let theirs = || {
            let mut command = other(&llama, &workspace.root);
            told(&mut command);
            Run::from(&mut command, &log)
        };
        let browser = || -> Done<Run> {
            let mut script = tools.node()?.script(workspace, &page);
            script
                .arg(format!("http://{address}/"))
                .arg(&model)
                .args(&tokens);
            script.env("SURPRISAL_CHROMIUM", tools.chromium()?);
            Run::from(&mut script, &log)
        };
        let (mut runs, mut browsers) = (Vec::new(), Vec::new());
        for pair in 0..options.pairs {
            runs.push(match pair % 2 {
                0 => (ours()?, theirs()?),
                _ => {
                    let theirs = theirs()?;
                    (ours()?, theirs)
                }
            });
            // A page computes with one thread.
            if threads == 1 {
                browsers.push(browser()?);
            }
        }
        add(&mut report, threads, &runs)?;
        add_browser(&mut report, &runs, &browsers)?;
    }
    report.findings.push(choice(tools, &log)?);
    Ok(report)
}

fn other(llama: &Python, root: &Path) -> Command {
    let mut command = crate::run::command(&llama.program);
    command
        .arg(root.join("crates/bench/py/llama.py"))
        .env("PYTHONPATH", &llama.modules);
    command
}

/// What the runs of both sides say, ours first.
fn add(report: &mut Report, threads: usize, runs: &[(Run, Run)]) -> Done {
    let noun = if threads == 1 { "thread" } else { "threads" };
    let [read, written] = TOKENS.map(|count| count as f64);
    // The first token is that of the prompt.
    for (row, tokens, of) in [
        (
            Row::Writing,
            written - 1.0,
            (|run| run.write) as fn(&Run) -> Took,
        ),
        (Row::Prompt, read, |run| run.prompt),
        (Row::Loading, 0.0, |run| run.load),
    ] {
        let pairs: Vec<Pair> = runs
            .iter()
            .map(|(ours, theirs)| Pair {
                first: of(theirs),
                second: of(ours),
            })
            .collect();
        let speed = |of: fn(&Pair) -> f64| {
            let times = pairs.iter().map(of).collect();
            super::stats::median(times).map_or(0.0, |ms| tokens / ms * 1000.0)
        };
        let (ours, theirs) = (
            speed(|pair| pair.second.wall),
            speed(|pair| pair.first.wall),
        );
        let shape = match row {
            Row::Loading => format!("{threads} {noun}"),
            _ => format!("{threads} {noun}: {ours:.0} and {theirs:.0} tokens/s"),
        };
        report.findings.push(Finding::timed(row, &shape, &pairs)?);
    }
    let shares: Vec<f64> = runs
        .iter()
        .map(|(ours, theirs)| ours.memory / theirs.memory)
        .collect();
    let most = runs.iter().map(|(ours, _)| ours.memory).fold(0.0, f64::max);
    let shape = format!("{threads} {noun}: {:.0} MB", most / 1e6);
    report
        .findings
        .push(Finding::valued(Row::ModelMemory, &shape, &shares)?);
    if let Some((ours, theirs)) = runs.first() {
        let same = ours.ids.iter().zip(&theirs.ids);
        let same = same.take_while(|(ours, theirs)| ours == theirs).count();
        // llama.cpp multiplies with quantised numbers, so that near ties fall otherwise.
        say(format_args!(
            "the first {same} of {} tokens are the same on both sides",
            ours.ids.len()
        ));
    }
    Ok(())
}

/// What the page says, beside the native runs of the same round. By the clock on both sides.
fn add_browser(report: &mut Report, runs: &[(Run, Run)], browsers: &[Run]) -> Done {
    if browsers.is_empty() {
        return Ok(());
    }
    let [read, written] = TOKENS.map(|count| count as f64);
    for (row, tokens, of) in [
        (
            Row::BrowserWriting,
            written - 1.0,
            (|run| run.write.wall) as fn(&Run) -> f64,
        ),
        (Row::BrowserPrompt, read, |run| run.prompt.wall),
    ] {
        let both = runs
            .iter()
            .map(|(ours, _)| of(ours))
            .zip(browsers.iter().map(of));
        let pairs: Vec<Pair> = both
            .map(|(native, browser)| Pair {
                first: Took {
                    cpu: native,
                    wall: native,
                },
                second: Took {
                    cpu: browser,
                    wall: browser,
                },
            })
            .collect();
        let median = super::stats::median(browsers.iter().map(of).collect()).unwrap_or_default();
        let shape = format!("{:.0} tokens/s", tokens / median * 1000.0);
        report.findings.push(Finding::timed(row, &shape, &pairs)?);
    }
    let loads: Vec<Pair> = browsers
        .iter()
        .filter_map(|run| {
            Some(Pair {
                first: run.load,
                second: run.reading?,
            })
        })
        .collect();
    let finding = Finding::timed(Row::BrowserLoading, "", &loads)?;
    report.findings.push(finding);
    let shares: Vec<f64> = runs
        .iter()
        .zip(browsers)
        .map(|((ours, _), browser)| browser.memory / ours.memory)
        .collect();
    let most = browsers.iter().map(|run| run.memory).fold(0.0, f64::max);
    let shape = format!("{:.0} MB", most / 1e6);
    report
        .findings
        .push(Finding::valued(Row::BrowserMemory, &shape, &shares)?);
    Ok(())
}

/// What the choice of a token costs.
fn choice(tools: &Tools, log: &Path) -> Done<Finding> {
    say("cargo: the choice of a token");
    let mut cargo = tools.workspace.cargo();
    cargo.args([
        "test",
        "--release",
        "--package",
        "decoding",
        "--test",
        "speed",
    ]);
    let text = read(cargo.args(["--", "--ignored", "--nocapture"]), log)?;
    let value = text.lines().find_map(|line| {
        let value = line.strip_suffix(" ms per token: temperature, top_k, top_p")?;
        value.trim().parse().ok()
    });
    let value =
        value.ok_or_else(|| Failure::new("the choice of a token was not measured", text))?;
    Finding::valued(Row::Choice, "temperature, top_k, top_p", &[value])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_side_says() {
        let text =
            "took load 1.5 2\ntook prompt 30 40\ntook write 5 6.25\nvalue memory 1000\nids 4 5 6\n";
        let run = Run::of(text).unwrap();
        assert_eq!(
            run.write,
            Took {
                cpu: 5.0,
                wall: 6.25
            }
        );
        assert_eq!((run.memory, run.ids.len(), run.reading), (1000.0, 3, None));
        let browser = Run::of(&format!("took reading 7 7\n{text}")).unwrap();
        assert_eq!(browser.reading.map(|took| took.wall), Some(7.0));
        assert_eq!(Run::of(&text.replace("took write", "wrote")), None);
    }
}
