//! Legacy Completions and Batch output.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, codes, import, problem, texts};
use completions::{Form, FormatId, Severity, decode_sequence};
use metrics::Status;

fn legacy(text: &str, logprobs: &str) -> String {
    format!(
        r#"{{"id":"c","object":"text_completion","choices":[{{"text":{text:?},"index":0,"logprobs":{logprobs}}}]}}"#
    )
}

#[test]
fn parallel_arrays_in_any_order() {
    let tokens = r#""tokens":[" a"," b"]"#;
    let values = r#""token_logprobs":[-0.5,-1.0]"#;
    let top = r#""top_logprobs":[{" a":-0.5," c":-1.2},{" b":-1.0}]"#;
    let offsets = r#""text_offset":[9,11]"#;
    for order in [
        [tokens, values, top, offsets],
        [offsets, values, tokens, top],
        [top, offsets, values, tokens],
        [values, top, tokens, offsets],
    ] {
        let record = legacy(" a b", &format!("{{{}}}", order.join(", ")));
        let import = import(&record);
        assert_eq!(codes(&import), [""; 0], "{order:?}");
        assert_eq!(
            (
                import.report.format_name(),
                import.columns.logprob.as_slice()
            ),
            ("openai_completions", &[-0.5, -1.0][..])
        );
        assert_eq!(texts(&import), [" a b"]);
        let detail = decode_sequence(
            Form::Value,
            FormatId::OPENAI_COMPLETIONS,
            record.as_bytes(),
            0,
        )
        .unwrap();
        let listed: Vec<(&str, Option<f64>, bool)> = detail.tokens[0]
            .alternatives
            .iter()
            .map(|listed| (listed.token.as_str(), listed.logprob, listed.chosen))
            .collect();
        assert_eq!(
            listed,
            [(" a", Some(-0.5), true), (" c", Some(-1.2), false)]
        );
        assert!(detail.tokens[1].chosen_is_listed);
    }
}

#[test]
fn equal_keys_of_alternatives_are_all_kept() {
    let record = legacy(
        "a",
        r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[{"a":-1,"x":-3,"x":-2,"\u0078":null}]}"#,
    );
    let detail = decode_sequence(
        Form::Value,
        FormatId::OPENAI_COMPLETIONS,
        record.as_bytes(),
        0,
    )
    .unwrap();
    let listed: Vec<(&str, Option<f64>)> = detail.tokens[0]
        .alternatives
        .iter()
        .map(|listed| (listed.token.as_str(), listed.logprob))
        .collect();
    assert_eq!(
        listed,
        [
            ("a", Some(-1.0)),
            ("x", Some(-2.0)),
            ("x", Some(-3.0)),
            ("x", None)
        ]
    );
}

#[test]
fn an_echoed_prompt_begins_without_a_value() {
    let import = import(legacy(
        "P a",
        r#"{"tokens":["P"," a"],"token_logprobs":[null,-1],"top_logprobs":[null,{" a":-1}]}"#,
    ));
    assert_eq!(codes(&import), ["echo_suspected", "missing"]);
    assert_eq!(
        import.report.severity(1),
        Severity::Ok,
        "an echo is no doubt about the numbers"
    );
    assert_eq!(import.columns.status(0), Status::Missing);
    assert_eq!(
        (import.metrics.counts.scored, texts(&import)),
        (1, vec!["P a".to_owned()])
    );
}

#[test]
fn lists_of_different_lengths() {
    let table = [
        (
            r#"{"tokens":["a","b"],"token_logprobs":[-1]}"#,
            "2 tokens, 1 value",
            2,
            1,
        ),
        (
            r#"{"tokens":["a"],"token_logprobs":[-1,-2]}"#,
            "1 token, 2 values",
            1,
            1,
        ),
        (
            r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[null,{"x":-1},[]]}"#,
            "1 token, 1 value, 3 lists of alternatives",
            1,
            1,
        ),
        (
            r#"{"tokens":["a","b"],"token_logprobs":null}"#,
            "2 tokens, 0 values",
            2,
            0,
        ),
        (r#"{"token_logprobs":[-1,-2]}"#, "0 tokens, 2 values", 2, 2),
    ];
    for (logprobs, detail, tokens, scored) in table {
        let import = import(legacy("", logprobs));
        assert_eq!(
            problem(&import, "array_lengths").places[0].detail,
            detail,
            "{logprobs}"
        );
        assert_eq!(
            (import.metrics.counts.total, import.metrics.counts.scored),
            (tokens, scored),
            "{logprobs}"
        );
    }
    for logprobs in [
        r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":null,"text_offset":null}"#,
        r#"{"tokens":["a"],"token_logprobs":[-1],"text_offset":[-1]}"#,
        r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[null]}"#,
        r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[[{"token":"a","logprob":-1}]]}"#,
    ] {
        assert_eq!(codes(&import(legacy("a", logprobs))), [""; 0], "{logprobs}");
    }
    for logprobs in [
        r#"{"tokens":[],"token_logprobs":[]}"#,
        r#"{"tokens":null,"token_logprobs":null}"#,
        "null",
    ] {
        assert_eq!(
            codes(&import(legacy("a", logprobs))),
            ["no_logprobs"],
            "{logprobs}"
        );
    }
}

