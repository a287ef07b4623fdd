//! Every family of formats, as files have it, and the whole record that it becomes.
use crate::{Generation, Reader, again};
use serde_json::{Value, json};

fn read(file: &str) -> Vec<(Generation, crate::reader::Span)> {
    let mut all = Vec::new();
    let mut take = |generation, span| all.push((generation, span));
    let mut reader = Reader::new("run", completions::Limits::default());
    for chunk in file.as_bytes().chunks(31) {
        reader.push(chunk, &mut take);
    }
    reader.finish(&mut take);
    all
}

#[track_caller]
fn becomes(file: &str, want: &[Value]) {
    let read = read(file);
    let got: Vec<Value> = read
        .iter()
        .map(|(generation, _)| serde_json::to_value(generation).unwrap())
        .collect();
    for (got, want) in got.iter().zip(want) {
        assert_eq!(got, want, "\n{got:#}\nof\n{file}");
    }
    assert_eq!(got.len(), want.len(), "{file}");
    for (generation, span) in &read {
        let json = serde_json::to_string(generation).unwrap();
        let back: Generation = serde_json::from_str(&json).unwrap();
        assert_eq!(&back, generation, "{file}");
        let (start, len) = (
            usize::try_from(span.start).unwrap(),
            usize::try_from(span.len).unwrap(),
        );
        let bytes = &file.as_bytes()[start..start + len];
        let same = again(bytes, *span, &generation.source);
        // A joined request is not in the record.
        if !file.contains("\"custom_id\"") {
            assert_eq!(same.as_ref(), Some(generation), "{file}");
        }
    }
}

#[test]
fn a_chat_response_alone() {
    becomes(
        r#"{"id":"c1","object":"chat.completion","created":1735689600,"model":"gpt-4o-2024-08-06","system_fingerprint":"fp_1","choices":[
            {"index":0,"message":{"role":"assistant","content":"Hi you"},"finish_reason":"stop","logprobs":{"content":[
                {"token":"Hi","logprob":-0.6931471805599453,"top_logprobs":[]},{"token":" you","logprob":-0.6931471805599453,"top_logprobs":[]}]}},
            {"index":1,"message":{"role":"assistant","content":"Ho"},"finish_reason":"length","logprobs":{"content":[
                {"token":"Ho","logprob":-0.6931471805599453,"top_logprobs":[]}]}}],
            "usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9}}"#,
        &[json!({
            "id": "c1",
            "timestamp": "2025-01-01T00:00:00Z",
            "model": {"id": "gpt-4o-2024-08-06", "name": "gpt-4o-2024-08-06", "version": "fp_1", "provider": "openai"},
            "input": {"type": "text", "content": "", "tokens": 5},
            "output": {"type": "text", "content": "Hi you", "tokens": 2, "alternatives": [{"content": "Ho", "tokens": 1, "score": 0.5}]},
            "parameters": {},
            "usage": {"promptTokens": 5, "completionTokens": 4, "totalTokens": 9},
            "metadata": {},
            "performance": {},
            "finishReason": "stop",
            "metrics": {"nTotal": 2, "nScored": 2, "perplexity": 2.0, "meanProb": 0.5,
                "geoMeanProb": 0.5, "minProb": 0.5, "sumLogprob": -1.3862943611198906, "uncertainShare": 0.0},
            "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openai_chat"}
        })],
    );
}

#[test]
fn a_request_beside_its_response() {
    becomes(
        r#"{"request_id":"r1","user_id":"u1","session":"s","latency_ms":500,"tags":["a","b"],
            "request":{"model":"gpt-4o","messages":[{"role":"user","content":"Say hi"}],"temperature":0.5,"top_p":0.9,"max_tokens":16,
                "stop":"END","seed":7,"user":"u2","metadata":{"traceId":"t1","team":"x"},"logprobs":true},
            "response":{"id":"c1","model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"completion_tokens":1}}}
          {"prompt":"Once","n_predict":4,"response":{"choices":[{"text":" upon"}]}}"#,
        &[
            json!({
                "id": "c1",
                "model": {"id": "m", "name": "gpt-4o"},
                "input": {"type": "text", "content": "Say hi"},
                "output": {"type": "text", "content": "Hi", "tokens": 1},
                "parameters": {"temperature": 0.5, "topP": 0.9, "maxTokens": 16, "stopSequences": ["END"], "seed": 7, "logprobs": true},
                "usage": {"completionTokens": 1},
                "metadata": {"requestId": "r1", "userId": "u2", "tags": ["a", "b"], "traceId": "t1", "team": "x"},
                "performance": {"latency": 500.0, "tokensPerSecond": 2.0},
                "finishReason": "stop",
                "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openai_chat"}
            }),
            json!({
                "id": "run-1",
                "model": {"id": "", "name": ""},
                "input": {"type": "text", "content": "Once"},
                "output": {"type": "text", "content": " upon"},
                "parameters": {"maxTokens": 4},
                "usage": {}, "metadata": {}, "performance": {},
                "source": {"key": "run-1", "run": "run", "record": 1, "choice": 0, "sequence": 1, "format": "openai_completions"}
            }),
        ],
    );
}

