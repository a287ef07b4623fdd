//! `surprisal tree` as a process.
use crate::analyze::{Place, Ran};
use serde_json::{Value, json};

/// Tokens with their log-probabilities.
type Tokens<'a> = &'a [(&'a str, f64)];

/// A completion with so many choices of each kind: its tokens with their log-probabilities.
fn completion(id: &str, kinds: &[(usize, Tokens<'_>)]) -> String {
    let all = kinds
        .iter()
        .flat_map(|(count, tokens)| std::iter::repeat_n(tokens, *count));
    let choice = |(index, tokens): (usize, &Tokens<'_>)| {
        let content: Vec<Value> = tokens
            .iter()
            .map(|(token, logprob)| json!({"token": token, "logprob": logprob}))
            .collect();
        let text: String = tokens.iter().map(|(token, _)| *token).collect();
        json!({"index": index, "message": {"content": text}, "logprobs": {"content": content}, "finish_reason": "stop"})
    };
    let choices: Vec<Value> = all.enumerate().map(choice).collect();
    format!(
        "{}\n",
        json!({"id": id, "object": "chat.completion", "choices": choices})
    )
}

fn place() -> Place {
    let file = [
        completion("alone", &[(1, &[("x", -0.5)])]),
        completion(
            "fair",
            &[
                (2, &[("It is", -0.1), (" red", -0.7)]),
                (1, &[("It is", -0.1), ("\n", -0.7), ("?", -1.0)]),
            ],
        ),
        completion(
            "odd",
            &[(20, &[("yes", -1.2), (".", -0.1)]), (1, &[("no", -0.4)])],
        ),
    ];
    Place::with(&[("f.jsonl", &file.concat())])
}

fn tree(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["tree"], arguments].concat())
}

#[test]
fn what_is_printed() {
    let place = place();
    let ran = tree(&place, &["f.jsonl"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let expected = "\
Prompt 1 (fair): 3 answers, 2 different
 answers    share    model
       3                    It is
       2   66.7 %   49.7 %     red
       1   33.3 %   49.7 %    ⏎?

Prompt 2 (odd): 21 answers, 2 different
 answers    share    model
      21
      20   95.2 %   30.1 %    yes.  more than it says: 72.1 % … 99.9 %
       1   4.76 %     67 %    no  fewer than it says: 0 % … 19.7 %
Answers and probabilities do not fit in 2 of the branches: other settings than the probabilities of the file were at work.
";
    assert_eq!(ran.out, expected);
    let ran = tree(&place, &["--prompt", "1", "--least", "2", "f.jsonl"]);
    assert!(
        ran.out
            .ends_with("It is\n       2   66.7 %   49.7 %     red\n"),
        "{}",
        ran.out
    );
}

#[test]
fn lines_of_json() {
    let ran = tree(&place(), &["--json", "f.jsonl"]);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[1]["prompt"], &lines[1]["answers"]),
        (2, &json!(2), &json!(21))
    );
    let node = &lines[0]["nodes"][1];
    let p = metrics::num::exp(f64::from(-0.7_f32));
    assert_eq!(
        (
            &node["parent"],
            &node["text"],
            &node["sequences"],
            &node["probability"],
            &node["ends"]
        ),
        (
            &json!(0),
            &json!(" red"),
            &json!([2, 3]),
            &json!(p),
            &json!(true)
        )
    );
    assert_eq!(
        (&node["verdict"], &lines[1]["nodes"][1]["verdict"]),
        (&json!("agrees"), &json!("above"))
    );
}

#[test]
fn what_has_no_tree() {
    let place = place();
    let one = completion("alone", &[(1, &[("x", -1.0)])]);
    let ran = place.with_input(&["tree", "-"], &one);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(1), "surprisal: no prompt has several answers\n")
    );
    let ran = tree(&place, &["--prompt", "3", "f.jsonl"]);
    let message = "surprisal: there is no prompt 3 with several answers: they go from 1 to 2\n";
    assert_eq!((ran.status, ran.err.as_str()), (Some(2), message));
    assert_eq!(tree(&place, &["nothing.jsonl"]).status, Some(1));
}
