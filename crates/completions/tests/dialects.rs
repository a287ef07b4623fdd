//! Servers that answer like OpenAI, with keys and shapes of their own; echoed prompts; streams of legacy completions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, import, problem, texts};
use completions::{Import, SequenceDetail, decode_sequence};

/// The detail of the first sequence.
#[track_caller]
fn detail(file: &str, import: &Import) -> SequenceDetail {
    common::details_agree(file.as_bytes(), import);
    let completion = &import.columns.completions[0];
    let record = import.columns.records[completion.record as usize];
    let bytes = &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
    decode_sequence(record.form, completion.format, bytes, 0).unwrap()
}

/// Text and value of the prompt's tokens; `?` where the token is not told.
fn prompt(detail: &SequenceDetail) -> String {
    let token = |token: &completions::TokenDetail| {
        let text = String::from_utf8_lossy(&token.bytes).into_owned();
        if token.alternatives.is_empty() || token.chosen_is_listed {
            format!("{text}:{}", token.logprob)
        } else {
            format!("?{}", token.alternatives.len())
        }
    };
    detail
        .prompt
        .iter()
        .map(token)
        .collect::<Vec<_>>()
        .join(" ")
}

const ENTRY: &str = r#"{"791":{"logprob":-3.5,"rank":4,"decoded_token":"The"},"7":{"logprob":-1,"rank":1,"decoded_token":"Q"}}"#;
const ONLY: &str = r#"{"5":{"logprob":-2,"rank":1,"decoded_token":" a"}}"#;

