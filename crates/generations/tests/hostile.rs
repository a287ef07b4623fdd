//! Files are hostile input: whatever stands in them, nothing panics, every completion is a record, and a record that is written
//! can be read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
use completions::{Importer, Limits};
use generations::table::{Format, Writer};
use generations::{Generation, Reader};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Names that mean something somewhere.
const NAMES: [&str; 44] = [
    "id",
    "model",
    "choices",
    "message",
    "content",
    "output",
    "input",
    "request",
    "response",
    "body",
    "custom_id",
    "messages",
    "prompt",
    "type",
    "text",
    "attributes",
    "key",
    "value",
    "stringValue",
    "arrayValue",
    "values",
    "usage",
    "prompt_tokens",
    "metadata",
    "tags",
    "userId",
    "timestamp",
    "created",
    "parameters",
    "stop",
    "temperature",
    "llm.input_messages.0.message.content",
    "gen_ai.output.messages",
    "gen_ai.request.model",
    "output.value",
    "scores",
    "name",
    "feedback",
    "rating",
    "finish_reason",
    "logprobs",
    "token",
    "logprob",
    "tool_calls",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop_oneof![
            Just(0.0),
            Just(-0.5),
            Just(1e300),
            any::<f64>().prop_filter("a number", |n| n.is_finite())
        ]
        .prop_map(Value::from),
        prop_oneof![
            Just("GENERATION".to_owned()),
            Just("Hello".to_owned()),
            Just("2025-01-01T00:00:00Z".to_owned()),
            Just("data:image/png;base64,AA==".to_owned()),
            Just("```rust\nfn main() {}\n```".to_owned()),
            Just(r#"[{"role":"user","content":"x"}]"#.to_owned()),
            Just(r#"{"choices":[{"message":{"content":"Hi"}}]}"#.to_owned()),
            "\\PC{0,12}",
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let name = proptest::sample::select(NAMES.as_slice());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..7).prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// Something around an answer, so that there is a completion.
fn around(inside: &Value, way: usize) -> Value {
    let answer = json!({"message": {"content": "Hi"}, "finish_reason": "stop"});
    let mut answered = inside.as_object().cloned().unwrap_or_default();
    match way {
        0 => {
            answered.insert("choices".into(), json!([answer]));
            Value::Object(answered)
        }
        1 => {
            json!({"custom_id": inside, "response": {"body": {"choices": [answer], "usage": inside}}})
        }
        2 => json!({"request": inside, "response": {"choices": [answer]}, "metadata": inside}),
        3 => {
            answered.insert("type".into(), "GENERATION".into());
            answered.insert("traceId".into(), "t".into());
            answered.insert("output".into(), "Hi".into());
            Value::Object(answered)
        }
        4 => {
            json!({"attributes": {"gen_ai.completion.0.content": "Hi", "gen_ai.prompt": inside, "llm": inside}})
        }
        5 => {
            answered.insert("model".into(), json!({"id": inside}));
            answered.insert("output".into(), json!({"content": inside}));
            Value::Object(answered)
        }
        _ => inside.clone(),
    }
}

fn records(bytes: &[u8]) -> Vec<Generation> {
    let mut all = Vec::new();
    let mut take = |generation, _| all.push(generation);
    let mut reader = Reader::new("run", Limits::default());
    reader.push(bytes, &mut take);
    reader.finish(&mut take);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_stands_in_a_file(inside in value(), way in 0_usize..7) {
        let file = around(&inside, way).to_string() + "\n";
        let mut importer = Importer::new(Limits::default());
        importer.push(file.as_bytes());
        let completions = importer.finish().columns.completions.len();
        let read = records(file.as_bytes());
        prop_assert_eq!(read.len(), completions);
        for format in [Format::Jsonl, Format::Csv, Format::Parquet] {
            let mut writer = Writer::new(format, None).unwrap();
            for record in &read {
                writer.push(record).unwrap();
            }
            let mut out = writer.take();
            out.extend(writer.finish().unwrap());
            if format == Format::Jsonl {
                let back: Vec<Generation> = serde_json::Deserializer::from_slice(&out)
                    .into_iter()
                    .collect::<Result<_, _>>()
                    .unwrap();
                prop_assert_eq!(&back, &read);
                prop_assert_eq!(records(&out).len(), read.len());
            }
        }
    }
}
