//! Chat Completions: every quirk is one line or one small test.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, codes, import, problem, texts};
use completions::{Finish, Form, FormatId, Import, Kind, Severity, decode_sequence};
use metrics::Status;

/// A response with one choice made of these parts.
fn response(message: &str, logprobs: &str) -> String {
    format!(
        r#"{{"id":"c1","object":"chat.completion","choices":[{{"index":0,"message":{message},"logprobs":{logprobs},"finish_reason":"stop"}}]}}"#
    )
}

/// A response whose tokens are these objects.
fn tokens(content: &str, tokens: &str) -> String {
    response(
        &format!(r#"{{"content":{content}}}"#),
        &format!(r#"{{"content":[{tokens}]}}"#),
    )
}

fn statuses(import: &Import) -> Vec<Status> {
    (0..import.columns.token_end.len() as u64)
        .map(|token| import.columns.status(token))
        .collect()
}

fn token_bytes(import: &Import) -> Vec<Vec<u8>> {
    let sequence = &import.columns.sequences[0];
    (0..sequence.n_tokens)
        .map(|token| import.columns.token_bytes(sequence, token).to_vec())
        .collect()
}

#[test]
fn a_plain_response() {
    let import = import(
        r#"{"id":"c1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"finish_reason":"stop",
 "message":{"role":"assistant","content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-0.1,"bytes":[72,105],
 "top_logprobs":[{"token":"Hi","logprob":-0.1,"bytes":[72,105]}]}],"refusal":null}}],
 "usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}"#,
    );
    assert_eq!(codes(&import), [""; 0]);
    assert_eq!(import.report.severity(1), Severity::Ok);
    assert_eq!(
        (
            import.report.format_name(),
            import.report.container.as_str()
        ),
        ("openai_chat", "json_concat".replace("_concat", "").as_str())
    );
    assert_eq!(
        import.report.evidence,
        ["openai_chat: `choices[].message`, and `choices[].logprobs` has a list of token objects"]
    );
    let completion = &import.columns.completions[0];
    assert_eq!(
        (completion.id.as_str(), completion.created),
        ("c1", Some(1_700_000_000.0))
    );
    assert_eq!(
        (completion.prompt_tokens, completion.completion_tokens),
        (Some(3), Some(1))
    );
    let sequence = &import.columns.sequences[0];
    assert_eq!(
        (sequence.finish, sequence.kind, sequence.n_tokens),
        (Finish::Stop, Kind::Answer, 1)
    );
    assert_eq!(import.columns.model_of(sequence), "m");
    assert_eq!(import.columns.logprob, [-0.1]);
    assert_eq!(texts(&import), ["Hi"]);
}