#[test]
fn parts_of_characters() {
    let record = legacy(
        "\u{201c} x",
        r#"{"tokens":["bytes:\\xe2\\x80","bytes:\\x9c","bytes: \\x78"],"token_logprobs":[-1,-1,-1],"top_logprobs":[{"bytes:\\xe2\\x80":-1},null,null]}"#,
    );
    let import = import(&record);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["\u{201c} x".to_owned()], vec![])
    );
    let detail = decode_sequence(
        Form::Value,
        FormatId::OPENAI_COMPLETIONS,
        record.as_bytes(),
        0,
    )
    .unwrap();
    let listed = &detail.tokens[0].alternatives[0];
    assert_eq!(
        (
            listed.token.as_str(),
            listed.bytes.as_slice(),
            listed.chosen
        ),
        ("bytes:\\xe2\\x80", &b"\xe2\x80"[..], true)
    );
    for written in [
        "bytes:",
        "bytes:\\\\xE2",
        "bytes:\\\\xe",
        "bytes:\\\\xe2x",
        "xbytes:\\\\xe2",
        "byte: \\\\xe2",
    ] {
        let import = common::import(legacy(
            "",
            &format!(r#"{{"tokens":["{written}"],"token_logprobs":[-1]}}"#),
        ));
        assert_eq!(
            texts(&import),
            [written.replace("\\\\", "\\")],
            "not an escape"
        );
    }
}

#[test]
fn prompt_values_are_not_scored() {
    let import = import(
        r#"{"choices":[{"index":0,"text":"","prompt_logprobs":[null,{"1":{"logprob":-1.0}}]}]}"#,
    );
    assert_eq!(
        problem(&import, "no_logprobs").places[0].detail,
        "it has values for the prompt only"
    );
    assert_eq!(import.metrics.counts.total, 0);
}

fn batch(body: &str, status: &str) -> String {
    format!(
        r#"{{"id":"r","custom_id":"q-1","response":{{"status_code":{status},"request_id":"x","body":{body}}},"error":null}}"#
    )
}

#[test]
fn batch_lines() {
    let body = chat("a", &[("Hi", "-1")]);
    for record in [
        batch(&body, "200"),
        format!(
            r#"{{"response":{{"body":{body},"status_code":200}},"error":null,"custom_id":"q-1"}}"#
        ),
    ] {
        let import = import(&record);
        assert_eq!(
            (codes(&import), import.report.format_name()),
            (vec![], "openai_chat")
        );
        assert_eq!(import.columns.completions[0].label.as_deref(), Some("q-1"));
        assert_eq!(import.columns.completions[0].id, "a");
        assert_eq!(import.columns.records[0].len, record.len() as u64);
        assert!(
            import
                .report
                .evidence
                .contains(&"batch: `custom_id` beside `response.body`".to_owned())
        );
        let detail =
            decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
        assert_eq!(detail.stated_text.as_deref(), Some("Hi"));
    }
}

#[test]
fn failed_batch_lines() {
    let table = [
        (
            r#"{"custom_id":"q","response":null,"error":{"code":"batch_expired","message":"too late"}}"#.to_owned(),
            "q: batch_expired: too late",
        ),
        (
            batch(r#"{"error":{"message":"bad model","type":"invalid_request_error"}}"#, "400"),
            "q-1: status 400, invalid_request_error: bad model",
        ),
        (batch("{}", "500"), "q-1: status 500, without a message"),
        (batch("null", "200"), "q-1: it has neither a response nor an error"),
        (r#"{"custom_id":7,"response":null,"error":null}"#.to_owned(), "7: it has neither a response nor an error"),
        (r#"{"custom_id":"q","error":"gone"}"#.to_owned(), "q: gone"),
    ];
    for (record, why) in table {
        let import = import(format!(
            "{record}\n{}",
            batch(&chat("a", &[("Hi", "-1")]), "200")
        ));
        assert_eq!(
            problem(&import, "request_failed").places[0].detail,
            why,
            "{record}"
        );
        assert_eq!(
            (import.metrics.n_sequences, import.report.severity(1)),
            (1, Severity::Partial),
            "{record}"
        );
    }
    let other = import(batch(r#"{"output":[]}"#, "200"));
    assert!(
        problem(&other, "unrecognised").places[0]
            .detail
            .contains("its keys are output")
    );
}

#[test]
fn formats_are_chosen_per_record() {
    let import = import(format!(
        "{}\n{}",
        chat("a", &[("x", "-1")]),
        legacy("y", r#"{"tokens":["y"],"token_logprobs":[-1]}"#)
    ));
    assert_eq!(
        (import.report.format_name(), codes(&import)),
        ("mixed", vec!["mixed_formats"])
    );
    assert_eq!(
        import.report.formats,
        [
            (FormatId::OPENAI_CHAT, 1),
            (FormatId::OPENAI_COMPLETIONS, 1)
        ]
    );
    assert_eq!(
        problem(&import, "mixed_formats").sentence(),
        "The file has records of several formats: openai_chat, openai_completions."
    );
}
