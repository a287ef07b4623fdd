//! `surprisal generate --sweep` and `--prompts`.
use super::with_tokenizer;
use crate::analyze::{Place, Ran};
use serde_json::Value;

fn sweep(place: &Place, arguments: &[&str]) -> Ran {
    let fixed = [
        "generate",
        "--model",
        "m",
        "--do-sample",
        "true",
        "--num-return-sequences",
        "3",
        "--max-new-tokens",
        "6",
    ];
    place.program(&[&fixed[..], arguments].concat())
}

fn lines(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Every prompt at every point, as one run that is read like any other; the same figures as those of the rows.
#[test]
fn a_grid_is_one_run() {
    let place = with_tokenizer(&[(
        "p.jsonl",
        "\"the sea\"\n\n{\"prompt\": \"and the\", \"id\": 7}\n",
    )]);
    let grid = [
        "--prompts",
        "p.jsonl",
        "--sweep",
        "temperature=0.01,1.5",
        "--sweep",
        "top-k=0,5",
    ];
    let ran = sweep(&place, &[&grid[..], &["--jsonl"]].concat());
    let records = lines(&ran);
    assert_eq!(records.len(), 8);
    assert!(
        ran.err
            .starts_with("surprisal: 1 of 8: temperature=0.01 top_k=0\n"),
        "{}",
        ran.err
    );
    assert_eq!(
        records[7]["sweep"],
        serde_json::json!({"temperature": "1.5", "top_k": "5"})
    );
    assert_eq!(records[7]["label"], "temperature=1.5 top_k=5");
    assert_eq!(records[7]["parameters"]["top_k"], 5);
    assert_eq!(records[7]["prompt"], "and the");
    let read = place.with_input(&["analyze", "--format", "run", "-"], &ran.out);
    let run: Value = serde_json::from_str(&read.out).unwrap();
    assert_eq!(run["totals"]["sequences"], 24);
    let rows = lines(&sweep(&place, &[&grid[..], &["--json"]].concat()));
    assert_eq!(rows.len(), 4);
    // So cold, all answers to a prompt are the same; warm, they are not.
    for (row, same) in rows.iter().zip([true, true, false, false]) {
        assert_eq!((&row["answers"], &row["prompts"]), (&6.into(), &2.into()));
        assert_eq!(row["overlap"] == 1.0, same, "{row}");
        assert_eq!(row["common"] == row["tokens"], same, "{row}");
    }
    // The cold points answer the same, the warm ones soon something else than the first.
    assert!(rows[0]["diverges"].is_null(), "{}", rows[0]);
    assert_eq!(rows[1]["diverges"], rows[1]["tokens"]);
    assert!(
        rows[2]["diverges"].as_f64() < rows[2]["tokens"].as_f64(),
        "{}",
        rows[2]
    );
    let perplexities: Vec<f64> = rows
        .iter()
        .map(|row| row["perplexity"].as_f64().unwrap())
        .collect();
    let mean = perplexities.iter().sum::<f64>() / 4.0;
    super::near(
        &run["totals"]["perplexity_overall"],
        mean,
        "all rows together",
    );
}

#[test]
fn people_read_a_table() {
    let place = with_tokenizer(&[]);
    let ran = sweep(
        &place,
        &["--prompt", "the sea", "--sweep", "temperature=0.01,1"],
    );
    let rows: Vec<&str> = ran.out.lines().collect();
    assert_eq!(rows.len(), 3, "{}", ran.out);
    let heads: Vec<&str> = rows[0].split_whitespace().collect();
    assert_eq!(
        heads,
        [
            "answers",
            "tokens",
            "perplexity",
            "probability",
            "distinct_1",
            "distinct_2",
            "distinct_3",
            "overlap",
            "common",
            "diverges"
        ]
    );
    let cells: Vec<&str> = rows[1].split_whitespace().collect();
    assert_eq!(
        (cells[0], cells[1], cells[8]),
        ("temperature=0.01", "3", "1"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_wrong_is_said_before_anything_is_loaded() {
    let place = Place::with(&[("p.jsonl", "\"a\"\n{}\n"), ("none.jsonl", "\n")]);
    for (arguments, status, message) in [
        (
            &["--prompt", "a", "--sweep", "temperature"][..],
            2,
            "--sweep temperature: expected a parameter and its values, as in temperature=0.5,1,1.5",
        ),
        (
            &["--prompt", "a", "--sweep", "warmth=1"],
            2,
            "--sweep warmth=1: there is no parameter warmth",
        ),
        (
            &["--prompt", "a", "--sweep", "stop=1"],
            2,
            "--sweep stop=1: stop_strings is a list, which cannot be swept",
        ),
        (
            &["--prompt", "a", "--sweep", "top_p=0.5,2"],
            2,
            "top_p is 2; it must be a number from 0 to 1",
        ),
        (
            &["--prompt", "a", "--sweep", "top_p=1", "--sweep", "top-p=0"],
            2,
            "top_p is swept twice; give all its values at once",
        ),
        (
            &["--prompts", "p.jsonl"],
            1,
            "p.jsonl, line 2: expected a text in quotes, or an object with `prompt`",
        ),
        (
            &["--prompts", "none.jsonl"],
            1,
            "none.jsonl has no prompt in it",
        ),
    ] {
        let ran = sweep(&place, arguments);
        assert_eq!(
            (ran.status, ran.err),
            (Some(status), format!("surprisal: {message}\n"))
        );
    }
}