#[test]
fn prompt_values_of_vllm() {
    // (keys of the root, keys of the choice, prompt, problems)
    let cases: [(&str, &str, &str, &[&str]); 8] = [
        // Given ids decide, wherever they stand.
        (
            &format!(r#""prompt_logprobs":[null,{ENTRY}],"prompt_token_ids":[1,7]"#),
            "",
            ":0 Q:-1",
            &[],
        ),
        (
            "",
            &format!(r#","prompt_token_ids":[1,791],"prompt_logprobs":[null,{ENTRY}]"#),
            ":0 The:-3.5",
            &[],
        ),
        // The only entry, and the one that was not asked for.
        (
            &format!(r#""prompt_logprobs":[null,{ONLY},{ENTRY}]"#),
            "",
            ":0  a:-2 The:-3.5",
            &[],
        ),
        // All ranks beyond what is listed: the same without another position to compare with.
        (
            &format!(r#""prompt_logprobs":[null,{ENTRY}]"#),
            "",
            ":0 The:-3.5",
            &[],
        ),
        // In order of rank, all asked for: nothing tells it, but the text may.
        (
            "",
            r#","prompt_logprobs":[null,{"1":{"logprob":-1,"rank":1,"decoded_token":"a"},"2":{"logprob":-2,"rank":2,"decoded_token":"b"}}]"#,
            ":0 ?2",
            &["prompt_token_unknown"],
        ),
        (
            r#""prompt":"bc""#,
            r#","prompt_logprobs":[null,{"1":{"logprob":-1,"rank":1,"decoded_token":"a"},"2":{"logprob":-2,"rank":2,"decoded_token":"b"}}]"#,
            ":0 b:-2",
            &[],
        ),
        (
            "",
            r#","prompt_logprobs":[null,{"1":{"logprob":-1,"rank":null,"decoded_token":null}},null]"#,
            ":0 :-1 :0",
            &[],
        ),
        (
            "",
            r#","prompt_logprobs":null,"prompt_token_ids":null"#,
            "",
            &[],
        ),
    ];
    for (root, choice, want, problems) in cases {
        let comma = if root.is_empty() { "" } else { "," };
        let chat = format!(
            r#"{{{root}{comma}"object":"chat.completion","choices":[{{"message":{{"content":"x"}},"logprobs":{{"content":[{{"token":"x","logprob":-1}}]}}{choice}}}]}}"#
        );
        let behind = format!(
            r#"{{"object":"text_completion","choices":[{{"text":"x","logprobs":{{"tokens":["x"],"token_logprobs":[-1]}}{choice}}}]{comma}{root}}}"#
        );
        for file in [chat, behind] {
            let import = import(&file);
            assert_eq!(prompt(&detail(&file, &import)), want, "{file}");
            assert_eq!(codes(&import), problems, "{file}");
            assert_eq!(
                (import.metrics.counts.total, texts(&import)),
                (1, vec!["x".to_owned()])
            );
            let told = import
                .report
                .evidence
                .iter()
                .any(|line| line.starts_with("vLLM: `"));
            assert_eq!(
                told,
                !want.is_empty() || choice.contains("prompt"),
                "{:?}",
                import.report.evidence
            );
        }
    }
}

#[test]
fn a_whole_vocabulary_is_passed_over() {
    let entries: Vec<String> = (0..1001)
        .map(|id| format!(r#""{id}":{{"logprob":-7,"rank":{id}}}"#))
        .collect();
    let file = format!(
        r#"{{"choices":[{{"text":"x","prompt_logprobs":[null,{{{}}}],"logprobs":{{"tokens":["x"],"token_logprobs":[-1]}}}}]}}"#,
        entries.join(",")
    );
    let import = import(&file);
    assert_eq!(codes(&import), ["prompt_skipped"]);
    assert!(detail(&file, &import).prompt.is_empty());
    assert_eq!(
        problem(&import, "prompt_skipped").sentence(),
        "The values of 1 prompt list the whole vocabulary and are left out, at line 1, byte 0."
    );
}

#[test]
fn tokens_that_are_ids() {
    let chat = r#"{"choices":[{"message":{"content":"Hi you"},"logprobs":{"content":[{"token":"token_id:9","logprob":-1,"bytes":[116,111,107,101,110,95,105,100,58,57],"top_logprobs":[{"token":"token_id:9","logprob":-1},{"token":"token_id:8","logprob":-2}]},{"token":"token_id:10","logprob":-2}]}}]}"#;
    let legacy = r#"{"choices":[{"text":"Hi you","logprobs":{"tokens":["token_id:9","token_id:10"],"token_logprobs":[-1,-2],"top_logprobs":[{"token_id:9":-1,"token_id:8":-2},null]}}]}"#;
    for file in [chat, legacy] {
        let import = import(file);
        let detail = detail(file, &import);
        assert_eq!(
            (texts(&import), codes(&import)),
            (vec!["Hi you".to_owned()], vec![]),
            "{file}"
        );
        let ids: Vec<_> = detail
            .tokens
            .iter()
            .map(|token| (token.id, token.bytes.len()))
            .collect();
        assert_eq!(ids, [(Some(9), 0), (Some(10), 0)]);
        assert!(detail.tokens[0].alternatives[0].chosen);
        assert_eq!(
            import.report.evidence[1],
            "vLLM: `token_id:` for the text of tokens"
        );
    }
    let written = import(common::chat("a", &[("a", "-1"), ("token_id:9", "-1")]));
    assert_eq!(texts(&written), ["atoken_id:9"]);
}

#[test]
fn values_of_together() {
    let file = r#"{"prompt":[{"text":"P q","logprobs":{"tokens":["P"," q"],"token_logprobs":[null,-2]}}],"choices":[{"message":{"content":"Hi"},"logprobs":{"content":null,"tokens":["Hi"],"token_logprobs":[-0.5],"top_logprobs":[{"Hi":-0.5}]}}]}"#;
    let whole = import(file);
    assert_eq!((whole.metrics.counts.total, codes(&whole)), (1, vec![]));
    assert_eq!(prompt(&detail(file, &whole)), "P:0  q:-2");
    assert_eq!(whole.report.evidence[1], "Together: `prompt[].logprobs`");
    // Pieces have one number each.
    let piece = |text: &str, value: &str, finish: &str| {
        format!(
            r#"{{"id":"t","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{{"content":"{text}"}},"logprobs":{value},"finish_reason":{finish}}}]}}"#
        )
    };
    let stream = [
        piece("He", "-0.5", "null"),
        piece("llo", "-1", "null"),
        piece("", "null", "\"stop\""),
    ]
    .join("\n");
    let import = import(&stream);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["Hello".to_owned()], vec![])
    );
    assert_eq!(import.columns.logprob, [-0.5, -1.0]);
    assert_eq!(import.report.format_name(), "openai_chat_stream");
    assert!(
        import
            .report
            .evidence
            .contains(&"Together: `choices[].logprobs` is a number".to_owned())
    );
    common::details_agree(stream.as_bytes(), &import);
}

#[test]
fn evidence_of_dialects() {
    let chat = |root: &str, choice: &str, lists: &str, token: &str| {
        format!(
            r#"{{"choices":[{{"message":{{"content":"a"}},"logprobs":{{"content":[{{"token":"a","logprob":-1{token}}}]{lists}}}{choice}}}]{root}}}"#
        )
    };
    let legacy = r#"{"choices":[{"text":"a","logprobs":{"tokens":["a"],"token_logprobs":[-1],"text_offset":[-1]}}]}"#;
    let cases = [
        (chat(r#","kv_transfer_params":null"#, "", "", ""), "vLLM: `kv_transfer_params`"),
        (chat("", r#","stop_reason":null"#, "", ""), "vLLM: `choices[].stop_reason`"),
        (chat("", "", "", r#","sampling_logprob":-2,"text_offset":4,"id":3"#), "Fireworks: `sampling_logprob`"),
        (chat("", "", r#","reasoning_content":[{"token":"hm","logprob":-1}]"#, ""), "DeepSeek: `choices[].logprobs.reasoning_content`"),
        (chat(r#","system_fingerprint":"3.1.2-native""#, "", "", ""), "TGI: `system_fingerprint`"),
        (chat("", r#","content_filter_results":{}"#, "", ""), "Azure: `choices[].content_filter_results`"),
        (chat(r#","timings":{}"#, "", "", r#","id":5"#), "llama.cpp: `timings`"),
        // Our own records have timings, too.
        (chat(r#","engine":{"name":"surprisal"},"timings":{}"#, "", "", ""), "Surprisal: `engine`"),
        (chat(r#","engine":{"name":"there","protocol":"openai"},"timings":{}"#, "", "", ""), "Surprisal: `engine`"),
        (chat(r#","engine":"v2","timings":{}"#, "", "", ""), "llama.cpp: `timings`"),
        (legacy.to_owned(), "SGLang: `text_offset` is -1"),
        (
            r#"{"choices":[{"message":{"content":"a"},"logprobs":{"tokens":["a"],"token_logprobs":[-1]}}]}"#.to_owned(),
            "Together: `logprobs.tokens` in a chat choice",
        ),
    ];
    for (file, want) in cases {
        let import = import(&file);
        assert_eq!(import.report.evidence[1..], [want.to_owned()], "{file}");
        assert_eq!(
            (import.metrics.counts.scored, texts(&import)),
            (1, vec!["a".to_owned()]),
            "{file}"
        );
        common::details_agree(file.as_bytes(), &import);
    }
    let plain = import(chat(r#","system_fingerprint":"fp_1""#, "", "", ""));
    assert_eq!(plain.report.evidence.len(), 1);
}

#[test]
fn values_of_oci() {
    let file = r#"{"modelId":"x","chatResponse":{"apiFormat":"GENERIC","timeCreated":"2025-01-01T00:00:00Z","choices":[{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"ab"}]},"finishReason":"length","logprobs":{"tokens":["a","b"],"tokenLogprobs":["-0.5",-1],"topLogprobs":[{"a":"-0.5","c":"-3"},null],"textOffset":[0,1]}}],"usage":{"promptTokens":4,"completionTokens":2}}}"#;
    let import = import(file);
    let detail = detail(file, &import);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["ab".to_owned()], vec!["truncated_by_length"])
    );
    assert_eq!(import.columns.logprob, [-0.5, -1.0]);
    assert_eq!(detail.tokens[0].alternatives[1].logprob, Some(-3.0));
    let completion = &import.columns.completions[0];
    assert_eq!(
        (
            completion.created,
            completion.prompt_tokens,
            completion.completion_tokens
        ),
        (Some(1_735_689_600.0), Some(4), Some(2))
    );
    assert!(
        import
            .report
            .evidence
            .contains(&"OCI: `choices[].logprobs.tokenLogprobs`".to_owned())
    );
}

#[test]
fn numbers_of_tgi() {
    let file = r#"{"object":"text_completion","choices":[{"text":"Hi you","index":0,"logprobs":[-0.5,-1,null]}]}"#;
    let whole = import(file);
    assert_eq!(
        (texts(&whole), whole.metrics.counts.scored),
        (vec!["Hi you".to_owned()], 2)
    );
    assert_eq!(
        problem(&whole, "array_lengths").places[0].detail,
        "0 tokens, 3 values"
    );
    common::details_agree(file.as_bytes(), &whole);
    let piece = |text: &str, value: &str, finish: &str| {
        format!(
            r#"{{"id":"t","object":"text_completion","choices":[{{"index":0,"text":"{text}","logprobs":{value},"finish_reason":"{finish}"}}]}}"#
        )
    };
    let stream = [piece("Hi", "[-0.5]", ""), piece(" you", "[-1]", "length")].join("\n");
    let import = import(&stream);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["Hi you".to_owned()], vec!["truncated_by_length"])
    );
    assert_eq!(import.columns.sequences[0].n_tokens, 2);
}

/// Azure speaks of the prompt first, in an event without any name.
#[test]
fn a_stream_of_azure() {
    let piece = |content: &str, finish: &str| {
        format!(
            r#"data: {{"id":"s","object":"chat.completion.chunk","model":"m","choices":[{{"index":0,"delta":{{"content":"{content}"}},"logprobs":{{"content":[{{"token":"{content}","logprob":-1}}]}},"finish_reason":{finish}}}]}}"#
        )
    };
    let first = r#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}"#;
    let events = [
        first.to_owned(),
        piece("a", "null"),
        piece("b", "\"stop\""),
        "data: [DONE]\n\n".to_owned(),
    ];
    let import = import(events.join("\n\n"));
    assert_eq!(import.report.format_name(), "openai_chat_stream");
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["ab".to_owned()], vec![])
    );
}

#[test]
fn streams_of_legacy_completions() {
    let piece = |id: &str, index: u32, text: &str, finish: &str| {
        format!(
            r#"{{"id":"{id}","object":"text_completion","created":1,"model":"m","choices":[{{"index":{index},"text":"{text}","logprobs":{{"tokens":["{text}"],"token_logprobs":[-1],"top_logprobs":[{{"{text}":-1}}],"text_offset":[0]}},"finish_reason":{finish}}}]}}"#
        )
    };
    let usage =
        r#"{"id":"s","object":"text_completion","choices":[],"usage":{"completion_tokens":4}}"#
            .to_owned();
    let lines = [
        piece("s", 0, "a", "null"),
        piece("s", 1, "x", "null"),
        piece("s", 0, "b", "\"stop\""),
        piece("s", 1, "y", "\"stop\""),
        usage,
        piece("u", 0, "whole", "\"stop\""),
    ];
    let events: String = lines
        .iter()
        .map(|line| format!("data: {line}\n\n"))
        .collect();
    for (file, container) in [
        (lines.join("\n"), "chunk_lines"),
        (events + "data: [DONE]\n\n", "sse"),
    ] {
        let import = import(&file);
        assert_eq!(
            (texts(&import), codes(&import)),
            (
                vec!["ab".to_owned(), "xy".to_owned(), "whole".to_owned()],
                vec![]
            ),
            "{file}"
        );
        assert_eq!(
            (
                import.report.format_name(),
                import.report.container.as_str()
            ),
            ("openai_completions", container)
        );
        assert_eq!(import.columns.completions[0].completion_tokens, Some(4));
        common::details_agree(file.as_bytes(), &import);
    }
}

#[test]
fn echoed_prompts() {
    // (root, text, tokens, values, prompt, text of the sequence, problems)
    let cases = [
        (
            r#""prompt":"P q","#,
            "P q a",
            r#"["P"," q"," a"]"#,
            "[null,-1,-2]",
            "P:0  q:-1",
            " a",
            vec![],
        ),
        // The record states only the answer, or nothing but the tokens.
        (
            r#""prompt":"P q","#,
            " a",
            r#"["P"," q"," a"]"#,
            "[null,-1,-2]",
            "P:0  q:-1",
            " a",
            vec![],
        ),
        (
            r#""prompt":"P","#,
            "P a",
            r#"["<s>","P"," a"]"#,
            "[null,-1,-2]",
            "<s>:0 P:-1",
            " a",
            vec![],
        ),
        // A token that reaches over the end is the answer's.
        (
            r#""prompt":"P q","#,
            "P quo",
            r#"["P"," quo"]"#,
            "[null,-1]",
            "P:0",
            " quo",
            vec!["text_mismatch"],
        ),
        (
            r#""prompt":[{"content":"P q"}],"#,
            "P q a",
            r#"["P"," q"," a"]"#,
            "[null,-1,-2]",
            "P:0  q:-1",
            " a",
            vec![],
        ),
        // No echo.
        (
            r#""prompt":"P q","#,
            " a b",
            r#"[" a"," b"]"#,
            "[-1,-2]",
            "",
            " a b",
            vec![],
        ),
        (
            r#""prompt":"","#,
            "a b",
            r#"["a"," b"]"#,
            "[-1,-2]",
            "",
            "a b",
            vec![],
        ),
        // An echo of another prompt, and one that is not known.
        (
            r#""prompt":"X","#,
            "P a",
            r#"["P"," a"]"#,
            "[null,-2]",
            "",
            "P a",
            vec!["echo_suspected", "missing"],
        ),
        (
            "",
            "P a",
            r#"["P"," a"]"#,
            "[null,-2]",
            "",
            "P a",
            vec!["echo_suspected", "missing"],
        ),
        // Nothing but the prompt.
        (
            r#""prompt":"P q","#,
            "P q",
            r#"["P"," q"]"#,
            "[null,-2]",
            "P:0  q:-2",
            "",
            vec!["no_logprobs"],
        ),
    ];
    for (root, text, tokens, values, before, after, problems) in cases {
        let logprobs = format!(r#""logprobs":{{"token_logprobs":{values},"tokens":{tokens}}}"#);
        let front = format!(r#"{{{root}"choices":[{{"text":"{text}",{logprobs}}}]}}"#);
        let behind = format!(r#"{{"choices":[{{{logprobs},"text":"{text}"}}],{root}"id":"c"}}"#);
        for file in [front, behind] {
            let import = import(&file);
            assert_eq!(codes(&import), problems, "{file}");
            assert_eq!(prompt(&detail(&file, &import)), before, "{file}");
            assert_eq!(texts(&import), [after], "{file}");
        }
    }
}

/// text-generation-webui lists what was likely and leaves it to the text what was written.
#[test]
fn values_by_position_without_tokens() {
    let listed = r#""logprobs":{"top_logprobs":[{"Hel":-0.5,"J":-2},{"p":-0.75,"lo":-1.25}]}"#;
    let empty = r#""logprobs":{"top_logprobs":[]}"#;
    // (choice, texts, values, problems)
    type Row<'a> = (String, &'a [&'a str], &'a [f64], &'a [&'a str]);
    let cases: [Row<'_>; 4] = [
        (
            format!(r#"{{{listed},"text":"Hello"}}"#),
            &["Hello"],
            &[-0.5, -1.25],
            &[],
        ),
        (
            format!(r#"{{"message":{{"content":"Help"}},{listed}}}"#),
            &["Help"],
            &[-0.5, -0.75],
            &[],
        ),
        // Nothing that is listed makes up the text.
        (
            format!(r#"{{"text":"other",{listed}}}"#),
            &["other"],
            &[0.0, 0.0],
            &["missing", "sampled_not_listed"],
        ),
        (
            format!(r#"{{"text":"Hello",{empty}}}"#),
            &["Hello"],
            &[],
            &["no_logprobs"],
        ),
    ];
    for (choice, want, values, problems) in cases {
        let file = format!(r#"{{"choices":[{choice}]}}"#);
        let import = import(&file);
        assert_eq!(texts(&import), want, "{file}");
        let found = detail(&file, &import);
        let found: Vec<f64> = found.tokens.iter().map(|token| token.logprob).collect();
        assert_eq!(found, values, "{file}");
        assert_eq!(codes(&import), problems, "{file}");
        let told = import
            .report
            .evidence
            .iter()
            .any(|line| line.starts_with("text-generation-webui: `"));
        assert_eq!(told, !values.is_empty(), "{file}");
    }
}
