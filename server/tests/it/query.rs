//! `surprisal query` as a process.
use crate::analyze::{Place, Ran};
use serde_json::{Value, json};

/// Two answers: the second is the better one, and cut off.
const FILE: &str = concat!(
    r#"{"id":"a","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"It is Paris"},"logprobs":{"content":["#,
    r#"{"token":"It","logprob":-0.1,"top_logprobs":[{"token":"It","logprob":-0.1}]},{"token":" is","logprob":-0.01,"top_logprobs":[]},"#,
    r#"{"token":" Paris","logprob":-2.5,"top_logprobs":[{"token":" Lyon","logprob":-0.2},{"token":" Rome","logprob":-2}]}]},"finish_reason":"stop"}]}"#,
    "\n",
    r#"{"id":"b","object":"chat.completion","model":"n","choices":[{"index":0,"message":{"role":"assistant","content":"a\nb"},"logprobs":{"content":["#,
    r#"{"token":"a\n","logprob":-0.5,"top_logprobs":[{"token":"a\n","logprob":-0.5},{"token":"\u001b[2J","logprob":-1}]},{"token":"b","logprob":-0.2,"top_logprobs":[]}]},"finish_reason":"length"}]}"#,
    "\n",
);

fn query(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["query"], arguments].concat())
}

#[test]
fn what_is_printed() {
    let place = Place::with(&[("f.jsonl", FILE)]);
    let table: &[(&[&str], &str)] = &[
        (
            &["p<0.2", "f.jsonl", "--context", "6"],
            "f.jsonl:1:2   8.21 %   It is[ Paris]  rank ≥ 3  else  Lyon 81.9 %\n1 token in 1 of 2 sequences\n",
        ),
        (
            &["finish:length", "f.jsonl"],
            "f.jsonl:2  2 tokens  perplexity 1.42  a⏎b\n1 of 2 sequences\n",
        ),
        (&["p>2", "f.jsonl"], "0 of 2 sequences\n"),
        (
            &["--count", "p<1", "f.jsonl"],
            "5 tokens in 2 of 2 sequences\n  model:m  1\n  model:n  1\n  finish:length  1\n  finish:stop  1\n  band:high  3\n  band:low  1\n  band:middle  1\n",
        ),
    ];
    for (arguments, expected) in table {
        let ran = query(&place, arguments);
        assert_eq!(
            (ran.status, ran.err.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
        assert_eq!(ran.out, *expected, "{arguments:?}");
    }
    // Nothing in a file speaks to the terminal, and a hit is a line.
    let ran = query(&place, &["text~/^a/", "f.jsonl", "--context", "2"]);
    assert!(
        ran.out.contains("[a⏎]b  rank 1  else \u{fffd}[2J 36.8 %\n"),
        "{}",
        ran.out
    );
}

#[test]
fn lines_of_json() {
    let place = Place::with(&[("f.jsonl", FILE)]);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let ran = query(&place, &[&["--json"], arguments].concat());
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        ran.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let found = lines(&["p<0.2", "f.jsonl"]);
    let probability = metrics::num::exp(-2.5);
    let expected = json!({
        "file": "f.jsonl", "sequence": 1, "position": 2, "token": " Paris", "probability": probability,
        "logprob": -2.5, "before": "It is", "after": "", "rank": 3, "rank_is_lower_bound": true,
        "runner_up": " Lyon", "runner_up_probability": metrics::num::exp(-0.2),
    });
    assert_eq!(found, [expected]);
    let found = lines(&["seq=2", "f.jsonl"]);
    assert_eq!(found[0]["text"], "a\nb");
    assert_eq!(found[0]["tokens"], 2);
    let found = lines(&["--count", "model:m", "f.jsonl"]);
    assert_eq!(
        found,
        [json!({"sequences": 1, "tokens": 0, "of_sequences": 2, "values": {}})]
    );
    let found = lines(&["--vocabulary", "p<0.2", "f.jsonl"]);
    assert_eq!(found[0]["token"], " Paris");
    assert_eq!(
        (&found[0]["count"], &found[0]["runner_up"]),
        (&json!(1), &json!(" Lyon"))
    );
}

/// Alternatives are read again from files, also compressed ones, and not from streams.
#[test]
fn what_can_be_read_again() {
    let place = Place::with(&[("f.jsonl", FILE)]);
    let packed = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, FILE.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    std::fs::write(place.path("f.gz"), packed).unwrap();
    for file in ["f.jsonl", "f.gz"] {
        let ran = query(&place, &["--count", "rank>1", file]);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(0), "1 token in 1 of 2 sequences\n"),
            "{file}"
        );
    }
    let ran = query(&place, &["--count", "rank>1", "missing.jsonl", "f.jsonl"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        ran.err,
        "surprisal: missing.jsonl: cannot open it: No such file or directory (os error 2)\n"
    );
    let ran = place.with_input(&["query", "--count", "rank>1", "-"], FILE);
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err
            .contains("2 sequences could not be read again for their alternatives"),
        "{}",
        ran.err
    );
    let ran = place.with_input(&["query", "--count", "p<0.2", "-"], FILE);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (Some(0), "1 token in 1 of 2 sequences\n")
    );
}

#[test]
fn a_query_that_is_none() {
    let place = Place::with(&[]);
    let ran = query(&place, &["rnak>1", "f.jsonl"]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    let expected = "error: invalid value 'rnak>1' for '<QUERY>': at character 1: There is no field `rnak`. Did you mean `rank`? \
                    Text goes in double quotes.";
    assert!(ran.err.starts_with(expected), "{}", ran.err);
}
