//! `--fail-if`. What holds and what not is a table of its own, beside the code.
use super::{Place, TINY};
use serde_json::json;

#[test]
fn statuses_and_sentences() {
    let missing = TINY
        .replace("-0.6931471805599453", "null")
        .replace("-1.3862943611198906", "-9999.0");
    let files = [
        ("a.json", TINY),
        ("none.json", &missing),
        ("bad.jsonl", &format!("{TINY}\n{{]\n")),
    ];
    let place = Place::with(&files);
    let undefined = "surprisal: --fail-if: perplexity_overall has no value; comparisons with it count as false\n";
    let table = [
        ("perplexity_overall > 3", "a.json", 0, ""),
        (
            "perplexity_overall > 2.8",
            "a.json",
            3,
            "surprisal: --fail-if holds: perplexity_overall > 2.8 (perplexity_overall is 2.82842712474619)\n",
        ),
        (
            "probability_overall != 0.375 or probability_tokens < 0.375",
            "a.json",
            0,
            "",
        ),
        (
            "sequences == 1 and tokens == 2 and scored_tokens == 2 and missing == 0 and low == 1",
            "a.json",
            3,
            "surprisal: --fail-if holds: sequences == 1 (sequences is 1) and tokens == 2 (tokens is 2) and \
             scored_tokens == 2 (scored_tokens is 2) and missing == 0 (missing is 0) and low == 1 (low is 1)\n",
        ),
        ("perplexity_overall >= 0", "none.json", 0, undefined),
        ("perplexity_overall != 1", "none.json", 0, undefined),
        (
            "missing > 0 and censored > 0",
            "none.json",
            3,
            "surprisal: --fail-if holds: missing > 0 (missing is 1) and censored > 0 (censored is 1)\n",
        ),
        ("problems_error > 0", "a.json", 0, ""),
        (
            "problems_error > 0",
            "bad.jsonl",
            3,
            "surprisal: --fail-if holds: problems_error > 0 (problems_error is 1)\n",
        ),
        // What was not read comes first.
        (
            "sequences < 1",
            "missing.json",
            1,
            "surprisal: --fail-if holds: sequences < 1 (sequences is 0)\n",
        ),
    ];
    for (condition, file, status, err) in table {
        for format in ["text", "json", "run"] {
            let ran = place.run(&[file, "--fail-if", condition, "--format", format]);
            assert_eq!(
                (ran.status, ran.err.as_str()),
                (Some(status), err),
                "{condition}, {file}"
            );
            assert!(!ran.out.is_empty());
        }
    }
}

#[test]
fn the_document_has_the_verdict() {
    let place = Place::with(&[("a.json", TINY)]);
    let document = place.document(&["a.json", "--fail-if", " sequences > 0 "], 3);
    let expected = json!({"expression": "sequences > 0", "held": true, "undefined": []});
    assert_eq!(document["fail_if"], expected);
}

#[test]
fn each_line_has_its_own_verdict() {
    let place = Place::with(&[("a.json", TINY), ("b.jsonl", &format!("{TINY}\n{TINY}\n"))]);
    let arguments = ["a.json", "b.jsonl", "--fail-if", "sequences > 1"];
    let held = place.lines(&arguments, 3);
    let held = held.iter().map(|line| &line["fail_if"]["held"]);
    assert_eq!(held.collect::<Vec<_>>(), [&json!(false), &json!(true)]);
    let ran = place.run(&[&["--json"], &arguments[..]].concat());
    assert_eq!(
        ran.err,
        "surprisal: b.jsonl: --fail-if holds: sequences > 1 (sequences is 2)\n"
    );
}

#[test]
fn a_condition_that_is_none() {
    let place = Place::with(&[("a.json", TINY)]);
    let ran = place.run(&["a.json", "--fail-if", "perplexity > 3"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    let expected = "error: invalid value 'perplexity > 3' for '--fail-if <EXPR>': at character 1: \
                    \"perplexity\" is neither a number nor a name. The names are perplexity_overall, ";
    assert!(ran.err.starts_with(expected), "{}", ran.err);
}
