//! Standard streams, and Ctrl-C.
use super::{Place, Ran, TINY, parts};
use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
};

fn start(place: &Place, arguments: &[&str]) -> Child {
    place
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_standard_input() {
    let place = Place::with(&[("a.json", TINY)]);
    let mut child = start(&place, &["--format=run", "a.json", "-"]);
    child
        .stdin
        .take()
        .unwrap()
        .write_all(TINY.as_bytes())
        .unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let document = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(parts(&document), [("a.json", 1), ("-", 1)]);
}

#[test]
fn a_reader_that_has_seen_enough() {
    let place = Place::with(&[("a.jsonl", &format!("{TINY}\n").repeat(20_000))]);
    for arguments in [
        &["--csv", "a.jsonl"][..],
        &["--json", "a.jsonl", "a.jsonl"],
        &["a.jsonl"],
    ] {
        let mut child = start(&place, arguments);
        drop(child.stdout.take());
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

/// A stream that stands still is no reason not to stop.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_stream_that_stands_still() {
    let place = Place::with(&[]);
    let mut child = start(&place, &["--tokens", "csv", "tokens.csv", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    // More than a pipe holds: when it is written, the program is reading, and listens.
    stdin
        .write_all(format!("{TINY}\n").repeat(1000).as_bytes())
        .unwrap();
    assert!(place.path("tokens.csv.part").exists());
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.status, ran.out.as_str()), (Some(130), ""), "{ran:?}");
    assert!(
        ran.err.starts_with("surprisal: stopped. Read were "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains(" sequences with "), "{}", ran.err);
    drop(stdin);
    // Nothing that is not whole stays.
    assert_eq!(crate::app::files(place.dir.path()), Vec::<String>::new());
}
