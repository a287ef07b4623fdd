use super::common::{codes, import, problem, texts};
use super::{detail, tokens, values};
use completions::{Finish, FormatId, Import};
use metrics::Status;

/// A response with these candidates.
fn response(candidates: &str) -> String {
    format!(
        r#"{{"candidates":[{candidates}],"usageMetadata":{{"promptTokenCount":3,"candidatesTokenCount":2,"thoughtsTokenCount":70}},"modelVersion":"m","responseId":"r","createTime":"1970-01-01T00:00:10.5Z"}}"#
    )
}

const TWO: &str = r#"{"index":0,"content":{"role":"model","parts":[{"text":"4"},{"thought":true,"text":"hm"},{"text":"!"}]},"finishReason":"STOP","avgLogprobs":-9.5,"logprobsResult":{"topCandidates":[{"candidates":[{"token":"4","tokenId":9,"logProbability":-0.5},{"token":"5","tokenId":8,"logProbability":-1}]},{"candidates":[{"token":"?","logProbability":-0.1}]}],"chosenCandidates":[{"token":"4","tokenId":9,"logProbability":-0.5},{"token":"!","tokenId":0,"logProbability":-2}]}}"#;

#[test]
fn camels_and_snakes() {
    let camel = response(TWO);
    let mut snake = camel.clone();
    for (from, to) in [
        ("finishReason", "finish_reason"),
        ("avgLogprobs", "avg_logprobs"),
        ("logprobsResult", "logprobs_result"),
        ("topCandidates", "top_candidates"),
        ("chosenCandidates", "chosen_candidates"),
        ("tokenId", "token_id"),
        ("logProbability", "log_probability"),
        ("usageMetadata", "usage_metadata"),
        ("promptTokenCount", "prompt_token_count"),
        ("candidatesTokenCount", "candidates_token_count"),
        ("modelVersion", "model_version"),
        ("responseId", "response_id"),
        ("createTime", "create_time"),
    ] {
        snake = snake.replace(from, to);
    }
    for record in [camel, snake] {
        let import = import(&record);
        assert_eq!(codes(&import), ["sampled_not_listed"], "{record}");
        assert_eq!(import.report.format_name(), "gemini");
        assert_eq!(
            (tokens(&import), values(&import)),
            (vec!["4".to_owned(), "!".to_owned()], vec![-0.5, -2.0])
        );
        assert_eq!(texts(&import), ["4!"], "thoughts are left out");
        let completion = &import.columns.completions[0];
        assert_eq!(
            (
                completion.id.as_str(),
                completion.created,
                completion.prompt_tokens,
                completion.completion_tokens
            ),
            ("r", Some(10.5), Some(3), Some(2))
        );
        assert_eq!(import.columns.sequences[0].finish, Finish::Stop);
        let detail = detail(FormatId::GEMINI, &record);
        assert_eq!(detail.tokens[0].alternatives.len(), 2);
        assert_eq!((detail.tokens[0].id, detail.tokens[1].id), (Some(9), None));
        assert!(detail.tokens[0].chosen_is_listed && !detail.tokens[1].chosen_is_listed);
    }
}

/// A candidate with this `logprobsResult`.
fn result(text: &str, result: &str) -> String {
    response(&format!(
        r#"{{"content":{{"parts":[{{"text":"{text}"}}]}},"finishReason":"STOP","logprobsResult":{result}}}"#
    ))
}

fn statuses(import: &Import) -> Vec<Status> {
    (0..import.metrics.counts.total)
        .map(|index| import.columns.status(index))
        .collect()
}

