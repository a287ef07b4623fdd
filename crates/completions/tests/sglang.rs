//! SGLang's own answers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, detail, events, import, listed, problem, texts};
use completions::{Finish, Kind};
use metrics::Status;

/// An answer with this text and these members of `meta_info` beside the id.
fn answer(id: &str, text: &str, meta: &str) -> String {
    format!(r#"{{"text":{text:?},"output_ids":[9],"meta_info":{{"id":{id:?},{meta}}}}}"#)
}

const END: &str = r#""finish_reason":{"type":"length","length":2}"#;

#[test]
fn values_ids_and_texts() {
    let file = answer(
        "x",
        " AB",
        &format!(
            r#"{END},"prompt_tokens":2,"completion_tokens":2,"weight_version":"default",
            "input_token_logprobs":[[null,4,"Q"],[-3.5,5,null]],"output_token_logprobs":[[-0.5,9," A"],[-1e-1,3,"B"]],
            "output_top_logprobs":[[[-2.5,7,"C"],[-0.5,9," A"]],null],"output_token_ids_logprobs":[[1]]"#
        ),
    );
    let import = import(&file);
    assert_eq!(import.report.format_name(), "sglang");
    assert_eq!(
        import.report.evidence,
        ["sglang: `meta_info.output_token_logprobs`"]
    );
    assert_eq!(
        codes(&import),
        ["alternatives_unsorted", "truncated_by_length"]
    );
    assert_eq!(texts(&import), [" AB"]);
    let completion = &import.columns.completions[0];
    assert_eq!(
        (
            completion.id.as_str(),
            completion.prompt_tokens,
            completion.completion_tokens
        ),
        ("x", Some(2), Some(2))
    );
    let sequence = &import.columns.sequences[0];
    assert_eq!(
        (sequence.finish, sequence.kind),
        (Finish::Length, Kind::Answer)
    );
    let detail = detail(&file, &import, 0);
    assert_eq!(listed(&detail, 0), [" A*", "C"]);
    assert_eq!(listed(&detail, 1), [""; 0]);
    let prompt: Vec<_> = detail
        .prompt
        .iter()
        .map(|token| (token.id, token.status, token.bytes.as_slice()))
        .collect();
    assert_eq!(
        prompt,
        [
            (Some(4), Status::Missing, &b"Q"[..]),
            (Some(5), Status::Scored, b"")
        ]
    );
}

#[test]
fn the_order_of_keys_means_nothing() {
    let parts = [
        r#""output_token_logprobs":[[-0.5,9,null]]"#,
        r#""output_top_logprobs":[[[-0.5,9,null],[-2,3,null]]]"#,
        r#""id":"x""#,
        END,
    ];
    let meta = |order: [usize; 4]| {
        let parts: Vec<&str> = order.iter().map(|&nth| parts[nth]).collect();
        format!(r#""meta_info":{{{}}}"#, parts.join(","))
    };
    let text = r#""text":"A""#;
    let want = import(format!("{{{text},{}}}", meta([0, 1, 2, 3])));
    assert_eq!(texts(&want), ["A"]);
    for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
        for file in [
            format!("{{{text},{}}}", meta(order)),
            format!("{{{},\"output_ids\":[],{text}}}", meta(order)),
        ] {
            let got = import(&file).columns;
            assert_eq!(got.sequences, want.columns.sequences, "{file}");
            assert_eq!(got.completions, want.columns.completions, "{file}");
            assert_eq!(got.text, want.columns.text);
            assert_eq!(got.token_end, want.columns.token_end);
        }
    }
}

#[test]
fn tokens_without_texts() {
    // Pairs and triples, text, ends of the tokens in the text, codes.
    let table: [(&str, &str, &[u32], &[&str]); 6] = [
        ("[[-0.5,9,null]]", "First", &[5], &[]),
        ("[[-0.5,9]]", "First", &[5], &[]),
        ("[[-0.5,9],[-1,3]]", "First", &[0, 0], &["grouped_text"]),
        (
            "[[-0.5,9,\"Fir\"],[-1,3,null]]",
            "First",
            &[3, 3],
            &["text_mismatch"],
        ),
        ("[[-0.5,9,null],[-1,3,null]]", "", &[0, 0], &[]),
        (
            "[[\"-0.5\",9,null],7]",
            "First",
            &[0, 0],
            &["bad_field", "missing", "grouped_text"],
        ),
    ];
    for (tokens, text, ends, want) in table {
        let meta = format!(
            r#""finish_reason":{{"type":"stop","matched":2}},"output_token_logprobs":{tokens}"#
        );
        let file = answer("x", text, &meta);
        let import = import(&file);
        assert_eq!(codes(&import), want, "{tokens}");
        assert_eq!(import.columns.token_end, ends, "{tokens}");
        if ends != [3, 3] {
            assert_eq!(texts(&import), [text], "{tokens}");
        }
        detail(&file, &import, 0);
    }
}

#[test]
fn alternatives_without_texts_are_told_by_their_ids() {
    let lists = r#""output_top_logprobs":[[[-0.5,9,null],[-2,3,null]],[[-0.5,9,null]]]"#;
    let tokens = r#""output_token_logprobs":[[-2,3,null],[-4,8,null]]"#;
    let file = answer("x", "ab", &format!("{lists},{tokens},{END}"));
    let import = import(&file);
    let detail = detail(&file, &import, 0);
    assert_eq!(listed(&detail, 0), ["9", "3*"]);
    assert_eq!(listed(&detail, 1), ["9"]);
    assert_eq!(
        problem(&import, "sampled_not_listed").places[0].detail,
        "token 1 of choice 0"
    );
    let short = answer(
        "x",
        "a",
        &format!(r#"{lists},"output_token_logprobs":[[-2,3,"a"]],{END}"#),
    );
    assert_eq!(
        problem(&common::import(short), "array_lengths").places[0].detail,
        "1 token, 2 lists of alternatives"
    );
}

#[test]
fn several_answers() {
    let one = |id: &str, text: &str| {
        answer(
            id,
            text,
            &format!(r#"{END},"output_token_logprobs":[[-1,1,{text:?}]]"#),
        )
    };
    let list = import(format!("[{},{}]", one("x", "a"), one("y", "b")));
    assert_eq!(
        (list.report.container.as_str(), texts(&list)),
        ("json_array", vec!["a".to_owned(), "b".to_owned()])
    );
    // Requests for several answers may have one id for all of them.
    let same = import(format!("{}\n{}\n", one("x", "a"), one("x", "b")));
    assert_eq!(
        (same.report.container.as_str(), texts(&same)),
        ("jsonl", vec!["a".to_owned(), "b".to_owned()])
    );
}

#[test]
fn answers_without_values_say_why() {
    for (meta, why) in [
        (END.to_owned(), "`output_token_logprobs` is not there"),
        (
            format!(r#"{END},"output_token_logprobs":null"#),
            "`output_token_logprobs` is null",
        ),
        (
            format!(r#"{END},"output_token_logprobs":[]"#),
            "`logprobs` lists no tokens",
        ),
    ] {
        let import = import(answer("x", "a", &meta));
        assert_eq!(
            (import.report.format_name(), texts(&import)),
            ("sglang", vec!["a".to_owned()])
        );
        assert_eq!(problem(&import, "no_logprobs").places[0].detail, why);
    }
}

/// An event of a stream: text, list of values, number of tokens; the last one says so.
fn piece(text: &str, tokens: &[(f64, u32)], count: u32, last: bool) -> String {
    let tokens: Vec<String> = tokens
        .iter()
        .map(|(value, id)| format!("[{value},{id},null]"))
        .collect();
    let finish = if last { r#"{"type":"stop"}"# } else { "null" };
    answer(
        "s",
        text,
        &format!(
            r#""finish_reason":{finish},"completion_tokens":{count},"output_token_logprobs":[{}]"#,
            tokens.join(",")
        ),
    )
}

#[test]
fn streams_repeat_what_came_before() {
    let (a, b, c) = ((-0.5, 1), (-1.0, 2), (-1.5, 3));
    let zero = (0.0, 1);
    type Row = (Vec<String>, &'static str, usize, &'static [&'static str]);
    let table: [Row; 7] = [
        (
            vec![
                piece("x", &[a], 1, false),
                piece("xy", &[a, b], 2, false),
                piece("xyz", &[a, b, c], 3, true),
            ],
            "xyz",
            3,
            &["grouped_text"],
        ),
        // The last one may bring nothing new.
        (
            vec![
                piece("xy", &[a, b], 2, false),
                piece("xy", &[a, b], 2, true),
            ],
            "xy",
            2,
            &["grouped_text"],
        ),
        // Only what is new.
        (
            vec![
                piece("x", &[a], 1, false),
                piece("y", &[b], 2, false),
                piece("z", &[c], 3, true),
            ],
            "xyz",
            3,
            &["stream_joined"],
        ),
        (
            vec![
                piece("ha", &[zero], 1, false),
                piece("ha", &[zero], 2, true),
            ],
            "haha",
            2,
            &["stream_joined"],
        ),
        (
            vec![piece("x", &[a], 1, false), piece("", &[], 1, true)],
            "x",
            1,
            &[],
        ),
        // Without values the texts tell.
        (
            vec![piece("x", &[], 1, false), piece("xy", &[], 2, true)],
            "xy",
            0,
            &["no_logprobs"],
        ),
        (
            vec![piece("x", &[a], 1, false), piece("xy", &[a, b], 2, false)],
            "xy",
            2,
            &["stream_cut", "grouped_text"],
        ),
    ];
    for (pieces, text, tokens, want) in table {
        for (file, container) in [(events(&pieces), "sse"), (pieces.join("\n"), "chunk_lines")] {
            let import = import(&file);
            assert_eq!(texts(&import), [text], "{file}");
            let mut got = codes(&import);
            got.sort_by_key(|code| want.iter().position(|want| want == code));
            assert_eq!(
                (got.as_slice(), import.columns.logprob.len()),
                (want, tokens),
                "{file}"
            );
            assert_eq!(import.report.container, container);
            detail(&file, &import, 0);
        }
    }
}
