//! The examples of the README are run as they stand there.
use crate::app::{App, TINY};
use server::serve;
use std::process::Command;
use std::time::Duration;
use tokio::net::TcpListener;

const README: &str = include_str!("../../../README.md");

/// Where the server of the examples listens.
const THERE: &str = "127.0.0.1:3000";

/// What stands between a line that begins a block of this kind, behind this heading, and the line that ends it.
fn example(heading: &str, kind: &str) -> &'static str {
    let behind = README.split_once(heading).unwrap().1;
    let begun = behind.split_once(&format!("\n```{kind}\n")).unwrap().1;
    begun.split_once("\n```").unwrap().0
}

/// Runs an example in a folder that has `answers.jsonl`; false when a program that it needs is not on this machine.
fn run(needed: &str, program: &str, arguments: &[&str]) -> bool {
    if Command::new(needed).arg("--version").output().is_err() {
        println!("skipped: the example for {needed}, which is not here");
        return false;
    }
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("answers.jsonl"), TINY).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .current_dir(place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_push_completions_in_one_line() {
    let app = App::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap().to_string();
    let serving = app.server.clone();
    tokio::spawn(serve::run(
        listener,
        serving,
        Duration::ZERO,
        std::future::pending(),
    ));
    let heading = "### From your own programs";
    let shell = example(heading, "sh").replace(THERE, &here);
    let python = example(heading, "python").replace(THERE, &here);
    // What the client of an API gives, as far as the line needs it.
    let python = format!(
        "class Completion:\n    def model_dump_json(self): return {TINY:?}\ncompletion = Completion()\n{python}"
    );
    let ran = tokio::task::spawn_blocking(move || {
        [
            run("curl", "sh", &["-c", &shell]),
            run("python3", "python3", &["-c", &python]),
        ]
    });
    let ran = ran.await.unwrap();
    let stored = app.list().await;
    assert_eq!(stored.total, ran.iter().filter(|ran| **ran).count() as u64);
    for run in stored.runs {
        assert_eq!(
            (run.totals.sequences, run.format.as_str()),
            (1, "openai_chat")
        );
    }
}
