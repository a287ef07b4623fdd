//! `surprisal paths` as a process.
use crate::analyze::{Place, Ran};
use serde_json::{Value, json};

/// A completion of these tokens with their log-probabilities.
fn completion(tokens: &[(&str, f64)]) -> String {
    let content: Vec<Value> = tokens
        .iter()
        .map(|(token, logprob)| json!({"token": token, "logprob": logprob}))
        .collect();
    let text: String = tokens.iter().map(|(token, _)| *token).collect();
    let choice = json!({"index": 0, "message": {"content": text}, "logprobs": {"content": content}, "finish_reason": "stop"});
    format!(
        "{}\n",
        json!({"object": "chat.completion", "choices": [choice]})
    )
}

fn place() -> Place {
    let file = [
        completion(&[
            ("{\"city\": \"", -0.1),
            ("Paris", -0.5),
            ("\", \"n\": [", -0.1),
            ("1", -0.2),
            (", ", -0.1),
            ("2", -1.6),
            ("]}", -0.1),
        ]),
        completion(&[("Sorry, ", -0.1), ("no.", -0.1)]),
        completion(&[("{\"city\": \"", -0.1), ("Paris", -0.4), ("\"}", -0.1)]),
        completion(&[("{\"city\": \"", -0.1), ("Ly", -1.0), ("on", -0.7)]),
    ];
    Place::with(&[("f.jsonl", &file.concat())])
}

fn paths(place: &Place, arguments: &[&str]) -> Ran {
    place.program(&[&["paths"], arguments].concat())
}

#[test]
fn what_is_printed() {
    let place = place();
    let ran = paths(&place, &["f.jsonl"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let expected = "\
JSON in 3 of 4 answers, 1 cut off within a value.

path    answers   values     mean    least  least likely value
$.city        3        3   48.7 %   18.3 %  Lyon in 4; mostly Paris (2)
$.n[*]        1        2     51 %   20.2 %  2 in 1
";
    assert_eq!(ran.out, expected);
    let ran = paths(&place, &["--values", "--", "f.jsonl"]);
    let expected = "  \
  18.3 %  4:$.city  \"Lyon\" (cut off)  weakest token 1, 36.8 %
  20.2 %  1:$.n[1]  2
  60.7 %  1:$.city  \"Paris\"
    67 %  3:$.city  \"Paris\"
  81.9 %  1:$.n[0]  1
";
    assert_eq!(ran.out, expected);
    let ran = paths(&place, &["--values", "$.n[*]", "f.jsonl"]);
    assert_eq!(ran.out, "  20.2 %  1:$.n[1]  2\n  81.9 %  1:$.n[0]  1\n");
}

#[test]
fn lines_of_json() {
    let place = place();
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let ran = paths(&place, &[&["--json", "f.jsonl"], arguments].concat());
        ran.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let p = |value: f32| metrics::num::exp(f64::from(value));
    let both = metrics::num::exp(f64::from(-1.0_f32) + f64::from(-0.7_f32));
    let city = &lines(&[])[0];
    assert_eq!(
        (
            &city["path"],
            &city["kinds"],
            &city["distinct"],
            &city["commonest"],
            &city["least"],
            &city["least_sequence"]
        ),
        (
            &json!("$.city"),
            &json!([["text", 3]]),
            &json!(2),
            &json!("Paris"),
            &json!("Lyon"),
            &json!(4)
        )
    );
    assert_eq!(
        (&city["least_probability"], &city["weakest_token"]),
        (&json!(both), &json!(p(-1.0)))
    );
    let expected = json!({
        "sequence": 4, "path": "$.city", "kind": "text", "value": "Lyon", "whole": false, "probability": both,
        "first_token": 1, "tokens": 2, "weakest_token": p(-1.0), "weakest_position": 1,
    });
    assert_eq!(lines(&["--values"])[0], expected);
}

#[test]
fn no_json() {
    let place = place();
    let ran = place.with_input(&["paths", "-"], &completion(&[("no", -0.1)]));
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(1), "surprisal: no answer has JSON in it\n")
    );
    assert_eq!(paths(&place, &["nothing.jsonl"]).status, Some(1));
}
