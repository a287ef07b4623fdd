//! Text Generation Inference: whole answers and streams.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, detail, events, import, problem, texts};
use completions::Finish;
use metrics::Status;

/// An answer with these details and this text.
fn answer(text: &str, details: &str) -> String {
    format!(r#"{{"generated_text":{text},"details":{details}}}"#)
}

/// An event of a stream.
fn piece(index: u32, text: &str, value: &str, rest: &str) -> String {
    format!(
        r#"{{"index":{index},"token":{{"id":1{index},"text":{text:?},"logprob":{value},"special":false}},{rest}}}"#
    )
}

const GOES_ON: &str = r#""generated_text":null,"details":null"#;

const FULL: &str = r#"{"finish_reason":"eos_token","generated_tokens":3,"seed":10337522019019826656,"best_of_sequences":null,
    "prefill":[{"id":5,"text":"a","logprob":null},{"id":6,"text":" b","logprob":-3.5}],
    "tokens":[{"id":7,"text":" c","logprob":-0.5,"special":false},{"id":8,"text":"d","logprob":-0.25,"special":false},
        {"id":2,"text":"</s>","logprob":null,"special":true}],
    "top_tokens":[[{"id":7,"text":" c","logprob":-0.5,"special":false},{"id":9,"text":" x","logprob":-1.5,"special":false}],
        [],[{"id":2,"text":"</s>","logprob":-0.125,"special":true}]]}"#;