#[test]
fn values_under_the_input_policy() {
    let table = [
        ("-0.5", Status::Scored, None),
        ("0", Status::Scored, None),
        ("-0.0", Status::Scored, None),
        ("-1e0", Status::Scored, None),
        ("\"-0.5\"", Status::Scored, None),
        ("null", Status::Missing, Some("missing")),
        ("NaN", Status::Missing, Some("missing")),
        ("nan", Status::Missing, Some("missing")),
        ("\"NaN\"", Status::Missing, Some("missing")),
        ("-9999.0", Status::Censored, Some("censored")),
        ("-Infinity", Status::Censored, Some("censored")),
        ("-inf", Status::Censored, Some("censored")),
        ("\"-Infinity\"", Status::Censored, Some("censored")),
        ("-3.4028234663852886e38", Status::Censored, Some("censored")),
        ("0.0005", Status::Clamped, Some("clamped")),
        ("0.5", Status::Invalid, Some("invalid")),
        ("Infinity", Status::Invalid, Some("invalid")),
        ("true", Status::Missing, Some("bad_field")),
        ("\"one\"", Status::Missing, Some("bad_field")),
        ("{}", Status::Missing, Some("bad_field")),
    ];
    for (value, status, code) in table {
        let import = import(chat("c", &[("a", "-1"), ("b", value), ("c", "-1")]));
        assert_eq!(
            statuses(&import),
            [Status::Scored, status, Status::Scored],
            "{value}"
        );
        assert_eq!(codes(&import).first().copied(), code, "{value}");
        assert!(
            import.metrics.perplexity_mean_of_sequences.is_some(),
            "{value}"
        );
    }
    let absent = import(tokens("\"a\"", r#"{"token":"a"}"#));
    assert_eq!(
        (statuses(&absent), codes(&absent)),
        (vec![Status::Missing], vec!["missing"])
    );
    assert_eq!(absent.metrics.n_scored_sequences, 0);
}

#[test]
fn problems_have_places_and_sentences() {
    let import = import(format!(
        "{}\n{}",
        chat("a", &[("x", "-1")]),
        chat("b", &[("y", "-1"), ("z", "-9999.0")])
    ));
    let censored = problem(&import, "censored");
    let place = &censored.places[0];
    let second = import.columns.records[1].start;
    assert_eq!(
        (place.record, place.line, place.byte, place.sequence),
        (2, 2, second, Some(1))
    );
    assert_eq!(
        censored.sentence(),
        format!(
            "1 token is less likely than the server reports, at line 2, byte {second}: token 1 of choice 0 has -9999."
        )
    );
    assert_eq!(import.report.severity(2), Severity::Doubts);
}

#[test]
fn bytes_decide_about_the_text() {
    // One character in two tokens, in the way of the hosted API.
    let split = import(tokens(
        "\"😀!\"",
        r#"{"token":"\\xf0\\x9f","logprob":-1,"bytes":[240,159]},{"token":"\\x98\\x80","logprob":-1,"bytes":[152,128]},{"token":"!","logprob":-1,"bytes":[33]}"#,
    ));
    assert_eq!(
        (texts(&split), codes(&split)),
        (vec!["😀!".to_owned()], vec![])
    );
    assert_eq!(token_bytes(&split), [&b"\xf0\x9f"[..], b"\x98\x80", b"!"]);
    // A model that really writes a backslash.
    let typed = import(tokens(
        r#""\\xf0""#,
        r#"{"token":"\\xf0","logprob":-1,"bytes":[92,120,102,48]}"#,
    ));
    assert_eq!(
        (texts(&typed), codes(&typed)),
        (vec!["\\xf0".to_owned()], vec![])
    );
    for bytes in ["null", "[72,105]"] {
        let import = import(tokens(
            "\"Hi\"",
            &format!(r#"{{"token":"Hi","logprob":-1,"bytes":{bytes}}}"#),
        ));
        assert_eq!(
            (texts(&import), codes(&import)),
            (vec!["Hi".to_owned()], vec![]),
            "{bytes}"
        );
    }
    for bytes in [
        "[72,300]", "[72,-1]", "[1.5]", "[\"a\"]", "\"Hi\"", "[null]", "{}",
    ] {
        let import = import(tokens(
            "\"Hi\"",
            &format!(r#"{{"token":"Hi","logprob":-1,"bytes":{bytes}}}"#),
        ));
        assert_eq!(
            (texts(&import), codes(&import)),
            (vec!["Hi".to_owned()], vec!["bad_bytes"]),
            "{bytes}"
        );
    }
    // A special token without bytes adds nothing.
    let special = import(tokens(
        "\"Hi\"",
        r#"{"token":"Hi","logprob":-1},{"token":"<|end|>","logprob":-1,"bytes":null}"#,
    ));
    assert_eq!(
        (texts(&special), codes(&special)),
        (vec!["Hi".to_owned()], vec![])
    );
    assert_eq!(token_bytes(&special), [&b"Hi"[..], b""]);
}

#[test]
fn joined_and_stated_text() {
    let table = [
        ("\"Hi\"", r#"{"token":" Hi","logprob":-1}"#, None),
        (
            "\"Hi\"",
            r#"{"token":"Hi","logprob":-1},{"token":"</s>","logprob":-1}"#,
            None,
        ),
        ("null", r#"{"token":"Hi","logprob":-1}"#, None),
        (
            "\"H\u{fffd}\"",
            r#"{"token":"H\\xc5","logprob":-1,"bytes":[72,197]}"#,
            None,
        ),
        (
            "\"Ho\"",
            r#"{"token":"Hi","logprob":-1}"#,
            Some("the first difference is at byte 1 of the text"),
        ),
        (
            "\"Hi there\"",
            r#"{"token":"Hi","logprob":-1}"#,
            Some("the first difference is at byte 2 of the text"),
        ),
        (
            "\"\"",
            r#"{"token":"Hi","logprob":-1}"#,
            Some("the first difference is at byte 0 of the text"),
        ),
    ];
    for (content, list, mismatch) in table {
        let record = tokens(content, list);
        let import = import(&record);
        let found = import
            .report
            .problems
            .iter()
            .find(|problem| problem.code == "text_mismatch");
        assert_eq!(
            found.map(|problem| problem.places[0].detail.as_str()),
            mismatch,
            "{content}"
        );
        let detail =
            decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
        let stated: Option<String> = serde_json::from_str(content).unwrap();
        assert_eq!(detail.stated_text, stated);
    }
}

#[test]
fn contents_of_all_kinds() {
    let table = [
        (r#"{"content":"Hi"}"#, "Hi", Kind::Answer),
        (r#"{"content":null}"#, "", Kind::Answer),
        (
            r#"{"content":[{"type":"text","text":"H"},{"type":"image"},{"text":"i"},"!",null]}"#,
            "Hi!",
            Kind::Answer,
        ),
        (r#"{"content":null,"refusal":"No."}"#, "No.", Kind::Refusal),
        (r#"{"content":"","refusal":"No."}"#, "No.", Kind::Refusal),
        (
            r#"{"content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
            "",
            Kind::ToolCall,
        ),
        (
            r#"{"content":null,"function_call":{"name":"f","arguments":"{}"}}"#,
            "",
            Kind::ToolCall,
        ),
        (
            r#"{"content":"Let me see","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}"#,
            "Let me see",
            Kind::Answer,
        ),
        (r#"{"content":"Hi","tool_calls":[]}"#, "Hi", Kind::Answer),
        (r#"{"content":5}"#, "", Kind::Answer),
        ("{}", "", Kind::Answer),
    ];
    for (message, text, kind) in table {
        let import = import(response(message, "null"));
        assert_eq!(
            (texts(&import), import.columns.sequences[0].kind),
            (vec![text.to_owned()], kind),
            "{message}"
        );
        assert_eq!(codes(&import).last(), Some(&"no_logprobs"), "{message}");
        assert_eq!(import.columns.sequences[0].n_tokens, 0);
    }
}

#[test]
fn tool_calls_are_in_the_detail() {
    let record = response(
        r#"{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}},{"function":{"arguments":{"b": 2},"name":"g"}}]}"#,
        r#"{"content":[{"token":"{\"","logprob":-1}]}"#,
    );
    let import = import(&record);
    assert_eq!(
        codes(&import),
        [""; 0],
        "a call without text has nothing to compare with"
    );
    assert_eq!(import.columns.sequences[0].kind, Kind::ToolCall);
    let detail = decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
    let calls = [("f", r#"{"a":1}"#), ("g", r#"{"b": 2}"#)];
    assert_eq!(
        detail.tool_calls,
        calls.map(|(name, arguments)| (name.to_owned(), arguments.to_owned()))
    );
}

#[test]
fn sequences_without_values_say_why() {
    let table = [
        ("null", "`logprobs` is null"),
        ("{}", "`logprobs` lists no tokens"),
        (
            r#"{"content":null,"refusal":null}"#,
            "`logprobs` lists no tokens",
        ),
        (
            r#"{"content":[],"refusal":[]}"#,
            "`logprobs` lists no tokens",
        ),
        ("[0.1,0.8]", "`logprobs` has numbers without tokens"),
        ("-0.5", "`logprobs` has numbers without tokens"),
    ];
    for (logprobs, why) in table {
        let import = import(response(r#"{"content":"Hi"}"#, logprobs));
        let problem = problem(&import, "no_logprobs");
        assert_eq!(
            (problem.places[0].detail.as_str(), problem.count),
            (why, 1),
            "{logprobs}"
        );
        assert!(problem.remedy().contains("`logprobs: true`"));
        assert_eq!(texts(&import), ["Hi"], "{logprobs}");
        assert_eq!(
            (
                import.metrics.n_sequences,
                import.metrics.n_scored_sequences
            ),
            (1, 0)
        );
    }
    let absent = import(r#"{"choices":[{"message":{"content":"Hi"}}]}"#);
    assert_eq!(
        problem(&absent, "no_logprobs").places[0].detail,
        "`logprobs` is not there"
    );
}

#[test]
fn refusals_are_scored_like_answers() {
    let refusal = r#"{"token":"No","logprob":-0.5,"bytes":[78,111]}"#;
    let content = r#"{"token":"Hm","logprob":-1.5}"#;
    let only = import(response(
        r#"{"content":null,"refusal":"No"}"#,
        &format!(r#"{{"content":null,"refusal":[{refusal}]}}"#),
    ));
    assert_eq!(
        (texts(&only), only.columns.sequences[0].kind, codes(&only)),
        (vec!["No".to_owned()], Kind::Refusal, vec![])
    );
    // Content first, whatever the order of the keys.
    for logprobs in [
        format!(r#"{{"content":[{content}],"refusal":[{refusal}]}}"#),
        format!(r#"{{"refusal":[{refusal}],"content":[{content}]}}"#),
    ] {
        let both = import(response(r#"{"content":"Hm","refusal":"No"}"#, &logprobs));
        assert_eq!(
            (texts(&both), codes(&both)),
            (vec!["HmNo".to_owned()], vec![])
        );
        assert_eq!(both.columns.logprob, [-1.5, -0.5]);
    }
}

#[test]
fn choices_are_ordered_by_index() {
    let choice = |index: &str, text: &str| {
        format!(
            r#"{{"logprobs":{{"content":[{{"token":{text:?},"logprob":-1}}]}},"message":{{"content":{text:?}}}{index}}}"#
        )
    };
    let record = format!(
        r#"{{"choices":[{},{},{}],"usage":{{"completion_tokens":3}},"model":"m","id":"late"}}"#,
        choice(r#","index":2"#, "c"),
        choice(r#","index":0"#, "a"),
        choice(r#","index":1"#, "b")
    );
    let import = import(&record);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], vec![])
    );
    let indices: Vec<u32> = import
        .columns
        .sequences
        .iter()
        .map(|sequence| sequence.choice)
        .collect();
    assert_eq!(indices, [0, 1, 2]);
    let completion = &import.columns.completions[0];
    assert_eq!(
        (
            completion.n_sequences,
            completion.id.as_str(),
            import.columns.models[0].as_str()
        ),
        (3, "late", "m")
    );
    for nth in 0..3 {
        let detail =
            decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), nth).unwrap();
        assert_eq!(
            detail.stated_text,
            Some(texts(&import)[nth as usize].clone())
        );
    }
    assert_eq!(
        decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 3),
        None
    );
    assert_eq!(
        decode_sequence(
            Form::Value,
            FormatId::OPENAI_COMPLETIONS,
            record.as_bytes(),
            0
        ),
        None
    );
    assert_eq!(
        decode_sequence(
            Form::Value,
            FormatId::OPENAI_CHAT,
            &record.as_bytes()[1..],
            0
        ),
        None
    );
}

#[test]
fn alternatives_best_first() {
    let record = tokens(
        "\"b\"",
        r#"{"token":"b","logprob":-1.0,"top_logprobs":[{"token":"a","logprob":-2},{"token":"z","logprob":-9999.0},{"token":"b","logprob":-1.0},{"token":"c","logprob":-2},{"token":"n","logprob":null},{"token":"p","logprob":0.0001}]}"#,
    );
    let detail = decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
    let token = &detail.tokens[0];
    let list: Vec<(&str, Option<f64>, bool)> = token
        .alternatives
        .iter()
        .map(|listed| (listed.token.as_str(), listed.logprob, listed.chosen))
        .collect();
    assert_eq!(
        list,
        [
            ("p", Some(0.0), false),
            ("b", Some(-1.0), true),
            ("a", Some(-2.0), false),
            ("c", Some(-2.0), false),
            ("z", None, false),
            ("n", None, false),
        ]
    );
    assert!(token.chosen_is_listed);
}

#[test]
fn the_written_token_is_found_by_id_bytes_or_name() {
    let table = [
        // By bytes, though the names differ.
        (
            r#""bytes":[226,137]"#,
            r#"{"token":"x","logprob":-1,"bytes":[226,137]}"#,
            true,
        ),
        // By id: the server shows the raw piece in the list (llama.cpp).
        (
            r#""id":7,"bytes":[32,209]"#,
            r#"{"id":7,"token":"\ufffd","logprob":-1,"bytes":[137]}"#,
            true,
        ),
        // By name.
        (r#""bytes":null"#, r#"{"token":"T","logprob":-1}"#, true),
        (
            r#""bytes":[84]"#,
            r#"{"token":"t","logprob":-1,"bytes":[116]}"#,
            false,
        ),
    ];
    for (own, listed, found) in table {
        let record = tokens(
            "null",
            &format!(r#"{{"token":"T","logprob":-1,{own},"top_logprobs":[{listed}]}}"#),
        );
        let import = import(&record);
        assert_eq!(
            codes(&import).contains(&"sampled_not_listed"),
            !found,
            "{listed}"
        );
        let detail =
            decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
        assert_eq!(detail.tokens[0].chosen_is_listed, found, "{listed}");
    }
    for top in ["[]", "null", "5", "[5]"] {
        let import = import(tokens(
            "\"T\"",
            &format!(r#"{{"token":"T","logprob":-1,"top_logprobs":{top}}}"#),
        ));
        assert!(!codes(&import).contains(&"sampled_not_listed"), "{top}");
        assert_eq!(import.metrics.counts.scored, 1, "{top}");
    }
    let differs = import(tokens(
        "\"T\"",
        r#"{"token":"T","logprob":-1,"top_logprobs":[{"token":"T","logprob":-1.1}]}"#,
    ));
    assert_eq!(
        (codes(&differs), differs.columns.logprob),
        (vec!["sampled_value_differs"], vec![-1.0])
    );
}

#[test]
fn wrong_units_are_withheld() {
    let table = [
        (
            vec!["0.9", "0.8", "0.7"],
            "all lie between 0 and 1: these look like probabilities",
        ),
        (
            vec!["20.1", "18.4", "-3"],
            "some lie far above 0: these look like logits",
        ),
        (vec!["0.5", "0.7", "-3"], "most lie above 0"),
    ];
    for (values, hint) in table {
        let list: Vec<(&str, &str)> = values.iter().map(|value| ("a", *value)).collect();
        let import = import(chat("c", &list));
        assert_eq!(codes(&import), ["wrong_units"]);
        assert_eq!(problem(&import, "wrong_units").places[0].detail, hint);
        let counts = import.metrics.counts;
        assert_eq!((counts.total, counts.scored, counts.missing), (3, 0, 3));
        assert_eq!(import.metrics.perplexity_mean_of_sequences, None);
        assert_eq!(statuses(&import), [Status::Missing; 3]);
    }
    // Half of the values is not more than half.
    let half = import(chat("c", &[("a", "0.7"), ("b", "-1")]));
    assert_eq!(
        (codes(&half), half.metrics.counts.scored),
        (vec!["invalid"], 2)
    );
    // Alternatives with more probability than there is.
    let mass = import(tokens(
        "\"T\"",
        r#"{"token":"T","logprob":-0.1,"top_logprobs":[{"token":"T","logprob":-0.1},{"token":"U","logprob":-0.2}]}"#,
    ));
    assert_eq!(codes(&mass), ["alternatives_mass", "wrong_units"]);
    assert_eq!(
        problem(&mass, "wrong_units").places[0].detail,
        "the probabilities of their alternatives add up to more than 1"
    );
}

#[test]
fn placeholders_are_withheld() {
    let zeros = |count: usize| chat("c", &vec![("a", "0.0"); count]);
    let five = import(zeros(5));
    assert_eq!(
        (codes(&five), five.metrics.counts.missing),
        (vec!["all_zero"], 5)
    );
    let four = import(zeros(4));
    assert_eq!((codes(&four), four.metrics.counts.scored), (vec![], 4));
    assert_eq!(four.metrics.perplexity_mean_of_sequences, Some(1.0));
    // Short answers, but all values of the file are 0.
    let file = import(format!(
        "{}\n{}",
        zeros(3),
        chat("d", &[("a", "-0.0"), ("b", "0")])
    ));
    assert_eq!(
        (codes(&file), problem(&file, "all_zero").count),
        (vec!["all_zero"], 2)
    );
    assert_eq!(
        (file.metrics.n_scored_sequences, file.metrics.counts.missing),
        (0, 5)
    );
    assert_eq!(statuses(&file), [Status::Missing; 5]);
    let mixed = import(format!("{}\n{}", zeros(4), chat("d", &[("a", "-0.5")])));
    assert_eq!((codes(&mixed), mixed.metrics.counts.scored), (vec![], 5));
}

#[test]
fn usage_and_finish() {
    let with = |usage: &str, finish: &str| {
        let record = chat("c", &[("a", "-1"), ("b", "-1")]).replace("\"stop\"", finish);
        import(format!(
            "{},\"usage\":{usage}}}",
            &record[..record.len() - 1]
        ))
    };
    assert_eq!(
        codes(&with(r#"{"completion_tokens":2}"#, "\"stop\"")),
        [""; 0]
    );
    let end_token = with(r#"{"completion_tokens":3}"#, "\"stop\"");
    assert_eq!(
        (codes(&end_token), end_token.report.severity(1)),
        (vec!["usage_mismatch"], Severity::Ok)
    );
    assert_eq!(
        problem(&end_token, "usage_mismatch").places[0].detail,
        "3 tokens are reported, 2 listed"
    );
    let cut = with(r#"{"completion_tokens":3}"#, "\"length\"");
    assert_eq!(
        (codes(&cut), cut.report.severity(1)),
        (
            vec!["truncated_by_length", "usage_mismatch"],
            Severity::Doubts
        )
    );
    let fewer = with(r#"{"completion_tokens":1}"#, "\"stop\"");
    assert_eq!(fewer.report.severity(1), Severity::Doubts);
    let reasoning =
        r#"{"completion_tokens":12,"completion_tokens_details":{"reasoning_tokens":10}}"#;
    assert_eq!(codes(&with(reasoning, "\"stop\"")), [""; 0]);
    assert_eq!(codes(&with("null", "null")), [""; 0]);
    for (finish, class) in [
        ("\"stop\"", Finish::Stop),
        ("\"length\"", Finish::Length),
        ("\"tool_calls\"", Finish::Tool),
        ("\"content_filter\"", Finish::Filter),
        ("\"\"", Finish::Unknown),
        ("null", Finish::Unknown),
        (r#"{"type":"length","length":5}"#, Finish::Length),
        ("5", Finish::Unknown),
    ] {
        assert_eq!(
            with("{}", finish).columns.sequences[0].finish,
            class,
            "{finish}"
        );
    }
}

#[test]
fn duplicates_models_and_lost_characters() {
    let record = chat("a", &[("Hi", "-1")]);
    let twice = import(format!(
        "{record}\n{record}\n{}",
        chat("b", &[("Hi", "-1")])
    ));
    let duplicate = problem(&twice, "duplicate");
    assert_eq!(
        (duplicate.count, duplicate.places[0].sequence),
        (1, Some(1))
    );
    assert_eq!(
        duplicate.places[0].detail,
        "it has id, index, text and values of sequence 1"
    );
    assert_eq!(twice.metrics.n_sequences, 3, "kept and counted");
    let other_values = import(format!("{record}\n{}", chat("a", &[("Hi", "-2")])));
    assert_eq!(codes(&other_values), ["id_reused"]);

    let models = import(format!(
        "{record}\n{}",
        chat("b", &[("x", "-1")]).replace("\"m\"", "\"n\"")
    ));
    assert_eq!(models.columns.models, ["m", "n"]);
    let mixed = problem(&models, "mixed_models");
    assert_eq!(
        (mixed.count, mixed.sentence().as_str()),
        (2, "The file has answers of several models: m, n.")
    );

    let lost = import(tokens(
        "\"a\u{fffd}\u{fffd}\"",
        r#"{"token":"a�","logprob":-1},{"token":"�","logprob":-1}"#,
    ));
    assert_eq!(
        (codes(&lost), problem(&lost, "replacement_chars").count),
        (vec!["replacement_chars"], 2)
    );
    let surrogate = import(tokens(r#""\ud83d""#, r#"{"token":"\ud83d","logprob":-1}"#));
    assert_eq!(codes(&surrogate), ["surrogate", "replacement_chars"]);
    let mut broken = tokens("\"X\"", r#"{"token":"X","logprob":-1}"#).into_bytes();
    broken
        .iter_mut()
        .filter(|byte| **byte == b'X')
        .for_each(|byte| *byte = 0xff);
    let broken = import(broken);
    assert_eq!(
        (codes(&broken), problem(&broken, "invalid_utf8").count),
        (vec!["invalid_utf8", "replacement_chars"], 2)
    );
    assert_eq!(texts(&broken), ["\u{fffd}"]);
}

#[test]
fn dialects() {
    let llamacpp = import(
        r#"{"object":"text_completion","choices":[{"text":"Hi","index":0,"logprobs":{"content":[{"id":5,"token":"Hi","bytes":[72,105],"logprob":-0.5,"top_logprobs":[]}]}}],"timings":{}}"#,
    );
    assert_eq!(
        (
            llamacpp.report.format_name(),
            llamacpp.metrics.counts.scored
        ),
        ("openai_completions", 1)
    );
    assert!(
        llamacpp
            .report
            .evidence
            .iter()
            .any(|line| line.starts_with("llama.cpp"))
    );
    let together = import(
        r#"{"object":"chat.completion","choices":[{"message":{"content":"Hi"},"logprobs":{"content":null,"tokens":["Hi"],"token_logprobs":[-0.5]}}]}"#,
    );
    assert_eq!(
        (
            together.report.format_name(),
            together.metrics.counts.scored
        ),
        ("openai_chat", 1)
    );
    let deepseek = import(response(
        r#"{"content":"Hi","reasoning_content":"Hm"}"#,
        r#"{"reasoning_content":[{"token":"Hm","logprob":-3}],"content":[{"token":"Hi","logprob":-1}]}"#,
    ));
    assert_eq!(
        (codes(&deepseek), texts(&deepseek)),
        (vec!["reasoning_tokens"], vec!["Hi".to_owned()])
    );
    let extras = import(response(
        r#"{"annotations":[],"audio":null,"content":"Hi","x":{"y":[1,{"z":"}"}]}}"#,
        r#"{"content":[{"token":"Hi","logprob":-1,"text_offset":0,"sampling_logprob":null}],"extra":[[]]}"#,
    ));
    assert_eq!((codes(&extras), extras.metrics.counts.scored), (vec![], 1));
}

#[test]
fn one_bad_token_never_fails_the_record() {
    let import = import(tokens(
        "\"Hi!\"",
        r#"{"token":"Hi","logprob":-1},null,5,{"token":7,"logprob":-1},{"token":"!","logprob":-1}"#,
    ));
    assert_eq!(import.columns.sequences[0].n_tokens, 5);
    assert_eq!(
        (import.metrics.counts.scored, import.metrics.counts.missing),
        (3, 2)
    );
    let bad = problem(&import, "bad_field");
    assert_eq!((bad.count, bad.places[0].sequence), (3, Some(0)));
    assert_eq!(
        bad.places[0].detail,
        "`choices[].logprobs.content` is null instead of a list of objects"
    );
    assert_eq!(texts(&import), ["Hi!"]);
}

#[test]
fn of_two_equal_keys_the_last_counts() {
    let record = r#"{"choices":[{"message":{"content":"no"}}],"choices":[{"message":{"content":"a"},"message":{"content":"b"},"logprobs":{"content":[{"token":"x","logprob":-9}],"content":[{"token":"c","token":"b","logprob":-5,"logprob":-1,"top_logprobs":[{"token":"q","logprob":-1}],"top_logprobs":[{"token":"b","logprob":-1}]}]}}]}"#;
    let import = import(record);
    assert_eq!(
        (texts(&import), codes(&import)),
        (vec!["b".to_owned()], vec![])
    );
    assert_eq!(import.columns.logprob, [-1.0]);
    let detail = decode_sequence(Form::Value, FormatId::OPENAI_CHAT, record.as_bytes(), 0).unwrap();
    assert_eq!(detail.tokens[0].alternatives.len(), 1);
}

#[test]
fn unrecognised_records_say_what_they_have() {
    let table = [
        (
            r#"{"a":1,"b":2}"#,
            "its keys are a, b; a response of the OpenAI kind would have `choices`",
        ),
        (
            "{}",
            "it has no keys; a response of the OpenAI kind would have `choices`",
        ),
        (r#"{"choices":5}"#, "it has `choices`, but that is a number"),
        (
            r#"{"choices":["a"]}"#,
            "its keys are choices; `choices` are the options of a question; scores of options have no tokens",
        ),
        (
            r#"{"choices":[{"a":1}]}"#,
            "it has `choices`, but none of them has a `message`, a `text` or `logprobs`",
        ),
        (
            r#"{"custom_id":"a"}"#,
            "its keys are custom_id; like a line of Batch output it has `custom_id`, but not the rest",
        ),
        ("[1,2]", "it is an array and not an object"),
    ];
    for (record, why) in table {
        let import = import(record);
        assert_eq!(
            problem(&import, "unrecognised").places[0].detail,
            why,
            "{record}"
        );
        assert_eq!(import.report.severity(0), Severity::Nothing);
        assert_eq!(import.report.format_name(), "unrecognised");
    }
    let error = import(
        r#"{"error":{"message":"no such model","type":"invalid_request_error","code":null}}"#,
    );
    assert_eq!(
        problem(&error, "request_failed").places[0].detail,
        "invalid_request_error: no such model"
    );
    let empty = import(r#"{"object":"chat.completion","choices":[]}"#);
    assert_eq!(
        (codes(&empty), empty.columns.completions.len()),
        (vec!["no_choices"], 1)
    );
}