#[test]
fn batch_output_joined_to_its_requests() {
    becomes(
        r#"{"custom_id":"q2","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi"}],"max_completion_tokens":5}}
{"custom_id":"q1","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}],"temperature":0}}
{"id":"b1","custom_id":"q1","response":{"status_code":200,"request_id":"req1","body":{"id":"c1","model":"gpt-4o-x","choices":[{"message":{"content":"A cat"}}]}}}
{"id":"b2","custom_id":"q3","response":{"status_code":200,"request_id":"req3","body":{"id":"c3","model":"gpt-4o-x","choices":[{"message":{"content":"?"}}]}}}
"#,
        &[
            json!({
                "id": "q1",
                "model": {"id": "gpt-4o-x", "name": "gpt-4o", "provider": "openai"},
                "input": {"type": "multimodal", "content": [{"role": "user", "content": [
                    {"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}]},
                "output": {"type": "text", "content": "A cat"},
                "parameters": {"temperature": 0.0},
                "usage": {}, "performance": {},
                "metadata": {"requestId": "req1", "responseId": "c1"},
                "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openai_chat"}
            }),
            json!({
                "id": "q3",
                "model": {"id": "gpt-4o-x", "name": "gpt-4o-x", "provider": "openai"},
                "input": {"type": "text", "content": ""},
                "output": {"type": "text", "content": "?"},
                "parameters": {}, "usage": {}, "performance": {},
                "metadata": {"requestId": "req3", "responseId": "c3"},
                "source": {"key": "run-1", "run": "run", "record": 1, "choice": 0, "sequence": 1, "format": "openai_chat"}
            }),
        ],
    );
}

#[test]
fn a_response_of_the_responses_api() {
    becomes(
        r#"{"id":"resp_1","object":"response","created_at":1735689600,"model":"gpt-4.1","status":"completed","temperature":1.0,"top_p":0.5,
            "instructions":"Be brief.","max_output_tokens":9,"metadata":{"user_id":"u","k":"v"},
            "output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"{\"a\":1}","logprobs":[]}]}],
            "usage":{"input_tokens":3,"output_tokens":2,"total_tokens":5}}"#,
        &[json!({
            "id": "resp_1",
            "timestamp": "2025-01-01T00:00:00Z",
            "model": {"id": "gpt-4.1", "name": "gpt-4.1", "provider": "openai"},
            "input": {"type": "text", "content": [{"role": "system", "content": "Be brief."}], "tokens": 3},
            "output": {"type": "json", "content": "{\"a\":1}", "tokens": 2},
            "parameters": {"temperature": 1.0, "topP": 0.5, "maxTokens": 9},
            "usage": {"promptTokens": 3, "completionTokens": 2, "totalTokens": 5},
            "metadata": {"userId": "u", "k": "v"},
            "performance": {},
            "finishReason": "stop",
            "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openai_responses"}
        })],
    );
}

/// What stands beside an answer is a setting only by its name.
#[test]
fn records_of_whoever_wrote_them_down() {
    for (file, input, parameters) in [
        (
            r#"{"messages":[{"role":"user","content":"Hi"}],"temperature":1,"scores":[1],"notes":{"a":1},"result":{"choices":[{"message":{"content":"x"}}]}}"#,
            json!("Hi"),
            json!({"temperature": 1.0}),
        ),
        (
            r#"{"Entries":[{"RequestUri":"u","RequestBody":{"messages":[{"role":"user","content":"Hi"}],"seed":1},"StatusCode":200,"ResponseBody":{"choices":[{"message":{"content":"x"}}]}}]}"#,
            json!("Hi"),
            json!({"seed": 1}),
        ),
        (
            r#"{"request":{"method":"POST","headers":{"authorization":"secret"},"body":"{\"prompt\":\"Hi\",\"n\":2}"},"response":{"status":200,"body":{"choices":[{"text":"x"}]}}}"#,
            json!("Hi"),
            json!({"n": 2}),
        ),
        (
            r#"{"type":"GENERATION","traceId":"t","input":"[{\"role\":\"user\",\"content\":\"Hi\"}]","output":"x","modelParameters":{"temperature":"0.5"}}"#,
            json!("Hi"),
            json!({"temperature": 0.5}),
        ),
        (
            r#"{"choices":[{"message":{"content":"x"}}],"service_tier":"default"}"#,
            json!(""),
            json!({}),
        ),
    ] {
        let read = read(file);
        let json = serde_json::to_value(&read[0].0).unwrap();
        assert_eq!(json["input"]["content"], input, "{file}");
        assert_eq!(json["parameters"], parameters, "{file}");
        assert!(!json.to_string().contains("secret"), "{file}");
    }
}