#[test]
fn a_whole_answer() {
    let file = answer(r#"" cd""#, FULL);
    let import = import(&file);
    assert_eq!(import.report.format_name(), "tgi");
    assert_eq!(import.report.evidence, ["tgi: `details.tokens`"]);
    assert_eq!(texts(&import), [" cd"]);
    assert_eq!(codes(&import), ["missing"]);
    assert_eq!(
        problem(&import, "missing").places[0].detail,
        "token 2 of choice 0"
    );
    let completion = &import.columns.completions[0];
    assert_eq!(
        (
            completion.prompt_tokens,
            completion.completion_tokens,
            completion.created,
            completion.id.as_str()
        ),
        (Some(2), Some(3), None, "")
    );
    assert_eq!(import.columns.sequences[0].finish, Finish::Stop);
    let detail = detail(&file, &import, 0);
    let prompt: Vec<_> = detail
        .prompt
        .iter()
        .map(|token| (token.id, token.status))
        .collect();
    assert_eq!(
        prompt,
        [(Some(5), Status::Missing), (Some(6), Status::Scored)]
    );
    assert_eq!(detail.stated_text.as_deref(), Some(" cd"));
    let listed: Vec<Vec<(&str, bool)>> = detail
        .tokens
        .iter()
        .map(|token| {
            let listed = token.alternatives.iter();
            listed
                .map(|listed| (listed.token.as_str(), listed.chosen))
                .collect()
        })
        .collect();
    // A special token has a name and no text.
    assert_eq!(
        listed,
        [
            vec![(" c", true), (" x", false)],
            vec![],
            vec![("</s>", true)]
        ]
    );
    assert_eq!(detail.tokens[2].bytes, b"");
}

#[test]
fn the_order_of_keys_means_nothing() {
    let (text, details) = (r#""generated_text":" cd""#, format!(r#""details":{FULL}"#));
    let turned = FULL.replacen(
        r#""finish_reason":"eos_token","generated_tokens":3,"#,
        r#""top_tokens":[[{"special":false,"logprob":-0.5,"text":" c","id":7},{"id":9,"text":" x","logprob":-1.5}],[],[{"logprob":-0.125,"special":true,"text":"</s>","id":2}]],"generated_tokens":3,"#,
        1,
    );
    let cut = turned.rfind(",\n    \"top_tokens\"").unwrap();
    let turned = format!(
        r#""details":{},"finish_reason":"eos_token"}}"#,
        &turned[..cut]
    );
    let want = import(format!("{{{text},{details}}}")).columns;
    for file in [
        format!("{{{details},{text}}}"),
        format!("{{{turned},{text}}}"),
        format!("{{{text},{turned}}}"),
        format!("[{{\"generated_text\":null,{details},{text}}}]"),
    ] {
        let got = import(&file).columns;
        assert_eq!(got.sequences, want.sequences, "{file}");
        assert_eq!(got.completions, want.completions, "{file}");
        assert_eq!(
            (got.text, got.token_end),
            (want.text.clone(), want.token_end.clone())
        );
        assert_eq!(
            (got.logprob, got.flags),
            (want.logprob.clone(), want.flags.clone())
        );
    }
}

#[test]
fn texts_that_need_repair() {
    let tokens = |list: &[(&str, bool)]| -> String {
        let list: Vec<String> = list
            .iter()
            .map(|(text, special)| {
                format!(r#"{{"id":1,"text":{text:?},"logprob":-1,"special":{special}}}"#)
            })
            .collect();
        format!(r#""tokens":[{}]"#, list.join(","))
    };
    let prefill = r#""prefill":[{"id":1,"text":"Say","logprob":null}],"#;
    // What; prompt; tokens, and whether they are special; stated text; codes.
    type Row = (
        &'static str,
        &'static str,
        &'static [(&'static str, bool)],
        &'static str,
        &'static [&'static str],
    );
    let table: [Row; 12] = [
        ("as it is", "", &[("a", false), (" b", false)], "a b", &[]),
        (
            "special at the end",
            "",
            &[("a", false), ("<|end|>", true)],
            "a",
            &[],
        ),
        (
            "special in the middle",
            "",
            &[("a", false), ("<x>", true), ("b", false)],
            "ab",
            &[],
        ),
        (
            "a space in front",
            "",
            &[(" a", false), ("</s>", true)],
            "a",
            &[],
        ),
        (
            "the prompt in front",
            prefill,
            &[(" a", false), ("</s>", true)],
            "Say a",
            &[],
        ),
        (
            "another text in front",
            prefill,
            &[(" a", false)],
            "Tell a",
            &["text_mismatch"],
        ),
        (
            "the whole of a prompt that was cut",
            prefill,
            &[(" a", false)],
            "Do Say a",
            &[],
        ),
        (
            "a prompt without tokens",
            "",
            &[("\n", false), ("a", false)],
            "Say\na",
            &[],
        ),
        (
            "a prompt and a lost space",
            r#""prefill":[{"id":0,"text":"<pad>","logprob":null}],"#,
            &[(" a", false)],
            "Say?a",
            &[],
        ),
        ("nothing but special", "", &[("</s>", true)], "a", &[]),
        (
            "text that looks special",
            "",
            &[("</s>", false)],
            "</s>",
            &[],
        ),
        (
            "another text",
            "",
            &[("a", false), ("b", false)],
            "ac",
            &["text_mismatch"],
        ),
    ];
    for (what, prefill, list, text, want) in table {
        let import = import(answer(
            &format!("{text:?}"),
            &format!("{{{prefill}{}}}", tokens(list)),
        ));
        assert_eq!(codes(&import), want, "{what}");
    }
}

#[test]
fn best_of_is_several_sequences() {
    let one = |text: &str, value: &str| {
        format!(
            r#""generated_tokens":1,"finish_reason":"length","prefill":[],"tokens":[{{"id":1,"text":{text:?},"logprob":{value},"special":false}}]"#
        )
    };
    let file = answer(
        r#""a""#,
        &format!(
            r#"{{"best_of_sequences":[{{"generated_text":"b",{}}},5,{{"generated_text":"c",{}}}],{}}}"#,
            one("b", "-2"),
            one("c", "\"x\""),
            one("a", "-1")
        ),
    );
    let import = import(&file);
    assert_eq!(texts(&import), ["a", "b", "c"]);
    let choices: Vec<u32> = import
        .columns
        .sequences
        .iter()
        .map(|row| row.choice)
        .collect();
    assert_eq!(choices, [0, 1, 2]);
    assert_eq!(import.columns.logprob[..2], [-1.0, -2.0]);
    assert_eq!(import.columns.completions[0].completion_tokens, Some(3));
    let bad = problem(&import, "bad_field");
    assert_eq!(
        (
            bad.count,
            bad.places[0].sequence,
            bad.places[0].detail.as_str()
        ),
        (
            2,
            Some(2),
            "`details.best_of_sequences[]` is a number instead of an object"
        )
    );
    (0..3).for_each(|nth| {
        detail(&file, &import, nth);
    });
}

#[test]
fn answers_without_values_say_why() {
    for (record, why) in [
        (r#"{"generated_text":"a"}"#, "`details` is not there"),
        (
            r#"{"generated_text":"a","details":null}"#,
            "`details` is null",
        ),
        (
            r#"{"generated_text":"a","details":{"finish_reason":"length"}}"#,
            "`details.tokens` is not there",
        ),
        (
            r#"{"generated_text":"a","details":{"tokens":[]}}"#,
            "`logprobs` lists no tokens",
        ),
    ] {
        let import = import(record);
        assert_eq!(
            (import.report.format_name(), texts(&import)),
            ("tgi", vec!["a".to_owned()]),
            "{record}"
        );
        assert_eq!(
            problem(&import, "no_logprobs").places[0].detail,
            why,
            "{record}"
        );
    }
    let odd = import(r#"{"generated_text":"a","details":"none"}"#);
    assert_eq!(codes(&odd), ["bad_field", "no_logprobs"]);
    let failed = import(r#"{"error":"Input validation error","error_type":"validation"}"#);
    assert_eq!(
        problem(&failed, "request_failed").places[0].detail,
        "Input validation error"
    );
}

#[test]
fn equal_answers_are_duplicates() {
    let one = answer(r#"" cd""#, FULL);
    let import = import(format!("[{one},{one},{one}]"));
    assert_eq!(import.report.container, "json_array");
    assert_eq!(import.metrics.n_sequences, 3);
    assert_eq!(problem(&import, "duplicate").count, 2);
}

#[test]
fn lists_of_alternatives_that_do_not_fit() {
    let file = answer(
        r#""ab""#,
        r#"{"tokens":[{"id":1,"text":"a","logprob":-1,"special":false},{"id":2,"text":"b","logprob":-1,"special":false}],"top_tokens":[[{"id":1,"text":"a","logprob":-1}]]}"#,
    );
    let import = import(&file);
    assert_eq!(
        problem(&import, "array_lengths").places[0].detail,
        "2 tokens, 1 list of alternatives"
    );
    assert_eq!(detail(&file, &import, 0).tokens[0].alternatives.len(), 1);
}

#[test]
fn a_stream() {
    let list = r#""top_tokens":[{"id":11,"text":"a","logprob":-1,"special":false},{"id":4,"text":"z","logprob":-2,"special":false}]"#;
    let last = r#""generated_text":"ab","details":{"finish_reason":"length","generated_tokens":2,"input_length":9,"seed":null}"#;
    let lines = [
        piece(1, "a", "-1", &format!("{list},{GOES_ON}")),
        piece(2, "b", "-2", last),
    ];
    let twice = [lines.clone(), lines.clone()].concat();
    for (file, container, count) in [
        (events(&lines), "sse", 1),
        (lines.join("\n"), "chunk_lines", 1),
        (events(&twice), "sse", 2),
        (format!("[{}]", twice.join(",")), "json_array", 2),
    ] {
        let import = import(&file);
        assert_eq!(import.report.container, container);
        assert_eq!(import.report.formats.len(), 1);
        assert_eq!(import.report.format_name(), "tgi_stream");
        assert_eq!(texts(&import), vec!["ab"; count]);
        let completion = &import.columns.completions[0];
        assert_eq!(
            (completion.prompt_tokens, completion.completion_tokens),
            (Some(9), Some(2))
        );
        let warned = ["truncated_by_length", "duplicate"];
        assert_eq!(codes(&import), warned[..count], "{file}");
        let detail = detail(&file, &import, 0);
        assert_eq!(detail.tokens[0].alternatives.len(), 2);
        assert!(detail.tokens[0].chosen_is_listed);
    }
}

#[test]
fn streams_without_beginning_or_end() {
    // (index, and whether it is the last one) of each event; texts; codes.
    type Row = (
        &'static [(u32, bool)],
        &'static [&'static str],
        &'static [&'static str],
    );
    let table: [Row; 6] = [
        (&[(0, false), (1, true)], &["xx"], &[]),
        (&[(1, false), (2, false)], &["xx"], &["stream_cut"]),
        (&[(2, false), (3, true)], &["xx"], &["stream_head_missing"]),
        (
            &[(1, false), (2, false), (1, false), (2, false), (3, true)],
            &["xx", "xxx"],
            &["stream_cut"],
        ),
        (&[(1, true), (1, true)], &["x", "x"], &["duplicate"]),
        (
            &[(5, false), (5, false)],
            &["x", "x"],
            &["stream_cut", "stream_head_missing", "duplicate"],
        ),
    ];
    for (events, want, warned) in table {
        let events: Vec<String> = events
            .iter()
            .map(|&(index, last)| {
                let rest = if last {
                    r#""details":{"finish_reason":"eos_token"}"#
                } else {
                    GOES_ON
                };
                format!("data: {}\n\n", piece(index, "x", "-1", rest))
            })
            .collect();
        let import = import(events.concat());
        assert_eq!(texts(&import), want, "{events:?}");
        let mut got = codes(&import);
        got.sort_by_key(|code| warned.iter().position(|want| want == code));
        assert_eq!(got, warned, "{events:?}");
    }
}
