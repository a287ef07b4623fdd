//! What is odd about values, lists, texts and ids, and is said without changing a number.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, codes, import, problem};

#[test]
fn lists_of_alternatives() {
    let listed = |list: &str| {
        format!(
            r#"{{"choices":[{{"message":{{"content":"a"}},"logprobs":{{"content":[{{"token":"a","logprob":-3,"top_logprobs":[{list}]}}]}}}}]}}"#
        )
    };
    let cases: [(&str, &[&str]); 7] = [
        (
            r#"{"token":"b","logprob":-2},{"token":"a","logprob":-3}"#,
            &[],
        ),
        (
            r#"{"token":"b","logprob":-3},{"token":"a","logprob":-3}"#,
            &[],
        ),
        (
            r#"{"token":"a","logprob":-3},{"token":"b","logprob":-2}"#,
            &["alternatives_unsorted"],
        ),
        (
            r#"{"token":"a","logprob":-3},{"token":"b","logprob":null},{"token":"c","logprob":-4}"#,
            &[],
        ),
        (
            r#"{"token":"a","logprob":-3},{"token":"b","logprob":-4},{"token":"b","logprob":-5}"#,
            &["alternatives_duplicate"],
        ),
        (
            r#"{"token":"a","logprob":-3,"id":1},{"token":"b","logprob":-4,"id":2},{"token":"b","logprob":-5,"id":3}"#,
            &[],
        ),
        (
            r#"{"token":"a","logprob":-3},{"token":"<|x|>","bytes":null,"logprob":-4},{"token":"<|y|>","bytes":null,"logprob":-5}"#,
            &[],
        ),
    ];
    for (list, want) in cases {
        assert_eq!(codes(&import(listed(list))), want, "{list}");
    }
    let twice = import(
        r#"{"choices":[{"text":"a","logprobs":{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[{"a":-1,"x":-2,"x":-3}]}}]}"#,
    );
    assert_eq!(
        problem(&twice, "alternatives_duplicate").sentence(),
        "1 token lists an alternative twice, at line 1, byte 0: token 0 of choice 0. Only some tokens were looked at."
    );
}

#[test]
fn a_floor_of_minus_100() {
    let with = |values: [&str; 4]| import(chat("a", &values.map(|value| ("x", value))));
    assert_eq!(
        codes(&with(["-100", "-100.0", "-1e2", "-1"])),
        ["floor_suspected"]
    );
    assert_eq!(codes(&with(["-100", "-100.0", "-100.5", "-1"])), [""; 0]);
    assert_eq!(
        with(["-100", "-100", "-100", "-1"]).metrics.counts.scored,
        4
    );
}

#[test]
fn ids_that_come_again() {
    let (one, other) = (chat("a", &[("x", "-1")]), chat("a", &[("y", "-2")]));
    let file = [
        one.as_str(),
        &other,
        &other,
        &one,
        &chat("b", &[("x", "-1")]),
    ]
    .join("\n");
    let import = import(file);
    assert_eq!(codes(&import), ["id_reused", "duplicate"]);
    assert_eq!(problem(&import, "id_reused").count, 1);
    assert_eq!(
        problem(&import, "id_reused").places[0].detail,
        "sequence 1 has it, too"
    );
    let details: Vec<&str> = problem(&import, "duplicate")
        .places
        .iter()
        .map(|place| place.detail.as_str())
        .collect();
    assert_eq!(
        details,
        [
            "it has id, index, text and values of sequence 2",
            "it has id, index, text and values of sequence 1"
        ]
    );
}

/// Without an id, short answers that are equal are no duplicates; records that are the same, byte for byte, are.
#[test]
fn answers_without_an_id() {
    let one = |value: &str, created: u32| {
        chat("", &[("Yes", value)]).replacen('{', &format!("{{\"created\":{created},"), 1)
    };
    let table = [
        ([one("-1", 1), one("-2", 1)], None),
        ([one("-1", 1), one("-1", 2)], None),
        (
            [one("-1", 1), one("-1", 1)],
            Some("it has the bytes of the record of sequence 1"),
        ),
    ];
    for (records, want) in table {
        let import = import(records.join("\n"));
        let found = import
            .report
            .problems
            .iter()
            .find(|problem| problem.code == "duplicate");
        let says = found.map(|problem| problem.places[0].detail.as_str());
        assert_eq!(says, want, "{records:?}");
    }
}

#[test]
fn texts_that_tokens_add_up_to_in_some_way() {
    let legacy = |text: &str, tokens: &str, finish: &str| {
        let values: Vec<&str> = tokens.split(',').map(|_| "-1").collect();
        format!(
            r#"{{"choices":[{{"text":"{text}","finish_reason":"{finish}","logprobs":{{"tokens":[{tokens}],"token_logprobs":[{}]}}}}]}}"#,
            values.join(",")
        )
    };
    let long = format!(r#""a","{}""#, "x".repeat(33));
    let cases: [(&str, &str, &str, &[&str]); 8] = [
        ("a b", r#""a"," b""#, "stop", &[]),
        ("a b", r#"" a"," b""#, "stop", &[]),
        ("a b", r#""<s>"," a"," b","</s>""#, "stop", &[]),
        ("a b", r#""a"," b","<|endoftext|>""#, "stop", &[]),
        ("a", r#""a","\n\nQ:""#, "stop", &[]),
        ("a", r#""a","\n\nQ:""#, "other", &["text_mismatch"]),
        ("a", &long, "stop", &["text_mismatch"]),
        ("a c", r#""a"," b""#, "stop", &["text_mismatch"]),
    ];
    for (text, tokens, finish, want) in cases {
        let import = import(legacy(text, tokens, finish));
        assert_eq!(codes(&import), want, "{text}: {tokens}");
    }
    let mismatch = import(legacy("a c", r#""a"," b""#, "stop"));
    assert_eq!(
        problem(&mismatch, "text_mismatch").places[0].detail,
        "the first difference is at byte 2 of the text"
    );
    // The text begins with the prompt, the tokens do not.
    let prompted = r#"{"prompt":[{"text":"P q","logprobs":{"tokens":["P"," q"],"token_logprobs":[null,-2]}}],"choices":[{"text":"P q a","logprobs":{"tokens":[" a"],"token_logprobs":[-1]}}]}"#;
    assert_eq!(codes(&import(prompted)), [""; 0]);
}