#[test]
fn calls_of_tools_and_sounds() {
    becomes(
        r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"finish_reason":"tool_calls"}]}
{"choices":[{"message":{"content":null,"audio":{"data":"UklG","transcript":"Hi"}},"finish_reason":"stop"}]}
"#,
        &[
            json!({
                "id": "run-0", "model": {"id": "", "name": ""}, "input": {"type": "text", "content": ""},
                "output": {"type": "json", "content": "[{\"arguments\":{\"x\":1},\"name\":\"f\"}]", "toolCalls": [{"name": "f", "arguments": {"x": 1}}]},
                "parameters": {}, "usage": {}, "metadata": {}, "performance": {}, "finishReason": "tool_calls",
                "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openai_chat"}
            }),
            json!({
                "id": "run-1", "model": {"id": "", "name": ""}, "input": {"type": "text", "content": ""},
                "output": {"type": "audio", "content": "data:audio/wav;base64,UklG"},
                "parameters": {}, "usage": {}, "metadata": {}, "performance": {}, "finishReason": "stop",
                "source": {"key": "run-1", "run": "run", "record": 1, "choice": 0, "sequence": 1, "format": "openai_chat"}
            }),
        ],
    );
}

#[test]
fn observations_of_langfuse() {
    becomes(
        r#"{"id":"t1","userId":"u1","sessionId":"s1","tags":["prod"],"scores":[{"name":"quality","value":0.9,"comment":"good","source":"EVAL"},{"name":"tone","stringValue":"warm"}],
            "observations":[{"id":"sp","type":"SPAN"},{"id":"o1","type":"GENERATION","traceId":"t1","name":"answer","model":"gpt-4o","startTime":"2025-01-01T00:00:00.000Z",
            "endTime":"2025-01-01T00:00:02.000Z","completionStartTime":"2025-01-01T00:00:00.500Z","modelParameters":{"temperature":0.2,"max_tokens":"50"},
            "input":{"messages":[{"role":"user","content":"Hello"}]},"output":{"role":"assistant","content":"Hi"},
            "usageDetails":{"input":4,"output":2,"total":6},"costDetails":{"input":0.1,"total":0.3},"metadata":{"env":"x"}}]}"#,
        &[json!({
            "id": "o1",
            "timestamp": "2025-01-01T00:00:00Z",
            "model": {"id": "gpt-4o", "name": "gpt-4o", "provider": "openai"},
            "input": {"type": "text", "content": "Hello", "tokens": 4},
            "output": {"type": "text", "content": "Hi", "tokens": 2},
            "parameters": {"temperature": 0.2, "maxTokens": 50},
            "usage": {"promptTokens": 4, "completionTokens": 2, "totalTokens": 6, "cost": 0.3, "currency": "USD"},
            "metadata": {"userId": "u1", "sessionId": "s1", "functionId": "answer", "tags": ["prod"], "env": "x", "traceId": "t1"},
            "performance": {"latency": 2000.0, "timeToFirstToken": 500.0, "tokensPerSecond": 1.0},
            "scores": [{"name": "quality", "value": 0.9, "comment": "good", "source": "EVAL"}, {"name": "tone", "value": "warm"}],
            "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "langfuse"}
        })],
    );
}

