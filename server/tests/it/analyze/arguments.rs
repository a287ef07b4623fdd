//! What is wrong, and what the help says.
use super::{Place, Ran, TINY, surprisal, workspace};
use serde_json::Value;
use server::analyze::tokens;

fn run(arguments: &[&str]) -> Ran {
    surprisal(arguments).output().unwrap().into()
}

#[test]
fn wrong_arguments() {
    let place = Place::with(&[("a.json", TINY)]);
    let table: [(&[&str], &str); 12] = [
        (&[], "<INPUT>..."),
        (&["--jsonl", "a.json"], "unexpected argument '--jsonl'"),
        (&["--json", "--csv", "a.json"], "cannot be used with"),
        (
            &["--json", "--format", "csv", "a.json"],
            "cannot be used with",
        ),
        (
            &["--format", "xml", "a.json"],
            "[possible values: text, json, run, csv]",
        ),
        (
            &["-", "-"],
            "surprisal: the standard input can be read only once\n",
        ),
        (
            &["a[.json"],
            "surprisal: the pattern \"a[.json\" is wrong: ",
        ),
        (
            &["https://a.test/x.json"],
            "is not the address of a run, which ends in /runs/ID",
        ),
        (
            &["http://me:hunter2@a.test/runs/1"],
            "surprisal: an address with a password in it is not used\n",
        ),
        (
            &["--tokens", "xml", "t", "a.json"],
            "surprisal: --tokens writes csv or parquet, not xml\n",
        ),
        (&["a.json", "--tokens", "csv"], "2 values required"),
        (
            &["a.json", "--tokens", "csv", "t", "--tokens", "csv", "t"],
            "cannot be used multiple times",
        ),
    ];
    for (arguments, message) in table {
        let ran = place.run(arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?} {}",
            ran.err
        );
        assert!(
            ran.err.contains(message),
            "{message} is missing in {}",
            ran.err
        );
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
    assert_eq!(crate::app::files(place.dir.path()), ["a.json"]);
    for arguments in [
        &[][..],
        &["analyse", "x"],
        &["serve", "--max-upload", "lots"],
    ] {
        assert_eq!(run(arguments).status, Some(2), "{arguments:?}");
    }
}

#[test]
fn help() {
    let analyze = [
        "Exit status:",
        "Examples:",
        "--json",
        "--csv",
        "--tokens <FORMAT> <PATH>",
        "--fail-if <EXPR>",
        "standard input",
        "json jsonl ndjson sse txt log yaml yml eval har ipynb zip gz zst bin.",
        "/runs/ID",
        "perplexity_overall ",
        "problems_warn ",
        "\n  0    ",
        "\n  1    ",
        "\n  2    ",
        "\n  3    ",
        "\n  130  ",
    ];
    let serve = [
        "SURPRISAL_STORE",
        "SURPRISAL_ADDR",
        "minio://",
        "--max-upload",
        "SURPRISAL_MAX_UPLOAD",
        "Examples:",
    ];
    for (arguments, parts) in [
        (&["--help"][..], &["serve", "analyze", "how sure it"][..]),
        (&["analyze", "--help"], &analyze),
        (&["serve", "--help"], &serve),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status, Some(0));
        for part in parts {
            assert!(ran.out.contains(part), "{part} is missing in\n{}", ran.out);
        }
    }
}

/// Every name that a program may read stands in the README.
#[test]
fn the_readme_lists_the_columns() {
    let readme = std::fs::read_to_string(workspace("README.md")).unwrap();
    let row = |option: &str| {
        let start = format!("| `{option}` | ");
        let found = readme.lines().find(|line| line.starts_with(&start));
        found.unwrap().to_owned()
    };
    for (option, columns) in [
        ("--csv", &export::csv::HEADER[..]),
        ("--tokens", &tokens::HEADER[..]),
    ] {
        let row = row(option);
        let mut rest = row.as_str();
        for column in columns {
            let quoted = format!("`{column}`");
            let after = rest.split_once(&quoted);
            rest = after
                .unwrap_or_else(|| panic!("{column} is missing in {row}"))
                .1;
        }
    }
    let place = Place::with(&[("a.jsonl", &format!("{TINY}\n{{]\n"))]);
    let arguments = ["a.jsonl", "--fail-if", "sequences > 9"];
    lists(&row("--format run"), &place.document(&arguments, 0));
    lists(&row("--json"), &place.lines(&arguments, 0)[0]);
    for extension in completions::EXTENSIONS {
        assert!(readme.contains(extension), "{extension}");
    }
}

/// The row has all keys of the document, but for the boards, which are those of the API.
fn lists(row: &str, document: &Value) {
    let boards = serde_json::to_value(api::Totals::default()).unwrap();
    let mut rest = vec![document];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(keys) => {
                for (key, value) in keys.iter().filter(|(key, _)| boards.get(key).is_none()) {
                    assert!(
                        row.contains(&format!("`{key}`")),
                        "{key} is missing in {row}"
                    );
                    rest.push(value);
                }
            }
            Value::Array(values) => rest.extend(values),
            _ => {}
        }
    }
}

#[test]
fn secrets_in_an_address_are_refused_and_not_repeated() {
    let ran = run(&[
        "serve",
        "--store",
        "minio://someone:hunter2@host:9000/bucket",
    ]);
    assert_eq!(ran.status, Some(2), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    let help = surprisal(&["serve", "--help"])
        .env("SURPRISAL_STORE", "minio://a:hunter2@h/b")
        .output()
        .unwrap();
    assert!(!Ran::from(help).out.contains("hunter2"));
}
