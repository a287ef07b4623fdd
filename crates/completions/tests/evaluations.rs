//! Files of evaluation tools, plain lists of tokens, and what only looks like either.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{codes, import, problem, texts};
use completions::{Import, SequenceDetail, decode_sequence};

/// The detail of the nth sequence of a file.
#[track_caller]
fn detail(file: &str, import: &Import, nth: usize) -> SequenceDetail {
    let columns = &import.columns;
    let sequence = &columns.sequences[nth];
    let completion = &columns.completions[sequence.completion as usize];
    let record = columns.records[completion.record as usize];
    let bytes = &file.as_bytes()[record.start as usize..(record.start + record.len) as usize];
    let within = nth as u32 - completion.first_sequence;
    decode_sequence(
        record.form,
        completion.format,
        bytes,
        completion.offset + within,
    )
    .unwrap()
}

/// Format, number of sequences and of scored values, and the codes of all problems.
#[track_caller]
fn is(file: &str, format: &str, sequences: u64, scored: u64, problems: &[&str]) -> Import {
    let import = import(file);
    let got = (
        import.report.format_name(),
        import.metrics.n_sequences,
        import.metrics.counts.scored,
    );
    assert_eq!(
        got,
        (format, sequences, scored),
        "{file}: {:?}",
        import.report
    );
    assert_eq!(
        codes(&import),
        problems,
        "{file}: {:?}",
        import.report.problems
    );
    import
}

const HELM: &str = r#"{"adapter_spec":{"model":"no"},"request_states":[
 {"result":{"success":true,"completions":[{"text":" a\u00e9","logprob":-3,"tokens":[
   {"text":" a","logprob":-1.5,"top_logprobs":{" b":-0.5," a":-1.5}},
   {"text":"bytes:\\xc3\\xa9","logprob":-0.5,"top_logprobs":{}}],"finish_reason":{"reason":"stop"}},
   {"text":"x","tokens":[{"text":"x","logprob":-2.0}],"finish_reason":{"reason":"length"}}],
   "request_datetime":1763479296},
  "request":{"model":"m/n","prompt":"P","echo_prompt":false},"instance":{"id":"id7","split":"test"}},
 {"instance":{"id":"id8"},"request":{"model":"m/n","prompt":"Say ","echo_prompt":true},
  "result":{"success":true,"completions":[{"text":"Say it","tokens":[{"text":"Say","logprob":-9.0},{"text":" ","logprob":-9.0},{"text":"it","logprob":-0.25}]}]}},
 {"instance":{"id":"id9"},"request":{},"result":{"success":false,"error":"too long","completions":[]}},
 7]}"#;

#[test]
fn states_of_helm() {
    let import = is(
        HELM,
        "helm",
        3,
        4,
        &["request_failed", "truncated_by_length"],
    );
    assert_eq!(texts(&import), [" aé", "x", "it"]);
    let [first, second] = &import.columns.completions[..] else {
        panic!("{:?}", import.columns.completions)
    };
    assert_eq!(
        (first.label.as_deref(), second.label.as_deref()),
        (Some("id7"), Some("id8"))
    );
    assert_eq!(
        (first.n_sequences, first.created),
        (2, Some(1_763_479_296.0))
    );
    assert_eq!(import.columns.models, ["m/n"]);
    assert_eq!(
        problem(&import, "request_failed").places[0].detail,
        "id9: too long"
    );
    let first = detail(HELM, &import, 0);
    let listed: Vec<(&str, Option<f64>, bool)> = first.tokens[0]
        .alternatives
        .iter()
        .map(|listed| (listed.token.as_str(), listed.logprob, listed.chosen))
        .collect();
    assert_eq!(
        listed,
        [(" b", Some(-0.5), false), (" a", Some(-1.5), true)]
    );
    assert_eq!(first.tokens[1].bytes, "é".as_bytes());
    let echoed = detail(HELM, &import, 2);
    assert_eq!((echoed.prompt.len(), echoed.tokens.len()), (2, 1));
    assert_eq!(
        import.report.evidence,
        ["helm: `request_states[].result.completions`"]
    );
}

