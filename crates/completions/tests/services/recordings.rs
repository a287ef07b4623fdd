use super::common::{chat, codes, import, problem, texts};
use super::{tokens, values};
use completions::{Form, FormatId, Severity, decode_sequence};

fn dotnet(entries: &[String]) -> String {
    format!(r#"{{"Entries":[{}],"Variables":{{}}}}"#, entries.join(","))
}

fn entry(status: u32, body: &str) -> String {
    format!(
        r#"{{"RequestUri":"x","RequestHeaders":{{"Authorization":"Sanitized"}},"RequestBody":{{"messages":[{{"role":"user","content":"Q"}}]}},"StatusCode":{status},"ResponseBody":{body}}}"#
    )
}

fn http(status: &str, body: &str) -> String {
    format!(
        r#"{{"request":{{"method":"POST","headers":{{}},"body":"{{\"prompt\": \"P\"}}"}},"response":{{"status":{status},"headers":{{}},"body":{body}}}}}"#
    )
}

/// Two pieces of a chat stream as the text of a body.
fn events() -> Vec<String> {
    let piece = |text: &str, finish: &str| {
        format!(
            "data: {{\"id\":\"s\",\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"logprobs\":{{\"content\":[{{\"token\":\"{text}\",\"logprob\":-1}}]}},\"finish_reason\":{finish}}}]}}\n"
        )
    };
    vec![
        piece("a", "null"),
        "\n".to_owned(),
        piece("b", "\"stop\""),
        "\n".to_owned(),
        "data: [DONE]\n\n".to_owned(),
    ]
}

fn json(value: impl Into<serde_json::Value>) -> String {
    value.into().to_string()
}

#[test]
fn bodies_of_all_kinds() {
    let whole = chat("a", &[("Hi", "-1")]);
    let stream = events();
    let legacy_pieces = json(vec![whole.as_str()]);
    let table = [
        (
            dotnet(&[entry(200, &whole)]),
            "json+dotnet_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            dotnet(&[entry(200, &json(whole.as_str()))]),
            "json+dotnet_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            dotnet(&[entry(200, &legacy_pieces)]),
            "json+dotnet_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            dotnet(&[entry(200, &format!("[{whole}]"))]),
            "json+dotnet_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            dotnet(&[entry(200, &json(stream.clone()))]),
            "json+dotnet_record+sse",
            "openai_chat_stream",
            vec!["ab"],
        ),
        (
            dotnet(&[
                entry(204, "null"),
                entry(200, &whole),
                entry(200, &chat("b", &[("Oh", "-1")])),
            ]),
            "json+dotnet_record",
            "openai_chat",
            vec!["Hi", "Oh"],
        ),
        (
            http("200", &json(whole.as_str())),
            "json+http_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            http(r#"{"code":200,"message":"OK"}"#, &whole),
            "json+http_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            http("200", &format!(r#"{{"string":{}}}"#, json(whole.as_str()))),
            "json+http_record",
            "openai_chat",
            vec!["Hi"],
        ),
        (
            http("200", &json(stream.concat())),
            "json+http_record+sse",
            "openai_chat_stream",
            vec!["ab"],
        ),
    ];
    for (file, container, format, text) in table {
        let import = import(&file);
        assert_eq!(codes(&import), [""; 0], "{file}");
        assert_eq!(
            (
                import.report.container.as_str(),
                import.report.format_name()
            ),
            (container, format),
            "{file}"
        );
        assert_eq!(texts(&import), text, "{file}");
        let format = import.columns.completions[0].format;
        for nth in 0..import.columns.sequences.len() {
            let nth = u32::try_from(nth).unwrap();
            let detail = decode_sequence(Form::Value, format, file.as_bytes(), nth).unwrap();
            assert_eq!(detail.stated_text.as_deref(), Some(text[nth as usize]));
        }
    }
}

#[test]
fn refusals_are_said() {
    let error = r#"{"error":{"code":"bad_key","message":"who are you"}}"#;
    let table = [
        (
            dotnet(&[entry(401, error)]),
            "status 401, bad_key: who are you",
        ),
        (
            dotnet(&[entry(500, "null")]),
            "status 500, without a message",
        ),
        (dotnet(&[entry(200, error)]), "bad_key: who are you"),
        (
            http("429", &json(error)),
            "status 429, bad_key: who are you",
        ),
        (http("502", r#""<html>""#), "status 502, <html>"),
        (http("200", &json(error)), "bad_key: who are you"),
    ];
    for (file, why) in table {
        let import = import(format!("{file}\n{}", chat("a", &[("Hi", "-1")])));
        let problem = problem(&import, "request_failed");
        assert_eq!(
            (problem.count, problem.places[0].detail.as_str()),
            (1, why),
            "{file}"
        );
        assert_eq!(import.report.severity(1), Severity::Partial);
        assert_eq!(texts(&import), ["Hi"]);
    }
    for (file, why) in [
        (
            dotnet(&[entry(200, r#"{"data":[]}"#)]),
            "it is a recording, but none of its answers has a known format",
        ),
        (
            http("200", r#""plain""#),
            "it is a recording, but its answer has no known format",
        ),
    ] {
        let import = import(&file);
        assert_eq!(problem(&import, "unrecognised").places[0].detail, why);
    }
}

#[test]
fn the_prompt_of_the_request_is_no_part_of_the_answer() {
    let echoed = r#"{"id":"c","object":"text_completion","choices":[{"text":"P a","index":0,"finish_reason":"stop","logprobs":{"tokens":["P"," a"],"token_logprobs":[null,-1]}}]}"#;
    let record =
        http("200", &json(echoed)).replace(r#""body":"{\"prompt\""#, r#""body":"{ \"prompt\""#);
    let late = format!(
        r#"{{"Entries":[{{"ResponseBody":{echoed},"StatusCode":200,"RequestBody":{{"prompt":"P"}}}}]}}"#
    );
    for file in [record, late] {
        let import = import(&file);
        assert_eq!(codes(&import), [""; 0], "{file}");
        assert_eq!(
            (tokens(&import), values(&import)),
            (vec![" a".to_owned()], vec![-1.0])
        );
        let detail = decode_sequence(
            Form::Value,
            FormatId::OPENAI_COMPLETIONS,
            file.as_bytes(),
            0,
        )
        .unwrap();
        assert_eq!(detail.prompt[0].bytes, b"P");
    }
}

#[test]
fn rows_of_vertex_batches() {
    let response = r#"{"candidates":[{"content":{"parts":[{"text":"4"}]},"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"4","logProbability":-0.5}]}}]}"#;
    let row = |response: &str, status: &str| {
        format!(
            r#"{{"status":"{status}","processed_time":"2025","request":{{"contents":[]}},"response":{response}}}"#
        )
    };
    let import = import(format!(
        "{}\n{}",
        row(response, ""),
        row("{}", "Bad Request: no")
    ));
    assert_eq!(
        (
            import.report.container.as_str(),
            import.report.format_name()
        ),
        ("jsonl+vertex_batch", "gemini")
    );
    assert_eq!(
        (texts(&import), values(&import)),
        (vec!["4".to_owned()], vec![-0.5])
    );
    assert_eq!(
        problem(&import, "request_failed").places[0].detail,
        "Bad Request: no"
    );
    assert!(
        import
            .report
            .evidence
            .contains(&"vertex_batch: `request` beside `response.candidates`".to_owned())
    );
}
