//! Traces of calls: Langfuse, OpenTelemetry, OpenInference. Mostly texts without values, sometimes whole responses.
use crate::common::{codes, import, problem, texts};
use completions::Import;

/// A whole response with values, as the text of a JSON string.
const RESPONSE: &str = r#"{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"logprobs\":{\"content\":[{\"token\":\"Hi\",\"logprob\":-0.5}]},\"finish_reason\":\"stop\"}]}"#;

#[track_caller]
fn is(file: &str, format: &str, scored: u64, said: &[&str], problems: &[&str]) -> Import {
    let import = import(file);
    let got = (import.report.format_name(), import.metrics.counts.scored);
    assert_eq!(got, (format, scored), "{file}: {:?}", import.report);
    assert_eq!(texts(&import), said, "{file}");
    assert_eq!(codes(&import), problems, "{file}");
    import
}

#[test]
fn what_a_generation_of_langfuse_says() {
    let generation = |output: &str| {
        format!(
            r#"{{"id":"o1","traceId":"t","type":"GENERATION","name":"n","startTime":"2025-01-01T00:00:00Z","model":"m","input":[{{"role":"user","content":"Q"}}],"output":{output},"usageDetails":{{"input":4,"output":2}}}}"#
        )
    };
    for (output, said) in [
        (r#""Hello""#, &["Hello"][..]),
        (r#"{"role":"assistant","content":"Hello"}"#, &["Hello"]),
        (
            r#""{\"role\":\"assistant\",\"content\":\"Hello\"}""#,
            &["Hello"],
        ),
        (
            r#"{"role":"assistant","content":[{"type":"text","text":"Hel"},{"type":"text","text":"lo"}]}"#,
            &["Hello"],
        ),
        (
            r#"[{"role":"user","content":"Q"},{"role":"assistant","content":"Hello"}]"#,
            &["Hello"],
        ),
        (r#"{"completion":"Hello"}"#, &["Hello"]),
        (r#""{not JSON""#, &["{not JSON"]),
    ] {
        let import = is(&generation(output), "langfuse", 0, said, &["no_logprobs"]);
        let completion = &import.columns.completions[0];
        assert_eq!(completion.created, Some(1_735_689_600.0), "{output}");
        assert_eq!(import.models, [("m".to_owned(), 1)]);
    }
    for output in ["null", "{}", "[]", "7"] {
        let import = is(&generation(output), "langfuse", 0, &[], &["no_completion"]);
        assert_eq!(
            problem(&import, "no_completion").places[0].detail,
            "`output` has no text"
        );
    }
    // A whole response has its own format and its values.
    let file = generation(&format!("\"{RESPONSE}\""));
    is(&file, "openai_chat", 1, &["Hi"], &[]);
    // Lists of an export, with observations of other kinds beside.
    let file = format!(
        r#"{{"data":[{{"id":"s","type":"SPAN","output":"x"}},{},{}],"meta":{{"page":1}}}}"#,
        generation(r#""A""#),
        generation(r#""B""#).replace("o1", "o2")
    );
    is(&file, "langfuse", 0, &["A", "B"], &["no_logprobs"]);
}

#[test]
fn spans_of_open_telemetry() {
    let written = r#"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Hello\"}],\"finish_reason\":\"length\"}]"#;
    for attributes in [
        format!(r#"{{"gen_ai.output.messages":"{written}","gen_ai.response.model":"m"}}"#),
        r#"{"gen_ai.completion.0.content":"Hello","gen_ai.completion.0.finish_reason":"length","gen_ai.request.model":"m"}"#.to_owned(),
        r#"{"gen_ai":{"completion":[{"role":"assistant","content":"Hello"}],"response":{"finish_reasons":["length"],"model":"m"}}}"#.to_owned(),
        r#"[{"key":"gen_ai.completion.0.content","value":{"stringValue":"Hello"}},{"key":"gen_ai.response.finish_reasons","value":{"arrayValue":{"values":[{"stringValue":"length"}]}}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"3"}},{"key":"gen_ai.response.model","value":{"stringValue":"m"}}]"#.to_owned(),
    ] {
        let span = format!(
            r#"{{"traceId":"t","spanId":"s","name":"chat m","startTimeUnixNano":"1735689600000000000","attributes":{attributes}}}"#
        );
        let import = is(&span, "otel", 0, &["Hello"], &["no_logprobs", "truncated_by_length"]);
        assert_eq!(import.columns.completions[0].created, Some(1_735_689_600.0));
        assert_eq!(import.models, [("m".to_owned(), 1)]);
        // As the collector writes it.
        let file = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[]}},"scopeSpans":[{{"scope":{{}},"spans":[{span},{{"name":"GET /","attributes":[{{"key":"http.method","value":{{"stringValue":"GET"}}}}]}}]}}]}}]}}"#
        );
        is(&file, "otel", 0, &["Hello"], &["no_logprobs", "truncated_by_length"]);
    }
}

#[test]
fn spans_of_openinference() {
    let kind = r#""openinference.span.kind":"LLM""#;
    for (attributes, said) in [
        (
            r#""llm.output_messages.0.message.content":"Hello","output.value":"other""#.to_owned(),
            "Hello",
        ),
        (r#""output.value":"Hello""#.to_owned(), "Hello"),
        (
            r#""output.value":"{\"role\":\"assistant\",\"content\":\"Hello\"}""#.to_owned(),
            "Hello",
        ),
    ] {
        let span = format!(
            r#"{{"name":"n","context":{{"span_id":"s"}},"attributes":{{{kind},{attributes},"llm.model_name":"m"}}}}"#
        );
        is(&span, "openinference", 0, &[said], &["no_logprobs"]);
    }
    let span = format!(r#"{{"attributes":{{{kind},"output.value":"{RESPONSE}"}}}}"#);
    is(&span, "openai_chat", 1, &["Hi"], &[]);
    let chain = r#"{"attributes":{"openinference.span.kind":"CHAIN","output.value":"Hello"}}"#;
    let import = is(chain, "openinference", 0, &[], &["no_completion"]);
    assert_eq!(
        problem(&import, "no_completion").places[0].detail,
        "it is a span of the kind CHAIN, which asked no model"
    );
}
