//! Small files of many kinds, good and bad, that property tests and fuzzing begin with.

/// A chat response with these (text, value) tokens, without `bytes` and alternatives.
pub(crate) fn chat(id: &str, tokens: &[(&str, &str)]) -> String {
    let text: String = tokens.iter().map(|(text, _)| *text).collect();
    let list: Vec<String> = tokens
        .iter()
        .map(|(text, value)| format!(r#"{{"token":{text:?},"logprob":{value}}}"#))
        .collect();
    format!(
        r#"{{"id":{id:?},"object":"chat.completion","created":1700000000,"model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":{text:?}}},"logprobs":{{"content":[{}]}},"finish_reason":"stop"}}]}}"#,
        list.join(",")
    )
}

/// Small files of many kinds, good and bad: seeds for the property tests.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let pair = chat("a", &[("Hi", "-0.5"), ("!", "-1e-2")]);
    let other = chat(
        "b",
        &[("zażółć", "-2"), ("\u{1f600}", "-9999.0"), ("x", "null")],
    );
    let legacy = r#"{"id":"c","object":"text_completion","choices":[{"text":" a b","index":0,"logprobs":{"text_offset":[0,2],"token_logprobs":[null,-1.0],"tokens":[" a"," b"],"top_logprobs":[null,{" b":-1.0," c":-2,"bytes:\\xe2":-3}]},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
    let full = r#"{"created":1,"id":7,"choices":[{"logprobs":{"refusal":[{"top_logprobs":[{"logprob":-0.25,"token":"N"}],"token":"N","logprob":-0.25,"bytes":[78]}],"content":null},"index":1,"message":{"refusal":"N","content":null,"tool_calls":[{"function":{"arguments":"{}","name":"f"}}]}},{"finish_reason":{"type":"stop"},"index":0,"message":{"content":[{"type":"text","text":"\ud83d\ude00"}]},"logprobs":{"content":[{"token":"\\xf0\\x9f","bytes":[240,159],"logprob":-0.1,"top_logprobs":[]},{"token":"x","bytes":[152,128],"logprob":0.0001}]}}],"model":"m","usage":{"completion_tokens":3}}"#;
    let batch = format!(
        r#"{{"id":"r","custom_id":"q1","response":{{"status_code":200,"body":{pair}}},"error":null}}"#
    );
    let failed = r#"{"custom_id":"q2","response":null,"error":{"code":"batch_expired","message":"too late"}}"#;
    let piece = |id: &str, index: u32, delta: &str, value: &str, finish: &str| {
        format!(
            r#"{{"id":"{id}","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":{index},"delta":{{"content":"{delta}"}},"logprobs":{{"content":[{{"token":"{delta}","logprob":{value},"top_logprobs":[{{"token":"{delta}","logprob":{value}}}]}}],"refusal":null}},"finish_reason":{finish}}}]}}"#
        )
    };
    let stream = [
        piece("s", 0, "Hi", "-0.5", "null"),
        piece("s", 1, "Oh", "-1", "null"),
        piece("t", 0, "x", "-2", "\"stop\""),
        piece("s", 0, " you", "-0.25", "\"stop\""),
        piece("s", 1, "!", "-0.125", "\"length\""),
        r#"{"id":"s","object":"chat.completion.chunk","choices":[],"usage":{"completion_tokens":4}}"#.to_owned(),
    ];
    let events: String = stream
        .iter()
        .map(|piece| format!("data: {piece}\n\n"))
        .collect();
    let responses = [
        r#"{"type":"response.created","response":{"id":"r","object":"response","created_at":1.0,"model":"m","output":[]}}"#,
        r#"{"type":"response.output_text.delta","delta":"Hi","logprobs":[{"token":"Hi","logprob":-0.5}]}"#,
        r#"{"type":"response.completed","response":{"id":"r","object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi","logprobs":[{"token":"Hi","logprob":-0.5,"top_logprobs":[{"token":"Hi","logprob":-0.5}]}]}]}],"usage":{"output_tokens":2}}}"#,
    ];
    let helm = r#"{"request_states":[{"result":{"success":true,"completions":[{"text":" a\u00e9","tokens":[{"text":" a","logprob":-1.5,"top_logprobs":{" b":-0.5," a":-1.5}},{"text":"bytes:\\xc3\\xa9","logprob":-0.5}],"finish_reason":{"reason":"stop"}}]},"request":{"model":"m","prompt":" a","echo_prompt":true},"instance":{"id":"i"}},{"result":{"success":false}}]}"#;
    let inspect = r#"{"samples":[{"id":1,"epoch":1,"output":{"choices":[{"message":{"content":"Yes"},"stop_reason":"stop","logprobs":{"content":[{"token":"Yes","logprob":-0.125}]}}]}}],"eval":{}}"#;
    let lm_eval = r#"{"doc_id":4,"resps":[["42"]],"doc_hash":"h"}{"doc_id":5,"resps":[[-2.5]]}"#;
    let tokens = r#"{"token":"a","logprob":-1,"bytes":[97]}"#;
    let tgi = r#"{"details":{"top_tokens":[[{"id":1,"text":"a","logprob":-0.5},{"id":2,"text":"b","logprob":-1}],[]],"tokens":[{"id":1,"text":"a","logprob":-0.5,"special":false},{"id":3,"text":"</s>","logprob":null,"special":true}],"prefill":[{"id":9,"text":"q","logprob":null}],"finish_reason":"eos_token","generated_tokens":2,"best_of_sequences":[{"generated_text":"c","tokens":[{"id":4,"text":"c","logprob":-2,"special":false}],"prefill":[]}]},"generated_text":"a"}"#;
    let tgi_token = |index: u32, text: &str, rest: &str| {
        format!(
            r#"{{"index":{index},"token":{{"id":1{index},"text":"{text}","logprob":-0.{index},"special":false}},{rest}}}"#
        )
    };
    let on = r#""generated_text":null,"details":null"#;
    let end = r#""generated_text":"uv","details":{"finish_reason":"length","generated_tokens":2,"input_length":3}"#;
    let tgi_stream = [
        tgi_token(1, "u", on),
        tgi_token(2, "v", end),
        tgi_token(4, "w", on),
        tgi_token(1, "x", on),
    ];
    let sglang = |id: &str, text: &str, output: &str, finish: &str| {
        format!(
            r#"{{"text":"{text}","output_ids":[1],"meta_info":{{"id":"{id}","finish_reason":{finish},"completion_tokens":1,"input_token_logprobs":[[null,4,null]],"output_token_logprobs":[{output}],"output_top_logprobs":[[[-0.5,9,null],[-2,3,"B"]],null]}}}}"#
        )
    };
    let stop = r#"{"type":"stop"}"#;
    let sglang = [
        sglang("a", "x", "[-0.5,9,null]", "null"),
        sglang("b", "y", "[-0.5,9]", stop),
        sglang("a", "xy", "[-0.5,9,null],[-1,3,null]", "null"),
        sglang("a", "xyz", "[-0.5,9,null],[-1,3,null],[-2,8,null]", stop),
    ];
    let llama = |index: u32, values: &str, stop: bool| {
        format!(
            r#"{{"index":{index},"content":"A","stop":{stop},"id_slot":0,"tokens_predicted":2{values}}}"#
        )
    };
    let new = r#","completion_probabilities":[{"id":5,"token":" A","bytes":[32,65],"logprob":-0.1,"top_logprobs":[{"id":5,"token":"A","bytes":[65],"logprob":-0.1}]},{"token":"b","prob":0.5,"top_probs":[]}]"#;
    let old = r#","completion_probabilities":[{"content":"A","probs":[{"tok_str":"A","prob":0.9},{"tok_str":"byte: \\x89","prob":0}]}]"#;
    let llama = [
        llama(0, new, false),
        llama(1, old, false),
        llama(0, "", true),
        llama(1, old, true),
        llama(2, new, true),
        llama(3, "", false),
    ];
    let ollama = |text: &str, done: bool| {
        format!(
            r#"{{"model":"m","created_at":"2025-01-01T00:00:00.5Z","response":"{text}","done":{done},"eval_count":2,"logprobs":[{{"token":"{text}","logprob":-0.5,"bytes":[65]}}]}}"#
        )
    };
    let ollama = [
        ollama("A", false),
        ollama("b", true),
        r#"{"done":true,"message":{"content":"c","tool_calls":[{"function":{"name":"f","arguments":{}}}]},"model":"n"}"#.to_owned(),
        ollama("c", false),
    ];
    let files = [
        format!("\u{feff}{pair}\n\u{feff}{other}\n\u{feff}"),
        format!("{helm}\n{inspect}\n{lm_eval}"),
        format!(
            "{tokens}\n{tokens}\n{{\"tokens\":[{tokens},{{\"text\":\"b\",\"logprob\":0}}],\"id\":1}}\n{tokens}\n"
        ),
        r#"{"output":"x","logProbs":[-1,-2]}{"tokens":["a","b"],"logprobs":[null,-1]}"#.to_owned(),
        format!(
            "{}\n{}",
            responses.join("\n"),
            &responses[2][39..responses[2].len() - 1]
        ),
        sglang.join("\n"),
        format!("data: {}\n\ndata: [DONE]\n\n", sglang.join("\n\ndata: ")),
        format!("data: {}\n\n", llama.join("\n\ndata: ")),
        format!("[{}]", llama.join(",")),
        format!("{}\n{pair}", ollama.join("\n")),
        format!("[{tgi},{pair},{tgi}]"),
        format!("data: {}\n\n", tgi_stream.join("\n\ndata: ")),
        format!("{}\n{tgi}", tgi_stream.join("\n")),
        services().join("\n"),
        services()
            .iter()
            .map(|record| format!("data: {record}\n\n"))
            .collect(),
        format!("[{}]", services().join(", ")),
        format!(
            "{events}data: [DONE]\n\n: ping\n{}",
            events.replace("\n\n", "\r\n\r\n")
        ),
        stream.join("\n"),
        format!("[{}]\n{pair}", stream.join(",")),
        format!(
            r#"{{"one":{{"response":{pair}}},"two":[{other},{full}],"text":{:?},"stream":{events:?}}}"#,
            legacy
        ),
        format!(
            "interactions:\n- response:\n    body: {{string: {pair:?}}}\n    status: {{code: 200}}\n- response:\n    body: {{string: {events:?}}}\n"
        ),
        format!("# Notes\n```\n{pair}\n```\n and {{x}} [1] [{other}]\n"),
        format!(
            "[{}]\n{}",
            pair.replace('"', "'"),
            "ChatCompletion(id='x', choices=[Choice(finish_reason='stop', index=0, logprobs=ChoiceLogprobs(content=[Tok(token='a', bytes=[97], logprob=-0.5, top_logprobs=[])]), message=Message(content='a', refusal=None))], model='m')"
        ),
        pair.clone(),
        format!("{pair}\n{other}\n{legacy}\n"),
        format!("\u{feff}[{pair},\r\n {other} , {full}]"),
        format!("{pair}{other}\n\n{legacy}\u{1e}{full},"),
        format!("{batch}\n{failed}\n{batch}\n"),
        format!("# log line\n{pair}\n{{\"a\": [1, 2,\n{other}\n{{broken}}\n{legacy}"),
        format!("[{pair},{{\"id\": bad}},{other},nullx,{{\"id\":\"un\n closed}},{full}"),
        format!("[1,2,[3,{{\"a\":NaN}}]]\n{full}"),
        "id,token,logprob\n1,a,-0.5\n".to_owned(),
        format!(
            "{}\n{}",
            serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(full).unwrap())
                .unwrap(),
            serde_json::to_string_pretty(
                &serde_json::from_str::<serde_json::Value>(legacy).unwrap()
            )
            .unwrap(),
        ),
        format!("{}\n{pair}", "[".repeat(40)),
        format!("{{\"a\":\"{}\"}}\n{pair}", "x".repeat(5000)),
        // Too long and too deep: which one is met first must not depend on the chunks.
        format!(
            "{{\"a\":\"{}\",\"b\":{}}}\n{pair}",
            "x".repeat(5000),
            "[".repeat(40)
        ),
        format!(
            "{{\"a\":{}\"{}\"}}\n{pair}",
            "[".repeat(40),
            "x".repeat(5000)
        ),
        " \n\t ".to_owned(),
        String::new(),
        "data: {\"a\":1}\n\n".to_owned(),
        "{\"choices\":[]}{\"choices\":[1]} {\"error\":{\"message\":\"no\"}} {}".to_owned(),
    ];
    let mut seeds: Vec<Vec<u8>> = files.into_iter().map(String::into_bytes).collect();
    seeds.push(b"\x1f\x8b\x08\x00\x00".to_vec());
    seeds.push(b"\x89PNG\r\n\x1a\n{}".to_vec());
    seeds.push(
        "{\"a\":1}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    );
    seeds.push(
        other
            .replace("zażółć", "za\u{fffd}")
            .into_bytes()
            .replace_replacement(),
    );
    seeds
}

/// One small record of each kind that other services, recordings and comparisons write.
pub(crate) fn services() -> Vec<String> {
    let chat = chat("n", &[("Hi", "-1")]);
    let event = format!("data: {chat}\n");
    let piece = |text: &str, finish: &str| {
        format!(
            r#"{{"candidates":[{{"index":0,"content":{{"parts":[{{"text":"{text}"}}]}},{finish}"logprobsResult":{{"topCandidates":[{{"candidates":[{{"token":"{text}","tokenId":7,"logProbability":-0.5}},{{"token":"z","logProbability":-2}}]}}],"chosenCandidates":[{{"token":"{text}","tokenId":7,"logProbability":-0.5}}]}}}}],"responseId":"g","modelVersion":"m"}}"#
        )
    };
    let mut records = vec![
        piece("a", ""),
        piece("b", r#""finishReason":"STOP","#),
        format!(
            r#"{{"Entries":[{{"RequestBody":{{"prompt":"P"}},"ResponseBody":{chat},"StatusCode":200}},{{"StatusCode":400,"ResponseBody":"no"}},{{"StatusCode":200,"ResponseBody":[{event:?},"\n"]}}],"Variables":{{}}}}"#
        ),
        format!(
            r#"{{"response":{{"body":{chat:?},"status":{{"code":200}}}},"request":{{"body":"{{\"prompt\":\"P\"}}"}}}}"#
        ),
    ];
    let plain = [
        r#"{"raw_completion":{"message":{"content":"M"},"finish_reason":"length","index":0,"logprobs":{"content":[{"token":"M","logprob":-1}]}},"annotator":"j"}"#,
        r#"{"annotator":"j","raw_completion":null}"#,
        r#"{"type":"transcript.text.delta","delta":"Hi","logprobs":[{"token":"S","bytes":[72,105],"logprob":-1}]}"#,
        r#"{"type":"transcript.text.done","text":"Hi","logprobs":[{"token":"S","bytes":[72,105],"logprob":-1}]}"#,
        r#"{"text":"Hi","logprobs":[{"token":"S","bytes":[72,105],"logprob":-1}],"usage":{"output_tokens":1}}"#,
        r#"{"id":"c","prompt":"P","generations":[{"text":"a","token_likelihoods":[{"token":"P"},{"token":"a","likelihood":-1}]}]}"#,
        r#"{"message":{"content":[{"type":"text","text":"ab"}]},"finish_reason":"COMPLETE","logprobs":[{"text":"ab","token_ids":[1,2],"logprobs":[-1,-2]}],"usage":{"tokens":{"output_tokens":2}}}"#,
        r#"{"type":"content-delta","delta":{"message":{"content":{"text":"a"}}},"logprobs":{"text":"a","token_ids":[1,2],"logprobs":[-1,-2]}}"#,
        r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE"}}"#,
        r#"{"id":1,"prompt":{"text":"P","tokens":[]},"completions":[{"data":{"text":"a é","tokens":[{"generatedToken":{"token":"▁a","logprob":0.0,"raw_logprob":-0.2},"topTokens":[{"token":"▁a","logprob":-0.1,"raw_logprob":-0.2}],"textRange":{"start":0,"end":1}},{"generatedToken":{"token":"▁é","logprob":-1},"topTokens":null,"textRange":{"start":1,"end":3}}]},"finishReason":{"reason":"length"}}]}"#,
        r#"{"completions":[{"text":"P a","tokens":[{"generatedToken":{"token":"P","logprob":null},"position":{"start":0,"end":1},"counterfactuals":null},{"generatedToken":{"token":" a","logprob":-1},"position":{"start":1,"end":3},"counterfactuals":{" a":-1," b":-2}}]}],"prompt":{"text":"P"},"timestamp":"2021-09-27-17.00.09"}"#,
        r#"{"model_id":"w","results":[{"generated_text":"a","stop_reason":"eos_token","generated_token_count":1,"generated_tokens":[{"text":"a","logprob":-1,"top_tokens":[{"text":"a","logprob":-1}]}],"input_tokens":[{"text":"P"}]}]}"#,
        r#"{"request":{},"response":{"candidates":[{"content":{"parts":[{"text":"v"}]},"finishReason":"STOP"}]},"status":""}"#,
    ];
    records.extend(plain.map(str::to_owned));
    records.extend(kept_by_others().map(str::to_owned));
    records
}

/// What libraries, tools and hosts keep of answers.
fn kept_by_others() -> [&'static str; 16] {
    [
        r#"{"request_id":"r","prompt":"P","prompt_token_ids":[1],"prompt_logprobs":[null],"outputs":[{"index":0,"text":"ab","token_ids":[7,8],"logprobs":[{"7":{"logprob":-1,"rank":1,"decoded_token":"a"},"9":{"logprob":-2,"decoded_token":"z"}},{"8":-0.5}],"finish_reason":"stop"}]}"#,
        r#"{"content":"a","response_metadata":{"model_name":"m","logprobs":{"content":[{"token":"a","logprob":-1}]}},"type":"ai"}"#,
        r#"{"generations":[[{"text":"a","generation_info":{"logprobs":{"tokens":["a"],"token_logprobs":[-1]}}}],[{"text":"b"}]],"llm_output":{"model_name":"m"}}"#,
        r#"{"message":{"content":"ab"},"raw":null,"logprobs":[[{"token":"a","logprob":-1},{"token":"x","logprob":-2}],[{"token":"b","logprob":-1}]],"additional_kwargs":{}}"#,
        r#"{"response":{"choices":[{"message":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]},"outputs":["a"],"kwargs":{}}"#,
        r#"{"id":"1","prompt":"P","response":"a","response_json":{"logprobs":[{"text":"a","top_logprobs":[{"a":-1,"b":-2}]}]},"datetime_utc":"2024-01-01T00:00:00"}"#,
        r#"{"promptIdx":0,"response":{"output":"ab","logProbs":[-1,-2]},"vars":{}}"#,
        r#"{"run_id":"r","event_id":0,"sample_id":"s","type":"sampling","data":{"prompt":"P","sampled":["a"]}}"#,
        r#"{"name":"C","is_user":false,"mes":"a","swipes":["a","b"]}"#,
        r#"{"generation":"ab","stop_reason":"stop","logprobs":[{"7":-1},{"8":-2,"9":-3}],"prompt_logprobs":[null,{"2":-3}]}"#,
        r#"{"output":{"message":{"content":[{"text":"a"}]}},"stopReason":"end_turn"}"#,
        r#"{"type":"message","content":[{"type":"text","text":"a"}],"stop_reason":"end_turn"}"#,
        r#"{"results":[{"text":"a","finish_reason":"stop","logprobs":{"content":[{"token":"a","logprob":-1}],"tokens":["a"],"token_logprobs":[-1]}}]}"#,
        r#"{"text_output":"ab","output_log_probs":[-1,-2],"model_name":"m"}"#,
        r#"{"log":{"entries":[{"request":{"postData":{"text":"{}"}},"response":{"status":200,"content":{"text":"{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"}}}]}}"#,
        r#"{"cells":[{"outputs":[{"text":["{\"choices\":[{\"message\":","{\"content\":\"a\"}}]}"]}]}],"nbformat":4}"#,
    ]
}

trait ReplaceReplacement {
    /// Bytes that are not UTF-8 where U+FFFD stood.
    fn replace_replacement(self) -> Self;
}

impl ReplaceReplacement for Vec<u8> {
    fn replace_replacement(self) -> Self {
        String::from_utf8(self)
            .map(|text| {
                text.split('\u{fffd}')
                    .map(str::as_bytes)
                    .collect::<Vec<_>>()
                    .join(&b"\xff\xc3"[..])
            })
            .unwrap_or_default()
    }
}