#[test]
fn spans_of_opentelemetry() {
    becomes(
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"aa","spanId":"bb","startTimeUnixNano":"1735689600000000000","endTimeUnixNano":"1735689601500000000","attributes":[
            {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},{"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},
            {"key":"gen_ai.response.model","value":{"stringValue":"gpt-4o-x"}},{"key":"gen_ai.response.id","value":{"stringValue":"c9"}},
            {"key":"gen_ai.request.temperature","value":{"doubleValue":0.3}},{"key":"gen_ai.request.choice.count","value":{"intValue":"2"}},
            {"key":"gen_ai.request.stop_sequences","value":{"arrayValue":{"values":[{"stringValue":"X"}]}}},
            {"key":"gen_ai.usage.input_tokens","value":{"intValue":"7"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"3"}},
            {"key":"gen_ai.conversation.id","value":{"stringValue":"conv"}},{"key":"user.id","value":{"stringValue":"u"}},
            {"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hey\"}]}]"}},
            {"key":"gen_ai.output.messages","value":{"stringValue":"[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Yes\"}],\"finish_reason\":\"stop\"}]"}}]}]}]}]}"#,
        &[json!({
            "id": "c9",
            "timestamp": "2025-01-01T00:00:00Z",
            "model": {"id": "gpt-4o-x", "name": "gpt-4o", "provider": "openai"},
            "input": {"type": "text", "content": [{"role": "user", "parts": [{"type": "text", "content": "Hey"}]}], "tokens": 7},
            "output": {"type": "text", "content": "Yes", "tokens": 3},
            "parameters": {"temperature": 0.3, "stopSequences": ["X"], "n": 2},
            "usage": {"promptTokens": 7, "completionTokens": 3, "totalTokens": 10},
            "metadata": {"userId": "u", "sessionId": "conv", "traceId": "aa", "spanId": "bb"},
            "performance": {"latency": 1500.0, "tokensPerSecond": 2.0},
            "finishReason": "stop",
            "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "otel"}
        })],
    );
}

#[test]
fn spans_of_openinference() {
    becomes(
        r#"{"context":{"trace_id":"aa","span_id":"bb"},"start_time":"2025-01-01T00:00:00Z","end_time":"2025-01-01T00:00:01Z","attributes":{
            "openinference.span.kind":"LLM","llm.model_name":"claude-3","llm.invocation_parameters":"{\"temperature\": 0.1, \"max_tokens\": 5}",
            "llm.input_messages.0.message.role":"user","llm.input_messages.0.message.content":"Hello","llm.output_messages.0.message.content":"Hi",
            "llm.token_count.prompt":2,"llm.token_count.completion":1,"llm.token_count.total":3,"llm.cost.total":0.01,"session.id":"s","user.id":"u",
            "tag.tags":["t"],"metadata":"{\"k\": 1}","annotations.0.annotation.name":"ok","annotations.0.annotation.score":1,"annotations.0.annotation.explanation":"fine"}}"#,
        &[json!({
            "id": "bb",
            "timestamp": "2025-01-01T00:00:00Z",
            "model": {"id": "claude-3", "name": "claude-3", "provider": "anthropic"},
            "input": {"type": "text", "content": "Hello", "tokens": 2},
            "output": {"type": "text", "content": "Hi", "tokens": 1},
            "parameters": {"temperature": 0.1, "maxTokens": 5},
            "usage": {"promptTokens": 2, "completionTokens": 1, "totalTokens": 3, "cost": 0.01, "currency": "USD"},
            "metadata": {"userId": "u", "sessionId": "s", "tags": ["t"], "traceId": "aa", "spanId": "bb", "k": 1},
            "performance": {"latency": 1000.0, "tokensPerSecond": 1.0},
            "scores": [{"name": "ok", "value": 1.0, "comment": "fine"}],
            "source": {"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "openinference"}
        })],
    );
}

/// Only the end of a file tells that its values are placeholders; in the middle of one they are values.
#[test]
fn placeholders_have_no_figures() {
    let line = |logprob: f64| {
        let tokens: Vec<Value> = (0..4)
            .map(|_| json!({"token": "a", "logprob": logprob}))
            .collect();
        json!({"choices": [{"message": {"content": "aaaa"}, "logprobs": {"content": tokens}}]})
            .to_string()
            + "\n"
    };
    for (count, last, figures) in [(20, 0.0, 0), (20, -1.0, 21), (3_000, 0.0, 0)] {
        let file = line(0.0).repeat(count) + &line(last);
        let read = read(&file);
        let keys: Vec<&str> = read
            .iter()
            .map(|(generation, _)| generation.source.key.as_str())
            .collect();
        let want: Vec<String> = (0..=count).map(|nth| format!("run-{nth}")).collect();
        assert_eq!(keys, want);
        let with = read
            .iter()
            .filter(|(generation, _)| generation.metrics.is_some());
        assert_eq!(with.count(), figures, "{count} {last}");
    }
}

