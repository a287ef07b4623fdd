//! `surprisal analyze` as a process.
use crate::app::{SAMPLE, TINY};
use serde_json::Value;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn surprisal(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_surprisal"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    surprisal(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join(path)
}

fn write(dir: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn one_line_of_json_for_each_file() {
    let dir = tempfile::tempdir().unwrap();
    let tiny = write(&dir, "tiny.json", TINY);
    let bad = write(&dir, "bad.jsonl", format!("{TINY}\n{{]\n"));
    let output = run(&["analyze", "--json", &tiny, &bad]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines = lines(&output);
    let tiny_line = serde_json::json!({
        "file": tiny, "format": "openai_chat", "container": "json", "severity": "ok", "bytes": TINY.len(),
        "sequences": 1, "scored_sequences": 1, "tokens": 2, "scored_tokens": 2,
        "missing_tokens": 0, "censored_tokens": 0, "invalid_tokens": 0,
        "perplexity_overall": 2.82842712474619, "probability_overall": 0.375, "perplexity_median": 2.82842712474619,
        "perplexity_tokens": 2.82842712474619, "probability_tokens": 0.375,
        "models": [{"name": "tiny", "sequences": 1}], "problems": [],
    });
    assert_eq!(lines[0], tiny_line);
    assert_eq!(
        (&lines[1]["severity"], &lines[1]["sequences"]),
        (&"partial".into(), &1.into())
    );
    let problem = &lines[1]["problems"][0];
    assert_eq!(
        (&problem["record"], &problem["line"]),
        (&2.into(), &2.into()),
        "{problem}"
    );
    assert!(problem["byte"].is_u64() && problem["code"].is_string());
    assert!(!problem["message"].as_str().unwrap().is_empty());
}

#[test]
fn what_is_undefined_is_null() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(
        &dir,
        "x.json",
        TINY.replace("-0.6931471805599453", "null")
            .replace("-1.3862943611198906", "null"),
    );
    let line = lines(&run(&["analyze", "--json", &file])).remove(0);
    assert_eq!(
        (
            &line["tokens"],
            &line["scored_tokens"],
            &line["missing_tokens"]
        ),
        (&2.into(), &0.into(), &2.into())
    );
    for name in [
        "perplexity_overall",
        "probability_overall",
        "perplexity_tokens",
        "probability_tokens",
    ] {
        assert_eq!(line[name], Value::Null, "{name}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let png = write(&dir, "photo.png", b"\x89PNG\r\n\x1a\n");
    let empty = write(&dir, "empty.json", "");
    let tiny = write(&dir, "tiny.json", TINY);
    let missing = dir.path().join("missing.json");
    let missing = missing.to_str().unwrap();
    let folder = dir.path().to_str().unwrap();
    for (file, code) in [
        (missing, Some("cannot_open")),
        (folder, Some("read_failed")),
        (&png, None),
        (&empty, None),
    ] {
        let output = run(&["analyze", "--json", file, &tiny]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let lines = lines(&output);
        assert_eq!(
            (lines.len(), &lines[0]["sequences"], &lines[1]["sequences"]),
            (2, &0.into(), &1.into())
        );
        assert_eq!(
            (&lines[0]["severity"], &lines[0]["perplexity_overall"]),
            (&"nothing".into(), &Value::Null)
        );
        let problem = &lines[0]["problems"][0];
        assert!(
            !problem["message"].as_str().unwrap().is_empty(),
            "{problem}"
        );
        if let Some(code) = code {
            assert_eq!(problem["code"], code);
        }
    }
    let output = run(&["analyze", missing]);
    assert_eq!(output.status.code(), Some(1));
    let expected =
        format!("{missing}\n  error  cannot open it: No such file or directory (os error 2)\n");
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn the_text_for_people() {
    let dir = tempfile::tempdir().unwrap();
    let bad = write(&dir, "bad.jsonl", format!("{TINY}\n{{]\n"));
    let output = run(&["analyze", &bad, &bad]);
    let text = text(&output.stdout);
    let expected = [
        format!(
            "{bad}\n  openai_chat, jsonl, {}\n",
            metrics::format::bytes(TINY.len() as u64 + 4)
        ),
        "  Number of sentences         1\n".to_owned(),
        "  Perplexity overall          2.83\n".to_owned(),
        "  Probability overall         0.375\n".to_owned(),
        "  Perplexity over all tokens  2.83\n".to_owned(),
        "  Probability over all tokens 0.375\n".to_owned(),
        "  Tokens                      2\n".to_owned(),
        "  Models                      tiny (1)\n".to_owned(),
        "  error  ".to_owned(),
        "         record 2, line 2, byte ".to_owned(),
        format!("\n\n{bad}\n"),
    ];
    for part in expected {
        assert!(text.contains(&part), "{part:?} is missing in\n{text}");
    }
}

#[test]
fn the_standard_input() {
    let mut child = surprisal(&["analyze", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(TINY.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let line = &lines(&output)[0];
    assert_eq!(
        (&line["file"], &line["sequences"]),
        (&"-".into(), &1.into())
    );
}

#[test]
fn a_reader_that_has_seen_enough() {
    let sample = workspace("public/samples/completions-small.json");
    let many = vec![sample.to_str().unwrap(); 30];
    let mut child = surprisal(&[&["analyze", "--json"], many.as_slice()].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn arguments() {
    for arguments in [
        &["analyze"][..],
        &[],
        &["analyse", "x"],
        &["analyze", "--jsonl", "x"],
        &["serve", "--max-upload", "lots"],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    for (arguments, parts) in [
        (&["--help"][..], &["serve", "analyze", "how sure it"][..]),
        (
            &["analyze", "--help"],
            &["Exit status:", "Examples:", "--json", "standard input"],
        ),
        (
            &["serve", "--help"],
            &[
                "SURPRISAL_STORE",
                "SURPRISAL_ADDR",
                "minio://",
                "--max-upload",
                "SURPRISAL_MAX_UPLOAD",
                "Examples:",
            ],
        ),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0));
        for part in parts {
            assert!(
                text(&output.stdout).contains(part),
                "{part} is missing in\n{}",
                text(&output.stdout)
            );
        }
    }
}

#[test]
fn secrets_in_an_address_are_refused_and_not_repeated() {
    let output = run(&[
        "serve",
        "--store",
        "minio://someone:hunter2@host:9000/bucket",
    ]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(
        !text(&output.stderr).contains("hunter2"),
        "{}",
        text(&output.stderr)
    );
    let help = surprisal(&["serve", "--help"])
        .env("SURPRISAL_STORE", "minio://a:hunter2@h/b")
        .output()
        .unwrap();
    assert!(!text(&help.stdout).contains("hunter2"));
}

#[test]
fn the_sample_of_the_site() {
    let path = workspace("public/samples/completions-small.json");
    let output = run(&["analyze", "--json", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let line = &lines(&output)[0];
    assert_eq!(line["bytes"], SAMPLE.len());
    let mut importer = completions::Importer::new(completions::Limits::default());
    importer.push(SAMPLE);
    let metrics = importer.finish().metrics;
    assert_eq!(line["sequences"], metrics.n_sequences);
    assert_eq!(
        line["perplexity_overall"].as_f64(),
        metrics.perplexity_mean_of_sequences
    );
    assert_eq!(
        line["probability_tokens"].as_f64(),
        metrics.probability_token_weighted
    );
}

/// The public sample of the reference dashboard, where it is at hand.
#[test]
fn the_sample_of_the_reference_dashboard() {
    let file = workspace("../shared/corpus/radicalbit/text-generation.json");
    if !file.exists() {
        println!("skipped: {} is not there", file.display());
        return;
    }
    let line = lines(&run(&["analyze", "--json", file.to_str().unwrap()])).remove(0);
    assert_eq!(line["sequences"], 7, "{line}");
    for (name, expected) in [
        ("perplexity_overall", 1.2197278485),
        ("probability_overall", 0.8955613732),
    ] {
        let value = line[name].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{name} is {value}");
    }
}
