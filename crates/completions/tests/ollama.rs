//! Ollama's own answers, whole and line by line.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, detail, events, import, listed, problem, texts};
use completions::{Finish, Kind};

const LISTED: &str = r#""logprobs":[{"token":"A","logprob":-0.1,"bytes":[65],"top_logprobs":[{"token":"A","logprob":-0.1,"bytes":[65]},{"token":"B","logprob":-3}]}]"#;

#[test]
fn both_kinds_in_any_order() {
    let head = r#""model":"m","created_at":"2025-01-01T00:00:00.5Z""#;
    let end = r#""done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2,"total_duration":1832583200,"context":[1,2]"#;
    for said in [
        r#""response":"A""#,
        r#""message":{"role":"assistant","content":"A","thinking":"so"}"#,
    ] {
        for parts in [
            [head, said, end, LISTED],
            [LISTED, end, said, head],
            [end, LISTED, head, said],
        ] {
            let file = format!("{{{}}}", parts.join(","));
            let import = import(&file);
            assert_eq!(import.report.format_name(), "ollama", "{file}");
            assert_eq!(import.report.container, "json");
            assert_eq!(
                import.report.evidence,
                ["ollama: `done` beside `response` or `message`"]
            );
            // One more than is listed: the end token.
            assert_eq!(codes(&import), ["usage_mismatch"]);
            assert_eq!(texts(&import), ["A"]);
            let completion = &import.columns.completions[0];
            assert_eq!(
                (
                    completion.created,
                    completion.prompt_tokens,
                    completion.completion_tokens
                ),
                (Some(1_735_689_600.5), Some(3), Some(2))
            );
            assert_eq!(import.columns.models, ["m"]);
            let sequence = &import.columns.sequences[0];
            assert_eq!(
                (sequence.finish, sequence.kind),
                (Finish::Stop, Kind::Answer)
            );
            assert_eq!(listed(&detail(&file, &import, 0), 0), ["A*", "B"]);
        }
    }
}

/// A line of a stream.
fn line(model: &str, text: &str, rest: &str) -> String {
    format!(
        r#"{{"model":{model:?},"created_at":"2025-01-01T00:00:00Z","response":{text:?},"logprobs":[{{"token":{text:?},"logprob":-0.5}}],{rest}}}"#
    )
}

#[test]
fn lines_until_done_are_one_answer() {
    let on = r#""done":false"#;
    let end = r#"{"model":"m","created_at":"2025-01-01T00:00:01Z","response":"","done":true,"done_reason":"length","eval_count":2}"#.to_owned();
    let end = || end.clone();
    let last = r#""done":true,"done_reason":"stop""#;
    type Row = (
        Vec<String>,
        &'static [&'static str],
        &'static [&'static str],
    );
    let table: [Row; 5] = [
        (
            vec![line("m", "a", on), line("m", "b", on), end()],
            &["ab"],
            &["truncated_by_length"],
        ),
        (vec![line("m", "a", on), line("m", "b", last)], &["ab"], &[]),
        (
            vec![
                line("m", "a", on),
                line("m", "b", last),
                line("m", "c", on),
                line("m", "d", last),
            ],
            &["ab", "cd"],
            &[],
        ),
        (
            vec![
                line("m", "a", on),
                line("n", "x", on),
                line("m", "b", last),
                line("n", "y", last),
            ],
            &["ab", "xy"],
            &["mixed_models"],
        ),
        (
            vec![line("m", "a", on), line("m", "b", on)],
            &["ab"],
            &["stream_cut"],
        ),
    ];
    for (lines, want, warned) in table {
        for (file, container) in [(lines.join("\n"), "chunk_lines"), (events(&lines), "sse")] {
            let import = import(&file);
            assert_eq!(texts(&import), want, "{file}");
            assert_eq!(codes(&import), warned, "{file}");
            assert_eq!(import.report.container, container);
            (0..want.len()).for_each(|nth| {
                detail(&file, &import, nth);
            });
        }
    }
    let whole = [line("m", "a", last), line("m", "b", last)].join("\n");
    assert_eq!(import(&whole).report.container, "jsonl");
}

#[test]
fn lost_characters_and_tool_calls() {
    let lost = r#"{"model":"m","response":"😊","done":true,"logprobs":[{"token":"\ufffd","logprob":-0.1,"bytes":[239,191,189]},{"token":"\ufffd","logprob":-0.2,"bytes":[239,191,189]}]}"#;
    let lost = import(lost);
    assert_eq!(codes(&lost), ["text_mismatch", "replacement_chars"]);
    assert_eq!(problem(&lost, "replacement_chars").count, 2);
    let call = r#"{"model":"m","message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"a": 1}}}]},"done":true}"#;
    let calls = import(call);
    assert_eq!(calls.columns.sequences[0].kind, Kind::ToolCall);
    assert_eq!(
        detail(call, &calls, 0).tool_calls,
        [("f".to_owned(), r#"{"a": 1}"#.to_owned())]
    );
    assert_eq!(
        problem(&calls, "no_logprobs").places[0].detail,
        "it is a tool call"
    );
    for (field, why) in [
        ("", "`logprobs` is not there"),
        (r#","logprobs":null"#, "`logprobs` is null"),
    ] {
        let import = import(format!(r#"{{"response":"a","done":true{field}}}"#));
        assert_eq!(problem(&import, "no_logprobs").places[0].detail, why);
    }
}