#[test]
fn our_own_record_comes_back_as_it_was() {
    let own = json!({
        "id": "mine",
        "timestamp": "2025-01-01T00:00:00Z",
        "model": {"id": "m1", "name": "M", "provider": "us"},
        "input": {"type": "text", "content": "Hello", "tokens": 1},
        "output": {"type": "other", "content": "Hi", "alternatives": [{"content": "Ho", "score": 0.25}]},
        "parameters": {"temperature": 0.5, "mine": [1]},
        "usage": {"promptTokens": 1, "completionTokens": 1, "totalTokens": 2, "cost": 0.5, "currency": "EUR"},
        "metadata": {"userId": "u", "tags": ["a"], "traceId": "t"},
        "performance": {"latency": 10.0, "tokensPerSecond": 99.0},
        "feedback": {"rating": 4.0, "thumbs": "up"},
        "scores": [{"name": "s", "value": 1.0}],
        "finishReason": "stop",
        "logprobs": {"content": [{"token": "Hi", "logprob": -std::f64::consts::LN_2}]}
    });
    let mut want = own.clone();
    let map = want.as_object_mut().unwrap();
    map.remove("logprobs");
    map["output"]["tokens"] = 1.into();
    map.insert(
        "metrics".into(),
        json!({"nTotal": 1, "nScored": 1, "perplexity": 2.0, "meanProb": 0.5, "geoMeanProb": 0.5, "minProb": 0.5,
            "sumLogprob": -std::f64::consts::LN_2, "uncertainShare": 0.0}),
    );
    map.insert(
        "source".into(),
        json!({"key": "run-0", "run": "run", "record": 0, "choice": 0, "sequence": 0, "format": "generation"}),
    );
    becomes(&own.to_string(), &[want]);
}

/// What the record does not say of itself is recognised.
#[test]
fn the_kind_of_our_own_record() {
    let png = "data:image/png;base64,iVBORw0KGgo=";
    let part = json!([{"type": "image_url", "image_url": {"url": png}}]);
    for (output, kind, language) in [
        (
            json!({"content": "```rust\nfn f() {}\n```"}),
            "code",
            json!("rust"),
        ),
        (json!({"content": "<a><b/></a>"}), "code", json!("xml")),
        (json!({"content": "{\"a\": 1}"}), "json", Value::Null),
        (json!({"content": {"a": 1}}), "json", Value::Null),
        (json!({"content": part}), "image", Value::Null),
        (json!({"content": png}), "image", Value::Null),
        (json!({"content": "words"}), "text", Value::Null),
        (json!({"type": 7, "content": "{}"}), "json", Value::Null),
        (
            json!({"type": "text", "content": "{\"a\": 1}"}),
            "text",
            Value::Null,
        ),
        (
            json!({"type": "other", "content": "{\"a\": 1}"}),
            "other",
            Value::Null,
        ),
    ] {
        let own = json!({"model": {"id": "m"}, "input": {"content": part}, "output": output});
        let (record, _) = read(&own.to_string()).pop().unwrap();
        let record = serde_json::to_value(record).unwrap();
        assert_eq!(record["output"]["type"], kind, "{own}");
        assert_eq!(record["output"]["language"], language, "{own}");
        assert_eq!(record["input"]["type"], "image", "{own}");
    }
}

/// What does not fit is left out by itself.
#[test]
fn a_record_of_ours_with_values_of_other_kinds() {
    for (said, want) in [
        (
            json!({"usage": {"cost": 1.5, "totalTokens": -1}, "metadata": {"tags": ["a", null, 7], "userId": 5, "team": {"x": null}}}),
            json!({"usage": {"cost": 1.5, "currency": "USD"}, "metadata": {"tags": ["a"], "team": {"x": null}}}),
        ),
        (
            json!({"scores": [{"name": "q", "value": 1}, {"name": 7, "value": 0.5, "source": "s"}, "x"], "performance": "fast"}),
            json!({"scores": [{"name": "q", "value": 1.0}, {"name": "", "value": 0.5, "source": "s"}]}),
        ),
        (
            json!({"feedback": {"thumbs": "sideways", "comment": "c"}, "parameters": {"temperature": "hot", "seed": 1}}),
            json!({"feedback": {"comment": "c"}, "parameters": {"seed": 1}}),
        ),
    ] {
        let mut file = json!({"id": "o", "model": {"id": "m"}, "output": {"content": "x"}});
        file.as_object_mut()
            .unwrap()
            .extend(said.as_object().unwrap().clone());
        let (found, _) = read(&file.to_string()).remove(0);
        let found = serde_json::to_value(found).unwrap();
        for (name, want) in want.as_object().unwrap() {
            assert_eq!(&found[name], want, "{name} of {file}");
        }
        assert_eq!(found["output"]["content"], "x");
    }
}
