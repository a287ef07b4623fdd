//! Inputs that break readers: each has a defined answer.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, codes, import, problem, texts};
use completions::{Importer, Limits};

/// A response with one token that is written like this.
fn token(name: &str, value: &str) -> String {
    format!(
        r#"{{"id":"t","model":"m","choices":[{{"index":0,"message":{{"content":"{name}"}},"logprobs":{{"content":[{{"token":"{name}","logprob":{value}}}]}},"finish_reason":"stop"}}]}}"#
    )
}

#[test]
fn numbers() {
    // As written, scored tokens, perplexity, problem.
    let table = [
        ("-0", 1, Some(1.0), None),
        ("-0.0", 1, Some(1.0), None),
        ("0e0", 1, Some(1.0), None),
        ("-1e-999", 1, Some(1.0), None),
        ("1e999", 0, None, Some("wrong_units")),
        ("-1e999", 0, None, Some("censored")),
        ("-9999", 0, None, Some("censored")),
        ("-3.4028234663852886e38", 0, None, Some("censored")),
        ("-9998.999", 1, None, None),
        ("1e-4", 1, Some(1.0), Some("clamped")),
        ("NaN", 0, None, Some("missing")),
        ("-Infinity", 0, None, Some("censored")),
        ("null", 0, None, Some("missing")),
        ("\"-Infinity\"", 0, None, Some("censored")),
        ("[]", 0, None, Some("bad_field")),
        ("true", 0, None, Some("bad_field")),
        (
            "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001",
            1,
            Some(1.0),
            None,
        ),
        ("-00000000000000000000001", 0, None, Some("bad_value")),
    ];
    for (written, scored, perplexity, code) in table {
        let import = import(token("a", written));
        assert_eq!(import.metrics.counts.scored, scored, "{written}");
        if let Some(perplexity) = perplexity {
            assert_eq!(
                import.metrics.perplexity_mean_of_sequences,
                Some(perplexity),
                "{written}"
            );
        }
        match code {
            Some(code) => assert!(
                codes(&import).contains(&code),
                "{written}: {:?}",
                codes(&import)
            ),
            None => assert_eq!(codes(&import), [""; 0], "{written}"),
        }
    }
}

#[test]
fn strings() {
    // As written between its quotes, the text, problems.
    let table = [
        ("\\u0000", "\0", vec![]),
        ("a\\u0000b", "a\0b", vec![]),
        (
            "\\ud83d",
            "\u{fffd}",
            vec!["surrogate", "replacement_chars"],
        ),
        (
            "\\ude00\\ud83d",
            "\u{fffd}\u{fffd}",
            vec!["surrogate", "replacement_chars"],
        ),
        ("\\ud83d\\ude00", "\u{1f600}", vec![]),
        (
            "\\ud83dx",
            "\u{fffd}x",
            vec!["surrogate", "replacement_chars"],
        ),
        ("\u{202e}\u{7f}\u{85}", "\u{202e}\u{7f}\u{85}", vec![]),
        (
            "<script>alert(1)</script>",
            "<script>alert(1)</script>",
            vec![],
        ),
    ];
    for (written, text, problems) in table {
        let import = import(token(written, "-1"));
        assert_eq!(texts(&import), [text], "{written}");
        assert_eq!(codes(&import), problems, "{written}");
    }
    // A zero byte stands for itself in no JSON; elsewhere it is text like any other.
    let raw = import(token("a\0b", "-1"));
    assert_eq!(
        texts(&raw).len() + raw.report.problems.len(),
        1,
        "{:?}",
        codes(&raw)
    );
    let zeros = import([0u8; 4096]);
    assert_eq!(codes(&zeros), ["binary_file"]);
    let tail = import(chat("a", &[("a", "-1")]) + &"\0".repeat(100));
    assert_eq!(
        (texts(&tail), codes(&tail)),
        (vec!["a".to_owned()], vec!["stray_text"])
    );
}

#[test]
fn ten_thousand_levels() {
    let good = chat("a", &[("a", "-1")]);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"choices\":", "}]")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        for file in [
            format!("{good}\n{{\"x\":{deep}}}\n{good}"),
            format!("[{good},{{\"choices\":[{{\"logprobs\":{deep}}}]}},{good}]"),
            format!("data: {{\"x\":{deep}}}\n\ndata: {good}\n\ndata: {good}\n\n"),
            format!(
                "interactions:\n- response: {{body: {{string: {:?}}}}}\n- response: {{body: {{string: {good:?}}}}}\n",
                deep
            ),
            format!("# text\n{deep}\n```\n{good}\n```\n"),
            format!(
                "{{'a': {}}}\n{}",
                deep.replace('"', "'"),
                good.replace('"', "'")
            ),
            good.replace("\"a\"}", &format!("\"a\",\"extra\":{deep}}}")),
        ] {
            let import = import(&file);
            assert!(!import.report.problems.is_empty(), "{}", &file[..40]);
        }
    }
}

#[test]
fn a_gigabyte_in_one_line() {
    let limits = Limits {
        record_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut importer = Importer::summary(limits, 1);
    importer.push(chat("a", &[("a", "-1")]).as_bytes());
    importer.push(b"\n{\"x\":\"");
    let chunk = vec![b'x'; 8 << 20];
    for _ in 0..128 {
        importer.push(&chunk);
    }
    importer.push(b"\"}\n");
    importer.push(chat("b", &[("b", "-1")]).as_bytes());
    let import = importer.finish();
    assert_eq!(
        (import.metrics.n_sequences, codes(&import)),
        (2, vec!["limit_record"])
    );
    assert_eq!(
        problem(&import, "limit_record").places[0].detail,
        "longer than 1048576 bytes"
    );
}
