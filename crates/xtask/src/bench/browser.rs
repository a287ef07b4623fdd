//! `cargo xtask bench browser`: what a person waits for, in Chromium, on the site as it is released.

use super::goals::Row;
use super::parts::Parts;
use super::report::{Finding, Report};
use super::{Options, machine, samples};
use crate::files;
use crate::probe::{Running, free_port};
use crate::run::{Done, Failure, read, say};
use crate::tools::Tools;
use crate::{serve, site};

const SHAPE: &str = "top5-bytes";

/// What the script notes of each run of the site.
const VALUES: [(Row, &str); 6] = [
    (Row::FirstRows, "first-rows"),
    (Row::Memory, "memory-share"),
    (Row::LongestTask, "longest-task"),
    (Row::Scrolling, "scroll-step"),
    (Row::Nodes, "nodes"),
    (Row::FilterAnswer, "filter-answer"),
];

/// Measures and reports.
pub(super) fn measure(tools: &Tools, options: &Options) -> Done<Report> {
    let workspace = tools.workspace;
    let mut report = Report::new(machine::describe(tools));
    // The site is that of a release. What serves it is done when the clock begins to run.
    let program = site::build_all(tools, false)?;
    let parts = Parts::native(workspace, None)?;
    let file = parts.file(workspace, SHAPE, options.megabytes * 1_000_000)?;

    let folder = workspace.target.join("bench");
    let port = free_port()?;
    let address = format!("127.0.0.1:{port}");
    let store = serve::file_address(&folder.join("store"));
    let server = serve::server(workspace, &program, &address, &store);
    let _running = Running::start(server, &folder.join("server.log"), port, "/api/health")?;

    say(format_args!(
        "Chromium: the site and the baseline take turns, {} times",
        options.pairs
    ));
    let place = workspace.root.join("crates/bench/js/browser.mjs");
    let mut script = tools.node()?.script(workspace, &place);
    script
        .arg(options.pairs.to_string())
        .arg(format!("http://{address}/"))
        .arg(&file)
        .env("SURPRISAL_CHROMIUM", tools.chromium()?);
    let log = folder.join("browser.log");
    files::write(&log, "")?;
    let text = read(&mut script, &log).map_err(|failure| {
        let log = files::read_text(&log).unwrap_or_default();
        Failure::new(failure.to_string(), log)
    })?;
    files::write(&folder.join("browser.txt"), &text)?;

    let shape = format!("{SHAPE}, {} MB", options.megabytes);
    for (row, comparison) in [
        (Row::EndToEnd, "chromium-baseline/chromium-site"),
        (Row::Reading, "chromium-site/chromium-reading"),
    ] {
        let pairs = samples::of(&text, comparison);
        report.findings.push(Finding::timed(row, &shape, &pairs)?);
    }
    for (row, name) in VALUES {
        report
            .findings
            .push(Finding::valued(row, &shape, &samples::values(&text, name))?);
    }
    Ok(report)
}