#[test]
fn lists_that_lack_something() {
    use Status::{Missing, Scored};
    let table = [
        // Protobuf leaves out 0.
        (
            result(
                "ab",
                r#"{"chosenCandidates":[{"token":"a"},{"token":"b","logProbability":-1}]}"#,
            ),
            vec![Scored, Scored],
            vec!["zero_omitted"],
        ),
        (
            result(
                "ab",
                r#"{"chosenCandidates":[{"token":"a"},{"token":"b"}]}"#,
            ),
            vec![Missing, Missing],
            vec!["missing"],
        ),
        (
            result(
                "ab",
                r#"{"chosenCandidates":[{"token":"a","logProbability":null},{"token":"b","logProbability":0}]}"#,
            ),
            vec![Missing, Scored],
            vec!["missing"],
        ),
        (
            result(
                "ab",
                r#"{"chosenCandidates":[7,{"token":"ab","logProbability":-1}]}"#,
            ),
            vec![Missing, Scored],
            vec!["bad_field", "missing"],
        ),
        // The steps without what was chosen.
        (
            result(
                "",
                r#"{"topCandidates":[{"candidates":[{"token":"a","logProbability":-1}]},null]}"#,
            ),
            vec![Missing, Missing],
            vec!["missing", "sampled_not_listed"],
        ),
        (
            result(
                "a",
                r#"{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[]}"#,
            ),
            vec![Scored],
            vec!["array_lengths"],
        ),
        (
            result(
                "a",
                r#"{"topCandidates":[{"candidates":[{"token":"a","logProbability":-1}]},{"candidates":[{"token":"b","logProbability":-1}]}],"chosenCandidates":[{"token":"a","logProbability":-1}]}"#,
            ),
            vec![Scored],
            vec!["array_lengths"],
        ),
        (result("a", "{}"), vec![], vec!["no_logprobs"]),
        (result("a", "null"), vec![], vec!["no_logprobs"]),
    ];
    for (record, want, problems) in table {
        let import = import(&record);
        let mut found = codes(&import);
        found.retain(|code| *code != "usage_mismatch");
        assert_eq!((statuses(&import), found), (want, problems), "{record}");
    }
    let zero = import(result(
        "ab",
        r#"{"chosenCandidates":[{"token":"a"},{"token":"b","logProbability":-1}]}"#,
    ));
    assert_eq!(
        problem(&zero, "zero_omitted").sentence(),
        "1 value is left out where others are given, and counts as 0, at line 1, byte 0: token 0."
    );
    let top = result(
        "a",
        r#"{"chosenCandidates":[{"token":"a","logProbability":0}],"topCandidates":[{"candidates":[{"token":"a"},{"token":"b","logProbability":-30}]}]}"#,
    );
    let listed = &detail(FormatId::GEMINI, &top).tokens[0].alternatives;
    assert_eq!(
        (
            listed[0].token.as_str(),
            listed[0].logprob,
            listed[0].chosen
        ),
        ("a", Some(0.0), true)
    );
}

/// A piece of a stream; `finish` is empty or the reason.
fn piece(id: &str, index: u32, text: &str, finish: &str) -> String {
    let id = if id.is_empty() {
        String::new()
    } else {
        format!(r#","responseId":"{id}""#)
    };
    let finish = if finish.is_empty() {
        String::new()
    } else {
        format!(r#","finishReason":"{finish}""#)
    };
    format!(
        r#"{{"candidates":[{{"index":{index},"content":{{"parts":[{{"text":"{text}"}}]}},"logprobsResult":{{"chosenCandidates":[{{"token":"{text}","logProbability":-1}}]}}{finish}}}],"usageMetadata":{{"promptTokenCount":1}},"modelVersion":"m"{id}}}"#
    )
}

#[test]
fn streams_in_lists_and_events() {
    for id in ["r", ""] {
        let pieces = [
            piece(id, 0, "a", ""),
            piece(id, 1, "x", ""),
            piece(id, 0, "b", "STOP"),
            piece(id, 1, "y", "MAX_TOKENS"),
        ];
        let events: String = pieces
            .iter()
            .map(|piece| format!("data: {piece}\r\n\r\n"))
            .collect();
        for file in [
            format!("[{}]", pieces.join(",\r\n")),
            events,
            pieces.join("\n"),
        ] {
            let import = import(&file);
            assert_eq!(codes(&import), ["truncated_by_length"], "{file}");
            assert_eq!(texts(&import), ["ab", "xy"], "{file}");
            assert_eq!(import.columns.completions.len(), 1);
        }
        let cut = import(pieces[..3].join("\n"));
        assert_eq!(codes(&cut), ["stream_cut"]);
        assert_eq!(texts(&cut), ["ab", "x"]);
    }
    // Whole ones stay apart, whatever they lack.
    let whole = |id: &str| [piece(id, 0, "a", "STOP"), piece(id, 0, "b", "STOP")].join("\n");
    for file in [whole("r"), whole("")] {
        assert_eq!(texts(&import(&file)), ["a", "b"], "{file}");
    }
    let bare = r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#;
    let two = import(format!("{bare}\n{bare}"));
    assert_eq!(
        (texts(&two), codes(&two)),
        (vec!["a".to_owned(); 2], vec!["no_logprobs", "duplicate"])
    );
}

#[test]
fn calls_and_blocked_prompts() {
    let record = response(
        r#"{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}}}]},"finishReason":"STOP"}"#,
    );
    assert_eq!(
        detail(FormatId::GEMINI, &record).tool_calls,
        [("f".to_owned(), "{\"a\":1}".to_owned())]
    );
    let blocked = import(r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{}}"#);
    assert_eq!(
        problem(&blocked, "request_failed").places[0].detail,
        "the prompt was blocked: SAFETY"
    );
}
