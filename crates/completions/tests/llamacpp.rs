//! llama.cpp's own answers, old and new, whole and as streams.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, codes, detail, events, import, listed, problem, texts};
use completions::Finish;
use metrics::Status;

/// An answer or an event.
fn answer(text: &str, stop: bool, rest: &str) -> String {
    let comma = if rest.is_empty() { "" } else { "," };
    format!(
        r#"{{"index":0,"content":{text:?},"stop":{stop},"id_slot":0,"tokens_predicted":2{comma}{rest}}}"#
    )
}

fn old(entries: &str) -> String {
    format!(r#""completion_probabilities":[{entries}]"#)
}

/// An entry with one candidate.
fn old_entry(text: &str, prob: &str) -> String {
    format!(r#"{{"content":"{text}","probs":[{{"tok_str":"{text}","prob":{prob}}}]}}"#)
}

const NEW: &str = r#"[{"id":5,"token":"A","bytes":[65],"logprob":-0.1,"top_logprobs":[{"id":6,"token":"A","bytes":[65],"logprob":-3.0},{"id":5,"token":"A","bytes":[65],"logprob":-0.1}]},{"id":7,"token":"b","bytes":[98],"logprob":-3.4028234663852886e+38,"top_logprobs":[]}]"#;

#[test]
fn new_answers_under_both_names_in_any_order() {
    let parts = [
        r#""content":"Ab""#.to_owned(),
        r#""stop":true,"stop_type":"limit","truncated":false,"generation_settings":{"n_probs":2,"stop":[]}"#.to_owned(),
        r#""model":"m","tokens_predicted":2,"tokens_evaluated":5,"timings":{},"tokens":[5,7],"prompt":"Q""#.to_owned(),
    ];
    for name in ["completion_probabilities", "probs"] {
        let values = format!(r#""{name}":{NEW}"#);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]] {
            let all = [&parts[0], &parts[1], &parts[2], &values];
            let members: Vec<&str> = order.iter().map(|&nth| all[nth].as_str()).collect();
            let file = format!("{{{}}}", members.join(","));
            let import = import(&file);
            assert_eq!(import.report.format_name(), "llamacpp", "{file}");
            assert_eq!(
                import.report.evidence,
                ["llamacpp: `completion_probabilities` is a list of token objects"]
            );
            assert_eq!(
                codes(&import),
                ["alternatives_unsorted", "censored", "truncated_by_length"]
            );
            assert_eq!(texts(&import), ["Ab"]);
            let completion = &import.columns.completions[0];
            assert_eq!(
                (completion.prompt_tokens, completion.completion_tokens),
                (Some(5), Some(2))
            );
            assert_eq!(import.columns.models, ["m"]);
            assert_eq!(import.columns.sequences[0].finish, Finish::Length);
            let detail = detail(&file, &import, 0);
            // Two candidates with one text: the id decides.
            assert_eq!(listed(&detail, 0), ["A*", "A"]);
            assert_eq!(detail.tokens[0].alternatives[0].logprob, Some(-0.1));
            assert_eq!(detail.tokens[1].status, Status::Censored);
        }
    }
}

#[test]
fn old_values_are_probabilities() {
    let entries = [
        r#"{"content":"A","probs":[{"tok_str":"B","prob":0.25},{"tok_str":"A","prob":0.75}]}"#,
        r#"{"probs":[{"prob":0.0,"tok_str":"b"},{"prob":1.0,"tok_str":"c"}],"content":"b"}"#,
        r#"{"content":"d","probs":[{"tok_str":"c","prob":1.0}]}"#,
        r#"{"content":"e","probs":[{"tok_str":"e","prob":"0.5"}]}"#,
    ];
    let file = answer(
        "Abde",
        true,
        &format!(
            r#"{},"stopped_eos":false,"stopped_word":true,"stopped_limit":false,"tokens_predicted":4"#,
            old(&entries.join(","))
        ),
    );
    let import = import(&file);
    assert_eq!(import.report.format_name(), "llamacpp_legacy");
    assert_eq!(
        import.report.evidence,
        ["llamacpp_legacy: `completion_probabilities[].probs`"]
    );
    assert_eq!(
        codes(&import),
        [
            "alternatives_unsorted",
            "censored",
            "missing",
            "sampled_not_listed",
            "after_sampling"
        ]
    );
    assert_eq!(
        problem(&import, "after_sampling").sentence(),
        "1 sequence has probabilities after the sampling settings, at line 1, byte 0."
    );
    assert_eq!(texts(&import), ["Abde"]);
    assert_eq!(import.columns.sequences[0].finish, Finish::Stop);
    let detail = detail(&file, &import, 0);
    let values: Vec<(Status, f64)> = detail
        .tokens
        .iter()
        .map(|token| (token.status, token.logprob))
        .collect();
    assert_eq!(values[0], (Status::Scored, metrics::num::ln(0.75)));
    assert_eq!(values[1].0, Status::Censored);
    assert_eq!(values[2].0, Status::Missing);
    assert_eq!(values[3], (Status::Scored, metrics::num::ln(0.5)));
    assert_eq!(listed(&detail, 0), ["A*", "B"]);
    assert_eq!(listed(&detail, 1), ["c", "b*"]);
}

#[test]
fn new_probabilities_after_sampling() {
    let file = answer(
        "A",
        true,
        r#""completion_probabilities":[{"id":5,"token":"A","bytes":[65],"prob":0.5,"top_probs":[{"id":5,"token":"A","bytes":[65],"prob":0.5},{"id":6,"token":"C","bytes":[67],"prob":0.0}]}]"#,
    );
    let import = import(&file);
    assert_eq!(codes(&import), ["after_sampling", "usage_mismatch"]);
    let detail = detail(&file, &import, 0);
    assert_eq!(detail.tokens[0].logprob, metrics::num::ln(0.5));
    assert_eq!(listed(&detail, 0), ["A*", "C"]);
    assert_eq!(detail.tokens[0].alternatives[1].logprob, None);
    // A logarithm that is there counts, whatever stands beside it.
    let both = chat("c", &[("A", "-1")]).replace("\"logprob\":-1", "\"prob\":0.5,\"logprob\":-1");
    let both = common::import(both);
    assert_eq!((codes(&both), both.columns.logprob), (vec![], vec![-1.0]));
}

#[test]
fn split_characters() {
    // The text that was sent stands beside the last byte of its character.
    let new = answer(
        " щ",
        true,
        r#""completion_probabilities":[{"id":231,"token":" щ","bytes":[32,209,137],"logprob":-0.5,"top_logprobs":[{"id":231,"token":"\ufffd","bytes":[137],"logprob":-0.5}]}]"#,
    );
    let old_one = |text: &str, name: &str| answer(text, true, &old(&old_entry(name, "0.5")));
    let grouped: &[&str] = &["after_sampling", "grouped_text", "usage_mismatch"];
    let table: [(String, &str, &[u8], &[&str]); 5] = [
        (new, " щ", " щ".as_bytes(), &grouped[1..]),
        (
            old_one(" щ", r"byte: \\x89"),
            " щ",
            " щ".as_bytes(),
            grouped,
        ),
        (
            old_one("\u{fffd}", r"byte: \\x89"),
            "\u{fffd}",
            b"\x89",
            &["after_sampling", "usage_mismatch"],
        ),
        // Not the escape of a byte.
        (
            old_one(r"byte: x89", r"byte: x89"),
            "byte: x89",
            b"byte: x89",
            &["after_sampling", "usage_mismatch"],
        ),
        (
            old_one("byte: \\xAB", r"byte: \\xAB"),
            "byte: \\xAB",
            b"byte: \\xAB",
            &["after_sampling", "usage_mismatch"],
        ),
    ];
    for (file, text, bytes, want) in table {
        let import = import(&file);
        assert_eq!(texts(&import), [text], "{file}");
        let mut got = codes(&import);
        got.sort_unstable();
        assert_eq!(got, want, "{file}");
        let detail = detail(&file, &import, 0);
        assert_eq!(detail.tokens[0].bytes, bytes);
        assert!(detail.tokens[0].chosen_is_listed);
    }
}

#[test]
fn streams_end_with_an_event_without_values() {
    let new = |text: &str| {
        answer(
            text,
            false,
            &format!(
                r#""completion_probabilities":[{{"id":1,"token":{text:?},"logprob":-0.5,"top_logprobs":[]}}]"#
            ),
        )
    };
    let old_one = |text: &str| answer(text, false, &old(&old_entry(text, "0.5")));
    let end = answer(
        "",
        true,
        r#""model":"m","stop_type":"word","generation_settings":{},"prompt":"Q","tokens_evaluated":3"#,
    );
    // Old servers listed everything again in the last event.
    let all = answer(
        "",
        true,
        &old(&[old_entry("a", "0.5"), old_entry("b", "0.5")].join(",")),
    );
    let held = answer("", false, "");
    let other = |record: String| record.replace("\"index\":0", "\"index\":1");
    type Row = (
        Vec<String>,
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    );
    let table: [Row; 8] = [
        (
            vec![new("a"), new("b"), end.clone()],
            "llamacpp",
            &["ab"],
            &[],
        ),
        (
            vec![old_one("a"), old_one("b"), end.clone()],
            "llamacpp_legacy",
            &["ab"],
            &["after_sampling"],
        ),
        (
            vec![old_one("a"), old_one("b"), all],
            "llamacpp_legacy",
            &["ab"],
            &["after_sampling"],
        ),
        (
            vec![held.clone(), old_one("a"), old_one("b"), end.clone()],
            "llamacpp_legacy",
            &["ab"],
            &["after_sampling"],
        ),
        (
            vec![held.clone(), new("a"), held, new("b")],
            "llamacpp",
            &["ab"],
            &["stream_cut"],
        ),
        (
            vec![
                new("a"),
                new("b"),
                end.clone(),
                new("a"),
                new("b"),
                end.clone(),
            ],
            "llamacpp",
            &["ab", "ab"],
            &["duplicate"],
        ),
        (
            vec![
                new("a"),
                other(new("c")),
                new("b"),
                end.clone(),
                other(new("d")),
                other(end.clone()),
            ],
            "llamacpp",
            &["ab", "cd"],
            &[],
        ),
        (
            vec![answer("a", false, ""), answer("b", false, ""), end],
            "llamacpp",
            &["ab"],
            &["no_logprobs"],
        ),
    ];
    for (pieces, format, want, warned) in table {
        for (file, container) in [(events(&pieces), "sse"), (pieces.join("\n"), "chunk_lines")] {
            let import = import(&file);
            assert_eq!(import.report.formats.len(), 1, "{file}");
            assert_eq!(
                (import.report.format_name(), texts(&import)),
                (format, want.iter().map(|text| (*text).to_owned()).collect()),
                "{file}"
            );
            assert_eq!(codes(&import), warned, "{file}");
            assert_eq!(import.report.container, container);
            assert!(want.len() == 2 || import.columns.completions[0].completion_tokens == Some(2));
            for nth in 0..want.len() {
                assert!(detail(&file, &import, nth).tokens.len() != 1);
            }
        }
    }
}

#[test]
fn answers_without_values_say_why() {
    let values = [
        ("", "`completion_probabilities` is not there"),
        (
            r#""completion_probabilities":null"#,
            "`completion_probabilities` is not there",
        ),
        (
            r#""completion_probabilities":[]"#,
            "`logprobs` lists no tokens",
        ),
    ];
    for (rest, why) in values {
        let import = import(answer("a", true, rest));
        assert_eq!(import.report.format_name(), "llamacpp");
        assert_eq!(
            import.report.evidence,
            ["llamacpp: `content` and `stop`, without values"]
        );
        assert_eq!(problem(&import, "no_logprobs").places[0].detail, why);
    }
    let odd = import(answer("a", true, &old(r#"{"content":"a","probs":[5]},7"#)));
    assert_eq!(
        (
            problem(&odd, "bad_field").count,
            problem(&odd, "missing").count
        ),
        (2, 2)
    );
    // Not an answer of a server: nothing but a text and a flag.
    let other = import(r#"{"content":"a","stop":true}"#);
    assert_eq!(codes(&other), ["unrecognised"]);
}

#[test]
fn several_whole_answers() {
    let one = |text: &str| {
        answer(
            text,
            true,
            &format!(
                r#""completion_probabilities":[{{"id":1,"token":{text:?},"logprob":-0.5,"top_logprobs":[]}},{{"id":2,"token":"","logprob":-1}}]"#
            ),
        )
    };
    let file = format!(
        "{}\n{}\n{}\n",
        one("a"),
        chat("c", &[("x", "-1")]),
        one("b")
    );
    let import = import(&file);
    assert_eq!(texts(&import), ["a", "x", "b"]);
    assert_eq!(codes(&import), ["mixed_formats"]);
    assert_eq!(import.report.container, "jsonl");
}
