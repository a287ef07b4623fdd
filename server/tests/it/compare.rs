//! `surprisal compare` as a process.
use crate::analyze::{Place, Ran};
use serde_json::{Value, json};

/// A token: its text, its value, and what is listed beside it.
type Token<'a> = (&'a str, f64, &'a [(&'a str, f64)]);

/// A line of Batch output: the label, and the tokens with their alternatives.
fn line(label: &str, model: &str, tokens: &[Token<'_>]) -> String {
    let token = |&(token, logprob, listed): &Token<'_>| {
        let listed: Vec<Value> = listed
            .iter()
            .map(|(token, logprob)| json!({"token": token, "logprob": logprob}))
            .collect();
        json!({"token": token, "logprob": logprob, "top_logprobs": listed})
    };
    let text: String = tokens.iter().map(|(token, ..)| *token).collect();
    let content: Vec<Value> = tokens.iter().map(token).collect();
    let body = json!({"id": format!("{model}-{label}"), "object": "chat.completion", "model": model, "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "logprobs": {"content": content}, "finish_reason": "stop"},
    ]});
    format!(
        "{}\n",
        json!({"custom_id": label, "response": {"body": body}})
    )
}

const LISTED: &[(&str, f64)] = &[(" plain", -0.5), (" clear", -1.5)];

fn place() -> Place {
    let a = [
        line(
            "one",
            "m",
            &[
                ("It is", -0.1, &[]),
                (" plain", -0.5, LISTED),
                (" and\nold", -0.2, &[]),
            ],
        ),
        line("two", "m", &[("Yes", -0.1, &[])]),
        line("three", "m", &[("No", -0.1, &[])]),
    ];
    let b = [
        line("two", "n", &[("Y", -0.2, &[]), ("es", -0.1, &[])]),
        line(
            "one",
            "n",
            &[("It is", -0.1, &[]), (" clear", -1.5, LISTED)],
        ),
    ];
    Place::with(&[("a.jsonl", &a.concat()), ("b.jsonl", &b.concat())])
}

fn compare(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["compare"], arguments].concat())
}

