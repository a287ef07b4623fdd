//! What stands around completions: for every way in which responses are wrapped, the objects from outside in.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
use completions::{Context, Form, Importer, Limits, read_record};

const CHAT: &str = r#"{"id":"c1","choices":[{"message":{"content":"Hi"}}]}"#;

/// All contexts of a file, pushed in pieces of this size and forgotten as they come.
fn contexts(file: &str, piece: usize) -> Vec<Context> {
    let mut importer = Importer::with_contexts(Limits::default());
    let mut all = Vec::new();
    for chunk in file.as_bytes().chunks(piece) {
        importer.push(chunk);
        assert_eq!(
            importer.contexts().len(),
            importer.columns().completions.len()
        );
        all.extend_from_slice(importer.contexts());
        importer.forget();
    }
    importer.end();
    all.extend_from_slice(importer.contexts());
    let sequences = importer.progress().sequences;
    assert_eq!(importer.finish().metrics.n_sequences, sequences, "{file}");
    all
}

fn layers(context: &Context) -> Vec<String> {
    let text = |layer: &std::sync::Arc<[u8]>| String::from_utf8_lossy(layer).into_owned();
    context.layers.iter().map(text).collect()
}

#[test]
fn what_stands_around_a_response() {
    let quoted = serde_json::to_string(CHAT).unwrap();
    let stream = concat!(
        r#"data: {"id":"c2","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
        "\n\n",
        r#"data: {"id":"c2","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        "\n\ndata: [DONE]\n\n",
    );
    let streamed = serde_json::to_string(stream).unwrap();
    let langfuse = r#"{"id":"o1","type":"GENERATION","traceId":"t","output":"Hello","model":"m"}"#;
    let other = r#"{"id":"o2","type":"GENERATION","traceId":"t","output":"Bye","model":"m"}"#;
    let table: Vec<(&str, String, Vec<Vec<String>>)> = vec![
        ("a line", CHAT.into(), vec![vec![CHAT.into()]]),
        (
            "lines",
            format!("{CHAT}\n{CHAT}\n"),
            vec![vec![CHAT.into()], vec![CHAT.into()]],
        ),
        (
            "a list",
            format!("[{CHAT}, {CHAT}]"),
            vec![vec![CHAT.into()], vec![CHAT.into()]],
        ),
        (
            "a member",
            format!(r#"{{"user": "u", "log": {{"response": {CHAT}, "ms": 12}}}}"#),
            vec![vec![
                r#"{"user":"u"}"#.into(),
                r#"{"ms":12}"#.into(),
                CHAT.into(),
            ]],
        ),
        (
            "two members: neither stands around the other",
            format!(r#"{{"a": {CHAT}, "b": {CHAT}, "n": 1}}"#),
            vec![
                vec![r#"{"n":1}"#.into(), CHAT.into()],
                vec![r#"{"n":1}"#.into(), CHAT.into()],
            ],
        ),
        (
            "a text",
            format!(r#"{{"request": {{"temperature": 0.5}}, "log": {quoted}}}"#),
            vec![vec![
                r#"{"request":{"temperature": 0.5}}"#.into(),
                CHAT.into(),
            ]],
        ),
        (
            "a list of texts",
            format!(r#"{{"k": 1, "log": [{quoted}, {quoted}]}}"#),
            vec![vec![r#"{"k":1}"#.into(), CHAT.into()]; 2],
        ),
        (
            "a list of objects",
            format!(r#"{{"k": 1, "log": [{CHAT}, {{"x": {CHAT}}}]}}"#),
            vec![
                vec![r#"{"k":1}"#.into(), CHAT.into()],
                vec![r#"{"k":1}"#.into(), "{}".into(), CHAT.into()],
            ],
        ),
        (
            "a batch line: it is one with its response",
            format!(r#"{{"custom_id": "r1", "response": {{"status_code": 200, "body": {CHAT}}}}}"#),
            vec![vec![format!(
                r#"{{"custom_id": "r1", "response": {{"status_code": 200, "body": {CHAT}}}}}"#
            )]],
        ),
        (
            "a recording whose answer is a stream",
            format!(
                r#"{{"request": {{"body": {{"seed": 1}}}}, "response": {{"status": 200, "body": {streamed}}}}}"#
            ),
            vec![vec![
                r#"{"request":{"body": {"seed": 1}}}"#.into(),
                r#"{"status":200}"#.into(),
            ]],
        ),
        (
            "observations of a trace",
            format!(
                r#"{{"userId": "u", "observations": [{langfuse}, {{"type": "SPAN"}}, {other}]}}"#
            ),
            vec![
                vec![r#"{"userId":"u"}"#.into(), langfuse.into()],
                vec![r#"{"userId":"u"}"#.into(), other.into()],
            ],
        ),
        (
            "attributes of a span, as a list of pairs",
            format!(
                r#"{{"spans": [{{"spanId": "s", "attributes": [{{"key": "gen_ai.system", "value": {{"stringValue": "x"}}}}, {{"key": "gen_ai.response.body", "value": {{"stringValue": {quoted}}}}}]}}, {{"spanId": "t"}}]}}"#
            ),
            vec![vec![
                "{}".into(),
                r#"{"spanId":"s"}"#.into(),
                r#"{"attributes":[{"key": "gen_ai.system", "value": {"stringValue": "x"}}]}"#
                    .into(),
                r#"{"key":"gen_ai.response.body"}"#.into(),
                "{}".into(),
                CHAT.into(),
            ]],
        ),
        ("a stream", stream.into(), vec![vec![]]),
    ];
    for (what, file, want) in &table {
        for piece in [1, 7, usize::MAX >> 1] {
            let read: Vec<_> = contexts(file, piece.min(file.len()))
                .iter()
                .map(layers)
                .collect();
            assert_eq!(&read, want, "{what}");
        }
    }
}

#[test]
fn what_is_said_is_kept() {
    let call = r#"{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}},{"index":1,"message":{"content":"B"}}]}"#;
    let read = contexts(call, 1000);
    let said = &read[0].said;
    assert_eq!(said[0].text, None);
    assert_eq!(said[0].tool_calls, [("f".to_owned(), "{}".to_owned())]);
    assert_eq!(said[1].text.as_deref(), Some("B"));
    let legacy = r#"{"prompt":"Say hi","choices":[{"text":" hi"}]}"#;
    let wrapped = format!(r#"{{"inputs":"Say hi","r":{legacy}}}"#);
    assert_eq!(
        contexts(&wrapped, 1000)[0].prompt.as_deref(),
        Some("Say hi")
    );
}

#[test]
fn a_record_read_again_gives_the_same() {
    let file = format!("{CHAT}\n{{\"a\": {CHAT}, \"b\": [{CHAT}], \"n\": 1}}\n");
    let mut importer = Importer::with_contexts(Limits::default());
    importer.push(file.as_bytes());
    importer.end();
    let mut nth = 0;
    for record in &importer.columns().records {
        let start = usize::try_from(record.start).unwrap();
        let bytes = &file.as_bytes()[start..start + usize::try_from(record.len).unwrap()];
        let (columns, contexts) = read_record(Form::Value, bytes);
        assert_eq!(columns.completions.len(), contexts.len());
        for context in contexts {
            assert_eq!(context, importer.contexts()[nth]);
            nth += 1;
        }
    }
    assert_eq!(nth, 3);
}

#[test]
fn no_context_unless_asked_for() {
    let mut importer = Importer::new(Limits::default());
    importer.push(CHAT.as_bytes());
    importer.end();
    assert_eq!(importer.columns().completions.len(), 1);
    assert!(importer.contexts().is_empty());
}
