//! The Responses API, whole and as events.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, import, problem, texts};
use completions::{Finish, Form, FormatId, Import, Kind, decode_sequence};

/// An answer with these items and this end.
fn answer(items: &str, end: &str) -> String {
    format!(
        r#"{{"id":"r1","object":"response","created_at":1755502382.0,"model":"m","output":[{items}],"top_logprobs":3,"text":{{"format":{{"type":"text"}}}},{end}}}"#
    )
}

/// A message with these parts.
fn message(parts: &str) -> String {
    format!(r#"{{"type":"message","id":"msg","role":"assistant","content":[{parts}]}}"#)
}

const HI: &str = r#"{"type":"output_text","text":"Hi","annotations":[],"logprobs":[{"token":"Hi","bytes":[72,105],"logprob":-0.5,"top_logprobs":[{"token":"Hi","bytes":[72,105],"logprob":-0.5}]}]}"#;
const DONE: &str = r#""status":"completed","usage":{"input_tokens":3,"output_tokens":2,"output_tokens_details":{"reasoning_tokens":0}}"#;

fn values(import: &Import) -> Vec<f32> {
    import.columns.logprob.clone()
}

#[test]
fn a_whole_answer() {
    let record = answer(&message(HI), DONE);
    let import = import(&record);
    assert_eq!(
        (import.report.format_name(), codes(&import)),
        ("openai_responses", vec!["usage_mismatch"])
    );
    assert_eq!(
        problem(&import, "usage_mismatch").level,
        completions::Level::Info,
        "the end token is counted, not listed"
    );
    assert_eq!(
        (texts(&import), values(&import)),
        (vec!["Hi".to_owned()], vec![-0.5])
    );
    let completion = &import.columns.completions[0];
    assert_eq!(
        (
            completion.id.as_str(),
            completion.created,
            completion.prompt_tokens,
            completion.completion_tokens,
        ),
        ("r1", Some(1_755_502_382.0), Some(3), Some(2))
    );
    assert_eq!(import.columns.models, ["m"]);
    assert_eq!(
        import.report.evidence,
        ["openai_responses: `output[].content[]` has parts with their own `logprobs`"]
    );
    let detail = decode_sequence(
        Form::Value,
        FormatId::OPENAI_RESPONSES,
        record.as_bytes(),
        0,
    )
    .unwrap();
    assert_eq!(detail.tokens[0].alternatives.len(), 1);
    assert!(detail.tokens[0].chosen_is_listed);
}

#[test]
fn parts_and_items_are_one_sequence() {
    let second = r#"{"logprobs":[{"token":"!","logprob":-1}],"text":"!","type":"output_text"}"#;
    let reasoning = r#"{"type":"reasoning","summary":[],"content":[{"logprobs":[{"token":"x","logprob":-9}],"type":"reasoning_text","text":"x"}]}"#;
    let call = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}"#;
    let refusal = r#"{"type":"refusal","refusal":"No"}"#;
    let no_values = r#"{"type":"output_text","text":"Hi","logprobs":[]}"#;
    let table = [
        (
            format!("{},{}", message(HI), message(second)),
            "Hi!",
            vec![-0.5, -1.0],
            Kind::Answer,
            vec![],
        ),
        (
            message(&format!("{HI},{second}")),
            "Hi!",
            vec![-0.5, -1.0],
            Kind::Answer,
            vec![],
        ),
        (
            format!("{reasoning},{},{call}", message(HI)),
            "Hi",
            vec![-0.5],
            Kind::Answer,
            vec![],
        ),
        (
            format!("{reasoning},{call}"),
            "",
            vec![],
            Kind::ToolCall,
            vec!["no_logprobs"],
        ),
        (
            message(refusal),
            "No",
            vec![],
            Kind::Refusal,
            vec!["no_logprobs"],
        ),
        (
            message(no_values),
            "Hi",
            vec![],
            Kind::Answer,
            vec!["no_logprobs"],
        ),
        (
            format!("null,7,{}", message(HI)),
            "Hi",
            vec![-0.5],
            Kind::Answer,
            vec![],
        ),
        (String::new(), "", vec![], Kind::Answer, vec!["no_logprobs"]),
    ];
    for (items, text, logprobs, kind, problems) in table {
        let record = answer(&items, r#""status":"completed""#);
        let import = import(&record);
        assert_eq!(
            (texts(&import), values(&import), codes(&import)),
            (vec![text.to_owned()], logprobs, problems),
            "{items}"
        );
        assert_eq!(import.columns.sequences[0].kind, kind, "{items}");
        if items.contains("call_id") {
            let detail = decode_sequence(
                Form::Value,
                FormatId::OPENAI_RESPONSES,
                record.as_bytes(),
                0,
            )
            .unwrap();
            assert_eq!(
                detail.tool_calls,
                [("f".to_owned(), "{\"a\":1}".to_owned())]
            );
        }
    }
}

#[test]
fn told_without_a_name() {
    let nameless = format!(r#"{{"output":[{}]}}"#, message(HI));
    assert_eq!(
        import(&nameless).report.format_name(),
        "openai_responses",
        "by its parts"
    );
    let escaped = nameless.replace("output_text", "output\\u005ftext");
    assert_eq!(import(&escaped).report.format_name(), "openai_responses");
    let other = r#"{"output":[{"content":[{"type":"text","text":"x"}]}]}"#;
    assert_eq!(codes(&import(other)), ["unrecognised"]);
}

#[test]
fn ends() {
    let table = [
        (r#""status":"completed""#, Finish::Stop, vec![]),
        (
            r#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#,
            Finish::Length,
            vec!["truncated_by_length"],
        ),
        (
            r#""incomplete_details":{"reason":"content_filter"},"status":"incomplete""#,
            Finish::Filter,
            vec![],
        ),
        (r#""status":"cancelled""#, Finish::Cancelled, vec![]),
        (r#""status":"in_progress""#, Finish::Unknown, vec![]),
        (
            r#""status":"failed","error":{"code":"server_error","message":"oops"}"#,
            Finish::Error,
            vec!["request_failed"],
        ),
    ];
    for (end, finish, problems) in table {
        let import = import(answer(&message(HI), end));
        assert_eq!(
            (import.columns.sequences[0].finish, codes(&import)),
            (finish, problems),
            "{end}"
        );
    }
    for (end, why) in [
        (
            r#""status":"failed","error":{"code":"server_error","message":"oops"}"#,
            "server_error: oops",
        ),
        (r#""status":"failed","error":null"#, "without a message"),
    ] {
        let import = import(answer("", end));
        assert_eq!(import.metrics.n_sequences, 0, "{end}");
        assert_eq!(problem(&import, "request_failed").places[0].detail, why);
    }
}

/// Events of a stream whose deltas say "Hi" and "!"; the end repeats them.
fn events() -> Vec<String> {
    let two = r#"{"type":"output_text","text":"Hi!","logprobs":[{"token":"Hi","logprob":-0.5},{"token":"!","logprob":-1}]}"#;
    let event = |kind: &str, rest: &str| format!(r#"{{"type":"response.{kind}",{rest}}}"#);
    let delta = |text: &str, value: &str| {
        event(
            "output_text.delta",
            &format!(
                r#""item_id":"msg","output_index":0,"delta":"{text}","logprobs":[{{"token":"{text}","logprob":{value}}}]"#
            ),
        )
    };
    vec![
        event(
            "created",
            &format!(r#""response":{}"#, answer("", r#""status":"in_progress""#)),
        ),
        event(
            "in_progress",
            &format!(r#""response":{}"#, answer("", r#""status":"in_progress""#)),
        ),
        event(
            "output_item.added",
            r#""output_index":0,"item":{"type":"message","content":[]}"#,
        ),
        delta("Hi", "-0.5"),
        delta("!", "-1"),
        event(
            "output_text.done",
            r#""text":"Hi!","logprobs":[{"token":"Hi","logprob":-0.5},{"token":"!","logprob":-1}]"#,
        ),
        event("content_part.done", &format!(r#""part":{two}"#)),
        event("output_item.done", &format!(r#""item":{}"#, message(two))),
        event(
            "completed",
            &format!(
                r#""response":{}"#,
                answer(&message(two), r#""status":"completed""#)
            ),
        ),
    ]
}

fn sse(events: &[String]) -> String {
    events
        .iter()
        .map(|event| format!("event: x\ndata: {event}\n\n"))
        .collect()
}

#[test]
fn a_stream_says_everything_once() {
    let events = events();
    let table = [
        (sse(&events), "sse"),
        (events.join("\n"), "chunk_lines"),
        (format!("[{}]", events.join(",")), "json_array"),
        (sse(&events[3..]), "sse"),
        (events[8].clone(), "json"),
    ];
    for (file, container) in table {
        let import = import(&file);
        assert_eq!(codes(&import), [""; 0], "{file}");
        assert_eq!(
            (
                import.report.format_name(),
                import.report.container.as_str(),
                texts(&import),
                values(&import),
                import.columns.completions[0].id.as_str(),
                import.columns.sequences[0].finish,
            ),
            (
                "openai_responses_stream",
                container,
                vec!["Hi!".to_owned()],
                vec![-0.5, -1.0],
                "r1",
                Finish::Stop,
            ),
            "{file}"
        );
    }
}

#[test]
fn a_cut_stream_has_its_deltas() {
    let events = events();
    for end in 5..8 {
        let import = import(sse(&events[..end]));
        assert_eq!(codes(&import), ["stream_cut"], "{end}");
        assert_eq!(
            (texts(&import), values(&import)),
            (vec!["Hi!".to_owned()], vec![-0.5, -1.0]),
            "{end}"
        );
    }
    // The next one is another, with and without an id.
    let other: Vec<String> = events
        .iter()
        .map(|event| event.replace("r1", "r2"))
        .collect();
    let nameless: Vec<String> = events
        .iter()
        .map(|event| event.replace(r#""id":"r1","#, ""))
        .collect();
    for next in [&other, &nameless, &events] {
        let import = import(sse(&events[..4]) + &sse(next));
        assert_eq!(
            problem(&import, "stream_cut").count,
            1,
            "{:?}",
            codes(&import)
        );
        let mut all = texts(&import);
        all.sort();
        assert_eq!(all, ["Hi", "Hi!"]);
    }
}

#[test]
fn streams_may_be_mixed() {
    let events = events();
    let other: Vec<String> = events
        .iter()
        .map(|event| event.replace("r1", "r2"))
        .collect();
    let mixed: Vec<String> = events
        .iter()
        .zip(&other)
        .flat_map(|(one, two)| [one.clone(), two.clone()])
        .collect();
    let import = import(mixed.join("\n"));
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["Hi!".to_owned(); 2], vec![])
    );
    assert_eq!(values(&import), [-0.5, -1.0, -0.5, -1.0]);
}

#[test]
fn ends_that_say_less_than_the_deltas() {
    let events = events();
    let end = |items: &str, end: &str| {
        format!(
            r#"{{"type":"response.completed","response":{}}}"#,
            answer(items, end)
        )
    };
    let without_values = message(r#"{"type":"output_text","text":"Hi!"}"#);
    let table = [
        (end("", r#""status":"completed""#), Finish::Stop, vec![]),
        (
            end(&without_values, r#""status":"completed""#),
            Finish::Stop,
            vec![],
        ),
        (
            r#"{"type":"response.completed"}"#.to_owned(),
            Finish::Unknown,
            vec![],
        ),
        (
            end("", r#""status":"failed","error":{"message":"gone"}"#),
            Finish::Error,
            vec!["request_failed"],
        ),
    ];
    for (last, finish, problems) in table {
        let import = import(sse(&events[..5]) + &sse(std::slice::from_ref(&last)));
        assert_eq!(codes(&import), problems, "{last}");
        assert_eq!(
            (
                texts(&import),
                values(&import),
                import.columns.sequences[0].finish
            ),
            (vec!["Hi!".to_owned()], vec![-0.5, -1.0], finish),
            "{last}"
        );
    }
    let error = r#"{"type":"error","code":"rate_limit","message":"slow down","param":null}"#;
    let import = import(sse(&events[..5]) + &sse(&[error.to_owned()]));
    assert_eq!(codes(&import), ["request_failed", "stream_cut"]);
    assert_eq!(
        problem(&import, "request_failed").places[0].detail,
        "slow down"
    );
}

#[test]
fn refusals_and_calls_in_pieces() {
    let events = [
        r#"{"type":"response.created","response":{"id":"r"}}"#,
        r#"{"type":"response.refusal.delta","delta":"N"}"#,
        r#"{"type":"response.refusal.delta","delta":"o"}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","name":"f","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{"}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"}"}"#,
        r#"{"type":"response.function_call_arguments.done","output_index":1,"arguments":"{}"}"#,
    ];
    let file = events.join("\n");
    let import = import(&file);
    assert_eq!(codes(&import), ["stream_cut", "no_logprobs"]);
    assert_eq!(import.columns.sequences[0].kind, Kind::Refusal);
    let detail = decode_sequence(
        Form::Values,
        FormatId::OPENAI_RESPONSES_STREAM,
        file.as_bytes(),
        0,
    )
    .unwrap();
    assert_eq!(detail.tool_calls, [("f".to_owned(), "{}".to_owned())]);
    assert_eq!(detail.stated_text.as_deref(), Some("No"));
}
