use super::common::{codes, import, problem, texts};
use super::{detail, tokens, values};
use completions::{Finish, FormatId};

fn v1(prompt: &str, text: &str, tokens: &str) -> String {
    format!(
        r#"{{"id":"g",{prompt}"generations":[{{"id":"x","text":"{text}","finish_reason":"COMPLETE","likelihood":-3.5,"token_likelihoods":[{tokens}]}}],"meta":{{"billed_units":{{"input_tokens":2,"output_tokens":1}}}}}}"#
    )
}

const ECHOED: &str =
    r#"{"token":"hello"},{"likelihood":-5,"token":" world"},{"token":",","likelihood":-1}"#;

#[test]
fn the_prompt_is_told_from_its_text() {
    let known = v1(r#""prompt":"hello world","#, ",", ECHOED);
    let import_known = import(&known);
    assert_eq!(codes(&import_known), [""; 0]);
    assert_eq!(import_known.report.format_name(), "cohere_v1");
    assert_eq!(
        (tokens(&import_known), values(&import_known)),
        (vec![",".to_owned()], vec![-1.0])
    );
    let completion = &import_known.columns.completions[0];
    assert_eq!(
        (completion.prompt_tokens, completion.completion_tokens),
        (Some(2), Some(1))
    );
    assert_eq!(import_known.columns.sequences[0].finish, Finish::Stop);
    assert_eq!(detail(FormatId::COHERE_V1, &known).prompt.len(), 2);

    let unknown = import(v1("", ",", ECHOED));
    assert_eq!(
        codes(&unknown),
        [
            "echo_suspected",
            "missing",
            "text_mismatch",
            "usage_mismatch"
        ]
    );
    assert_eq!(unknown.metrics.counts.scored, 2);

    let plain = import(v1("", ",", r#"{"token":",","likelihood":-1}"#));
    assert_eq!(
        (codes(&plain), texts(&plain)),
        (vec![], vec![",".to_owned()])
    );
}

#[test]
fn generations_without_values() {
    for record in [
        r#"{"generations":[{"text":"a"}],"meta":{}}"#,
        r#"{"generations":[{"text":"a","token_likelihoods":null}],"meta":null}"#,
        r#"{"generations":[{"text":"a","token_likelihoods":[]}]}"#,
    ] {
        let import = import(record);
        assert_eq!(
            (import.report.format_name(), codes(&import), texts(&import)),
            ("cohere_v1", vec!["no_logprobs"], vec!["a".to_owned()]),
            "{record}"
        );
    }
    assert_eq!(
        codes(&import(r#"{"generations":[{"text":"a"}]}"#)),
        ["unrecognised"]
    );
}

const V2: &str = r#"{"id":"c","finish_reason":"MAX_TOKENS","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hi you"}]},"usage":{"billed_units":{"output_tokens":9},"tokens":{"input_tokens":4.0,"output_tokens":3}},"logprobs":[{"text":"Hi","token_ids":[1],"logprobs":[-0.5]},{"text":" you","token_ids":[2,3],"logprobs":[-1,-2]}]}"#;

#[test]
fn items_of_several_tokens() {
    let import_v2 = import(V2);
    assert_eq!(codes(&import_v2), ["truncated_by_length", "grouped_text"]);
    assert_eq!(problem(&import_v2, "grouped_text").count, 1);
    assert_eq!(import_v2.report.format_name(), "cohere_v2");
    assert_eq!(tokens(&import_v2), ["Hi", " you", ""]);
    assert_eq!(
        (values(&import_v2), texts(&import_v2)),
        (vec![-0.5, -1.0, -2.0], vec!["Hi you".to_owned()])
    );
    let completion = &import_v2.columns.completions[0];
    assert_eq!(
        (completion.prompt_tokens, completion.completion_tokens),
        (Some(4), Some(3))
    );
    let ids: Vec<Option<u64>> = detail(FormatId::COHERE_V2, V2)
        .tokens
        .iter()
        .map(|token| token.id)
        .collect();
    assert_eq!(ids, [Some(1), Some(2), Some(3)]);

    let without = V2.replace(r#","logprobs":[-1,-2]"#, "");
    assert_eq!(import(without).metrics.counts.scored, 1);
    let none = V2.replace(r#""logprobs":[{"text":"Hi""#, r#""other":[{"text":"Hi""#);
    let import_none = import(none);
    assert_eq!(
        (import_none.report.format_name(), codes(&import_none)),
        ("cohere_v2", vec!["no_logprobs", "truncated_by_length"])
    );
}

#[test]
fn events() {
    let delta = |text: &str, ids: &str, values: &str| {
        format!(
            r#"{{"type":"content-delta","index":0,"delta":{{"message":{{"content":{{"text":"{text}"}}}}}},"logprobs":{{"text":"{text}","token_ids":[{ids}],"logprobs":[{values}]}}}}"#
        )
    };
    let events = [
        r#"{"type":"message-start","id":"c","delta":{"message":{"role":"assistant","content":[]}}}"#.to_owned(),
        r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#.to_owned(),
        delta("Hi", "1", "-0.5"),
        delta(" you", "2,3", "-1,-2"),
        delta("!", "4,5", "-1,-2"),
        r#"{"type":"content-end","index":0}"#.to_owned(),
        r#"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"t","type":"function","function":{"name":"f","arguments":""}}}}}"#.to_owned(),
        r#"{"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#.to_owned(),
        r#"{"type":"tool-call-end","index":1}"#.to_owned(),
        r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"tokens":{"input_tokens":4,"output_tokens":5}}}}"#.to_owned(),
    ];
    let sse: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    for file in [&events.join("\n"), &sse, &format!("{sse}{sse}")] {
        let import = import(file);
        assert_eq!(
            problem(&import, "grouped_text").count,
            import.metrics.n_sequences,
            "one for each sequence"
        );
        assert!(!codes(&import).contains(&"stream_cut"), "{file}");
        assert_eq!(texts(&import)[0], "Hi you!");
        assert_eq!(import.columns.completions[0].id, "c");
        assert_eq!(import.columns.completions[0].completion_tokens, Some(5));
        assert_eq!(import.columns.sequences[0].finish, Finish::Stop);
    }
    let cut = import(format!("{}\n{}", events[..3].join("\n"), events.join("\n")));
    assert_eq!(texts(&cut), ["Hi", "Hi you!"]);
    assert_eq!(problem(&cut, "stream_cut").count, 1);
}