#[test]
fn what_is_printed() {
    let ran = compare(&place(), &["a.jsonl", "b.jsonl"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let expected = "\
A  a.jsonl: 3 sequences, m
B  b.jsonl: 2 sequences, n
2 pairs by label, 1 of A without a partner.
The same text in 1; the others part after 6 bytes, in the median.
In 1 pair the same bytes are cut into other tokens: perplexities of different tokenizers do not compare, bits per byte do.

                            A        B    B − A  95 % interval
Perplexity               1.21     1.69   +0.488  —
Probability             0.841    0.713   -0.128  —
Bits per byte           0.059    0.196   +0.137  —
Uncertain tokens          0 %     25 %    +25 %  —
Tokens per answer           2        2        0  —
Bytes per answer           11        7       -4  —
Intervals: paired bootstrap, percentiles over 2 labels, 1\u{2009}999 resamples, seed 2026. Each run scores its own text: that is confidence, not correctness.

Pair 1  one  probability 0.777 → 0.564  parts after byte 6
  A  It is[ plain] and⏎old
     60.7 %, rank 1; B gave it 60.7 %, rank 1
  B  It is[ clear]
     22.3 %, rank 2; A gave it 22.3 %, rank 2

Pair 2  two  probability 0.905 → 0.862  same text
";
    assert_eq!(ran.out, expected);
    // By place other answers meet, and not all pairs are shown.
    let ran = compare(
        &place(),
        &["--pair-by", "place", "--pairs", "1", "a.jsonl", "b.jsonl"],
    );
    assert!(
        ran.out
            .contains("\n2 pairs by place, 1 of A without a partner.\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.ends_with("\n1 more pair; --pairs shows them.\n"),
        "{}",
        ran.out
    );
}

#[test]
fn a_document() {
    let ran = compare(&place(), &["--json", "a.jsonl", "b.jsonl"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        document["a"],
        json!({"name": "a.jsonl", "sequences": 3, "models": ["m"]})
    );
    assert_eq!(
        (
            &document["paired_by"],
            &document["only_a"],
            &document["only_b"]
        ),
        (&json!("label"), &json!(1), &json!(0))
    );
    assert_eq!(
        document["differences"][4],
        json!({
            "measure": "tokens", "pairs": 2, "a": 2.0, "b": 2.0, "difference": 0.0, "low": null, "high": null,
        })
    );
    let shown = &document["shown"][0];
    assert_eq!(
        (&shown["pair"], &shown["label"]),
        (&json!(1), &json!("one"))
    );
    assert_eq!(
        (&shown["a"]["sequence"], &shown["b"]["sequence"]),
        (&json!(1), &json!(2))
    );
    let p = metrics::num::exp(-1.5);
    assert_eq!(shown["fork"]["byte"], 6);
    assert_eq!(
        shown["fork"]["a"]["gave"],
        json!({
            "text": " clear", "known": "exactly", "at_least": p, "at_most": p, "rank": 2, "listed": null, "why": null,
        })
    );
    assert_eq!(shown["fork"]["a"]["after"], " and\nold");
    assert_eq!(document["shown"][1]["fork"], Value::Null);
}

#[test]
fn one_pair_with_both_texts() {
    let place = place();
    let ran = compare(&place, &["--show", "1", "a.jsonl", "b.jsonl"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let expected = "\
Pair 1  one  probability 0.777 → 0.564  parts after byte 6
  A  It is[ plain] and⏎old
     60.7 %, rank 1; B gave it 60.7 %, rank 1
  B  It is[ clear]
     22.3 %, rank 2; A gave it 22.3 %, rank 2

What only A has stands as [-this-], what only B has as {+this+}.

It is [-plain and
old-]{+clear+}

The weakest tokens of what differs:
        A        B
   60.7 %   22.3 %  [plain and⏎old] → [clear]
";
    assert_eq!(ran.out, expected);
    let ran = compare(&place, &["--show", "2", "--json", "a.jsonl", "b.jsonl"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let weakest = |value| json!({"text": "Yes", "weakest": metrics::num::exp(f64::from(value))});
    assert_eq!(
        document["stretches"],
        json!([{"same": true, "a": weakest(-0.1_f32), "b": weakest(-0.2_f32)}])
    );
    assert_eq!(
        (&document["pair"], &document["limited"]),
        (&json!(2), &json!(false))
    );
    for number in ["0", "3"] {
        let ran = compare(&place, &["--show", number, "a.jsonl", "b.jsonl"]);
        let message = format!("surprisal: there is no pair {number}: they go from 1 to 2\n");
        assert_eq!((ran.status, ran.err), (Some(2), message));
    }
}

/// Two parts of one file, such as two models.
#[test]
fn what_matches_alone_is_compared() {
    let place = place();
    let both =
        ["a.jsonl", "b.jsonl"].map(|name| std::fs::read_to_string(place.path(name)).unwrap());
    std::fs::write(place.path("both.jsonl"), both.concat()).unwrap();
    let only = [
        "--only-a",
        "model:m",
        "--only-b",
        "model:n seq=5",
        "--pairs",
        "1",
    ];
    let ran = compare(&place, &[&only[..], &["both.jsonl", "both.jsonl"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let expected = "\
A  both.jsonl: 3 sequences, m
B  both.jsonl: 1 sequence, n
1 pair by label, 2 of A without a partner.
";
    assert!(ran.out.starts_with(expected), "{}", ran.out);
    let ran = compare(&place, &["--only-a", "rnak>1", "a.jsonl", "b.jsonl"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("There is no field `rnak`"), "{}", ran.err);
}

#[test]
fn what_cannot_be_compared() {
    let place = place();
    let ran = compare(&place, &["a.jsonl", "missing.jsonl"]);
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        ran.err,
        "surprisal: missing.jsonl: cannot open it: No such file or directory (os error 2)\n"
    );
    assert!(
        ran.out.ends_with("No pairs, 3 of A without a partner.\n"),
        "{}",
        ran.out
    );
    std::fs::write(place.path("none.json"), "{}").unwrap();
    let ran = compare(&place, &["none.json", "b.jsonl"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(1), "surprisal: none.json: it has no completion\n")
    );
    // A stream cannot be read again for its alternatives; everything else is there.
    let input = std::fs::read_to_string(place.path("b.jsonl")).unwrap();
    let ran = place.with_input(&["compare", "a.jsonl", "-"], &input);
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.out
            .contains("rank 1; B gave it something unknown: its record cannot be read again\n"),
        "{}",
        ran.out
    );
    let ran = compare(&place, &["-", "-"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            Some(2),
            "surprisal: the standard input can be read only once\n"
        )
    );
    assert_eq!(compare(&place, &["a.jsonl"]).status, Some(2));
}