const SAMPLE: &str = r#"{"id":"q","epoch":2,"input":"?","messages":[{"role":"user","content":"?"}],
 "events":[{"event":"model","output":{"choices":[{"message":{"content":"No"},"logprobs":{"content":[{"token":"No","logprob":-1}]}}]}}],
 "output":{"model":"m","usage":{"input_tokens":3,"output_tokens":2},"choices":[
  {"message":{"role":"assistant","content":[{"type":"reasoning","reasoning":"hm"},{"type":"text","text":"Yes"}]},"stop_reason":"max_tokens",
   "logprobs":{"content":[{"token":"Yes","logprob":-0.125,"bytes":[89,101,115],"top_logprobs":[{"token":"Yes","logprob":-0.125,"bytes":[89,101,115]}]}]},
   "prompt_logprobs":{"content":[{"token":"?","logprob":-4}]}},
  {"message":{"content":null,"tool_calls":[{"id":"t","function":"f","arguments":{"a":1},"type":"function"}]},"stop_reason":"tool_calls","logprobs":null}]}}"#;

#[test]
fn logs_of_inspect() {
    let log = format!(
        r#"{{"samples":[{SAMPLE},{{"id":2,"epoch":1,"error":{{"message":"timed out"}},"output":{{"choices":[]}}}}],"version":2,"status":"success","eval":{{"model":"x"}},"plan":{{}}}}"#
    );
    let whole = is(
        &log,
        "inspect",
        2,
        1,
        &["request_failed", "truncated_by_length", "no_logprobs"],
    );
    assert_eq!(
        problem(&whole, "request_failed").places[0].detail,
        "sample 2, epoch 1: timed out"
    );
    assert_eq!(
        problem(&whole, "no_logprobs").places[0].detail,
        "it is a tool call"
    );
    let alone = is(
        SAMPLE,
        "inspect",
        2,
        1,
        &["truncated_by_length", "no_logprobs"],
    );
    for (file, import) in [(log.as_str(), &whole), (SAMPLE, &alone)] {
        let completion = &import.columns.completions[0];
        assert_eq!(completion.label.as_deref(), Some("q, epoch 2"));
        assert_eq!(
            (completion.prompt_tokens, completion.completion_tokens),
            (Some(3), Some(2))
        );
        assert_eq!(import.columns.models, ["m"]);
        assert_eq!(texts(import), ["Yes", ""]);
        let detail = detail(file, import, 0);
        assert_eq!((detail.prompt.len(), detail.prompt[0].logprob), (1, -4.0));
        assert_eq!(detail.stated_text.as_deref(), Some("Yes"));
    }
    assert_eq!(
        detail(SAMPLE, &alone, 1).tool_calls,
        [("f".to_owned(), r#"{"a":1}"#.to_owned())]
    );
    let head = is(
        r#"{"version":2,"status":"success","eval":{},"plan":{}}"#,
        "inspect",
        0,
        0,
        &["log_head"],
    );
    assert_eq!(
        problem(&head, "log_head").sentence(),
        "1 record is the head of a log, without its samples, at line 1, byte 0."
    );
}

#[test]
fn rows_of_lm_eval() {
    let row = r#"{"doc_id":4,"doc":{"choices":["A","B"]},"arguments":{"gen_args_0":{"arg_0":"Q","arg_1":{"until":["\n"]}}},"resps":[["42","43"]],"filtered_resps":["42"],"filter":"none","doc_hash":"h"}"#;
    let rows = format!("{row}\n{}\n", row.replace("none", "strict"));
    let twice = is(&rows, "lm_eval", 4, 0, &["no_logprobs", "duplicate"]);
    assert_eq!(texts(&twice), ["42", "43", "42", "43"]);
    assert_eq!(problem(&twice, "duplicate").count, 2);
    assert_eq!(
        problem(&twice, "no_logprobs").places[0].detail,
        "lm-eval stores the texts of answers, not their tokens"
    );
    assert_eq!(twice.columns.completions[0].label.as_deref(), Some("4"));
    for totals in [
        r#"{"doc_id":1,"arguments":{"gen_args_0":{"arg_0":"Q","arg_1":" A"}},"resps":[[["-12.5","False"]],[["-3","True"]]]}"#,
        r#"{"resps":[[[-12.5,false]]],"doc_id":1}"#,
        r#"{"doc_id":1,"resps":[-12.5,-3]}"#,
        r#"{"doc_id":1,"arguments":{"gen_args_0":{"arg_0":"Q"}},"resps":[["-12.5"]]}"#,
    ] {
        let import = is(totals, "lm_eval", 0, 0, &["only_totals"]);
        assert_eq!(
            problem(&import, "only_totals").sentence(),
            "1 record has no tokens to look at, at line 1, byte 0: `resps` has one total per answer option."
        );
    }
}

#[test]
fn details_of_lighteval() {
    let suite = r#"{"name":"s","test_cases":[{"doc":{"choices":["A"]},"model_response":{"logprobs":[0.1,0.8],"output_tokens":[]}}]}"#;
    let import = is(suite, "lighteval", 0, 0, &["only_totals"]);
    assert_eq!(
        problem(&import, "only_totals").places[0].detail,
        "`model_response.logprobs` has one total per answer option"
    );
    assert_eq!(
        import.report.evidence,
        ["lighteval: `model_response.logprobs` is a list of numbers"]
    );
    let row =
        r#"{"model_response":{"text":["one","two"],"logprobs":[-1.0,-2]},"doc":{"query":"?"}}"#;
    let import = is(row, "lighteval", 2, 0, &["no_logprobs"]);
    assert_eq!(texts(&import), ["one", "two"]);
}

#[test]
fn lists_of_tokens() {
    // (file, sequences, scored values, texts)
    let cases: [(&str, u64, u64, &[&str]); 9] = [
        (
            r#"{"completion_id":"c","choice_index":3,"tokens":[{"text":"a","ipos":0,"logprob":-1},{"text":"b","logprob":-2}]}"#,
            1,
            2,
            &["ab"],
        ),
        (
            r#"[{"tokens":[{"decoded_token":"a","logprob":"-1"}],"model":"m"},{"tokens":[{"token":"b","logprob":-1}]}]"#,
            2,
            2,
            &["a", "b"],
        ),
        (
            r#"{"content":[{"token":"a","logprob":-1,"top_logprobs":[{"token":"a","logprob":-1}]}],"refusal":null}"#,
            1,
            1,
            &["a"],
        ),
        (
            r#"{"content":"ab","logprobs":[{"logprob":-1,"token":"a"},{"logprob":-1,"token":"b"}]}"#,
            1,
            2,
            &["ab"],
        ),
        (
            r#"{"logprobs":[-1,null],"tokens":["a","b"],"text":"ab","finish_reason":"stop"}"#,
            1,
            1,
            &["ab"],
        ),
        (
            r#"{"tokens":["a"],"token_logprobs":[-1],"top_logprobs":[{"a":-1,"b":-2}]}"#,
            1,
            1,
            &["a"],
        ),
        (
            r#"{"answer":{"logprobs":{"tokens":["a"],"token_logprobs":[-1]}}}"#,
            1,
            1,
            &["a"],
        ),
        (
            r#"{"response":{"output":"four","logProbs":[-0.5,-0.25],"tokenUsage":{}}}"#,
            1,
            2,
            &["four"],
        ),
        (
            r#"{"q":{"logprobs":{"content":[{"token":"a","logprob":-1}]}}}"#,
            1,
            1,
            &["a"],
        ),
    ];
    for (file, sequences, scored, want) in cases {
        let import = import(file);
        assert_eq!(
            import.report.format_name(),
            "token_list",
            "{file}: {:?}",
            import.report
        );
        let got = (import.metrics.n_sequences, import.metrics.counts.scored);
        assert_eq!(got, (sequences, scored), "{file}");
        assert_eq!(texts(&import), want, "{file}");
        assert_eq!(
            detail(file, &import, 0).tokens.len() as u32,
            import.columns.sequences[0].n_tokens
        );
    }
    let labelled = import(cases[0].0);
    assert_eq!(labelled.columns.completions[0].id, "c");
    assert_eq!(labelled.columns.sequences[0].choice, 3);
    let values = import(cases[7].0);
    assert_eq!(codes(&values), ["array_lengths"]);
    assert_eq!(
        problem(&values, "array_lengths").places[0].detail,
        "0 tokens, 2 values"
    );
}

#[test]
fn tokens_one_per_line() {
    let lines = "{\"token\":\" quick\",\"logprob\":-6.5,\"bytes\":[32,113,117,105,99,107]}\n{\"logprob\":-1,\"token\":\".\"}\n";
    let import = is(lines, "token_lines", 1, 2, &[]);
    assert_eq!(texts(&import), [" quick."]);
    assert_eq!(import.report.container, "jsonl");
    assert_eq!(detail(lines, &import, 0).tokens.len(), 2);
    let two = format!("{lines}{{\"error\":\"x\"}}\n{lines}");
    assert_eq!(
        texts(&is(
            &two,
            "token_lines",
            2,
            4,
            &["request_failed", "duplicate"]
        )),
        [" quick.", " quick."]
    );
    let array = format!("[{}]", lines.trim().replace('\n', ","));
    assert_eq!(texts(&is(&array, "token_lines", 1, 2, &[])), [" quick."]);
}

#[test]
fn what_only_looks_like_tokens() {
    let cases = [
        (
            r#"{"text":"Hello you","words":[{"text":"Hello","start":0.1,"end":0.4,"type":"word","logprob":-0.1},{"text":"you","start":0.1,"end":0.4,"type":"word","logprob":-0.1}]}"#,
            "its keys are text, words; the words of a speech recogniser have values, but they are no tokens of a model",
        ),
        (
            r#"{"task":"transcribe","segments":[{"id":0,"text":"Hello","tokens":[1,2],"avg_logprob":-0.3}],"text":"Hello"}"#,
            "its keys are task, segments, text; a speech recogniser gives one mean per segment, which has no tokens",
        ),
        (
            r#"{"query":"?","logprobs":[0.1,0.8],"choices":["A","B"]}"#,
            "its keys are query, logprobs, choices; `choices` are the options of a question; scores of options have no tokens",
        ),
        (
            r#"{"id":"x","models":{"A":{"response":"It looks like an answer of some length","total_log_prob":-628.0,"perplexity":84.5}}}"#,
            "its keys are id, models; it has totals of whole answers, but no tokens",
        ),
        (
            r#"{"prompt":"p","target_logprobs":[null,[{"logprob":-0.1,"token":"token_id:29889"},{"logprob":-9,"token":"token_id:1"}],[{"logprob":-1,"token":"token_id:7"}]]}"#,
            "its keys are prompt, target_logprobs; a list has lists of `logprob` and `token` for each position: training data, where the token that was written is not marked",
        ),
        (
            r#"{"trace":{"data":{"gen_ai.request.model":"m"}}}"#,
            "its keys are trace; it is a trace of calls, which has no place for the values of tokens",
        ),
    ];
    for (file, want) in cases {
        let import = is(file, "unrecognised", 0, 0, &["unrecognised"]);
        assert_eq!(
            problem(&import, "unrecognised").places[0].detail,
            want,
            "{file}"
        );
    }
}
