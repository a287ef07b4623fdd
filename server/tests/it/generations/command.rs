//! `surprisal generations` as a process.
use crate::analyze::{Place, Ran};
use serde_json::{Value, json};

const REQUESTS: &str = concat!(
    r#"{"custom_id":"q1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Hi"}],"temperature":0}}"#,
    "\n",
);
const OUTPUT: &str = concat!(
    r#"{"custom_id":"q1","response":{"status_code":200,"body":{"id":"c1","model":"m-1","choices":[{"message":{"content":"a\nb\u001b[2J"},"finish_reason":"stop"}]}}}"#,
    "\n",
);

fn list(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["generations"], arguments].concat())
}

#[test]
fn what_is_printed() {
    let place = Place::with(&[
        ("z-requests.jsonl", REQUESTS),
        ("output.jsonl", OUTPUT),
        ("none.json", "{}"),
    ]);
    let table: &[(&[&str], i32, &str, &str)] = &[
        (
            &["output.jsonl"],
            0,
            "q1  m-1  text  — tokens  perplexity —  a⏎b\u{fffd}[2J\n",
            "",
        ),
        (&["none.json"], 1, "", ""),
        (&["--json", "none.json"], 1, "[]\n", ""),
        (
            &["missing.json"],
            1,
            "",
            "surprisal: missing.json: cannot open it: No such file or directory (os error 2)\n",
        ),
    ];
    for (arguments, status, out, err) in table {
        let ran = list(&place, arguments);
        assert_eq!(
            (ran.status, ran.out.as_str(), ran.err.as_str()),
            (Some(*status), *out, *err),
            "{arguments:?}"
        );
    }
}

#[test]
fn requests_are_joined_in_any_order_of_the_files() {
    let place = Place::with(&[("z-requests.jsonl", REQUESTS), ("output.jsonl", OUTPUT)]);
    for arguments in [
        ["--jsonl", "output.jsonl", "z-requests.jsonl"],
        ["--json", "z-requests.jsonl", "output.jsonl"],
    ] {
        let ran = list(&place, &arguments);
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        let read: Value = serde_json::from_str(&ran.out).unwrap();
        let record = if arguments[0] == "--json" {
            &read[0]
        } else {
            &read
        };
        assert_eq!(record["id"], "q1");
        assert_eq!(record["input"], json!({"type": "text", "content": "Hi"}));
        assert_eq!(record["parameters"], json!({"temperature": 0.0}));
        assert_eq!(record["model"]["id"], "m-1");
    }
}

#[test]
fn what_it_prints_it_reads() {
    let place = Place::with(&[("z-requests.jsonl", REQUESTS), ("output.jsonl", OUTPUT)]);
    let first = list(&place, &["--jsonl", "z-requests.jsonl", "output.jsonl"]);
    let again = Place::with(&[("own.jsonl", &first.out)]);
    let second = list(&again, &["--jsonl", "own.jsonl"]);
    let (mut first, mut second): (Value, Value) = (
        serde_json::from_str(&first.out).unwrap(),
        serde_json::from_str(&second.out).unwrap(),
    );
    assert_eq!(second["source"]["format"], "generation");
    for record in [&mut first, &mut second] {
        record["source"].take();
    }
    assert_eq!(first, second);
}
