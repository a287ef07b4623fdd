//! The lines of the README that push completions from other programs, as they stand there.
use super::ids;
use crate::app::App;
use serde_json::Value;
use server::{config::Limits, serve};
use std::{process::Command, time::Duration};
use storage::StoreSetting;
use tokio::{net::TcpListener, sync::oneshot};

const README: &str = include_str!("../../../../README.md");

/// The only line of the README in a block of this language that pushes.
fn line(language: &str) -> &'static str {
    let fence = format!("```{language}\n");
    let blocks = README.split(&fence).skip(1);
    let lines = blocks.filter_map(|block| block.lines().next());
    let mut pushing = lines.filter(|line| line.contains("/api/generations"));
    let line = pushing.next().unwrap();
    assert_eq!(pushing.next(), None);
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_the_readme() {
    let app = App::on(&StoreSetting::Memory, Limits::default()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve::run(listener, app.server.clone(), Duration::ZERO, async {
        let _ = stopped.await;
    });
    let serving = tokio::spawn(serving);
    let mut pushed = Vec::new();
    for (program, language, output) in
        [("sh", "sh", "Hello"), ("python3", "python", " upon a time")]
    {
        let needed = if program == "sh" { "curl" } else { program };
        if Command::new(needed).arg("--version").output().is_err() {
            eprintln!("skipped: there is no {needed}");
            continue;
        }
        let line = line(language).replace("localhost:3000", &address);
        let ran =
            tokio::task::spawn_blocking(move || Command::new(program).args(["-c", &line]).output());
        let ran = ran.await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{program}: {said}");
        pushed.push(output);
    }
    let list: Value = app.get("/api/generations?sort=timestamp").await.json();
    let outputs: Vec<&str> = list["generations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["output"]["content"].as_str().unwrap())
        .collect();
    assert_eq!(outputs, pushed);
    assert_eq!(ids(&list).len(), pushed.len());
    let first = &list["generations"][0]["input"]["content"];
    assert!(
        pushed.is_empty() || first == "Hi" || first == "Once",
        "{first}"
    );
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
