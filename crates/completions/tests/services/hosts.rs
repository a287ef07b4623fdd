//! Services that host models, in shapes of their own.
use super::common::{detail, import, listed};
use super::{Expected, gives};

fn hello(format: &'static str) -> Expected<'static> {
    Expected {
        format,
        container: "json",
        texts: &["Hello"],
        values: &[-0.5, -1.25],
        codes: &[],
    }
}

fn texts_only(format: &'static str) -> Expected<'static> {
    Expected {
        values: &[],
        codes: &["no_logprobs"],
        ..hello(format)
    }
}

#[test]
fn bedrock() {
    let file = r#"{"generation":"Hello","prompt_token_count":2,"generation_token_count":2,"stop_reason":"stop","logprobs":[{"9":-0.5},{"4":-1.25}],"prompt_logprobs":[null,{"2":-3.5}]}"#;
    gives(
        file,
        &Expected {
            codes: &["grouped_text"],
            ..hello("bedrock")
        },
    );
    let detail = detail(file, &import(file), 0);
    assert_eq!(
        (detail.tokens[0].id, detail.tokens[1].id),
        (Some(9), Some(4))
    );
    assert_eq!(detail.prompt.len(), 2);
    // Which of several was written is not said.
    gives(
        &file.replace(r#"{"9":-0.5}"#, r#"{"9":-0.5,"8":-2}"#),
        &Expected {
            values: &[0.0, -1.25],
            codes: &["missing", "sampled_not_listed", "grouped_text"],
            ..hello("bedrock")
        },
    );
    for file in [
        r#"{"generation":"Hello","stop_reason":"length"}"#,
        r#"{"inputTextTokenCount":3,"results":[{"tokenCount":2,"outputText":"Hello","completionReason":"LENGTH"}]}"#,
        r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"max_tokens","usage":{"inputTokens":3,"outputTokens":2}}"#,
    ] {
        gives(
            file,
            &Expected {
                codes: &["no_logprobs", "truncated_by_length"],
                ..texts_only("bedrock")
            },
        );
    }
    let row = r#"{"modelInput":{"prompt":"Q"},"modelOutput":{"generation":"Hello","stop_reason":"stop"},"recordId":"r"}"#;
    gives(
        row,
        &Expected {
            container: "json+nested",
            ..texts_only("bedrock")
        },
    );
}

#[test]
fn kobold() {
    let content = r#"[{"token":"Hel","logprob":-0.5,"top_logprobs":[{"token":"Hel","logprob":-0.5}]},{"token":"lo","logprob":-1.25,"top_logprobs":[]}]"#;
    let file = format!(
        r#"{{"results":[{{"text":"Hello","finish_reason":"stop","logprobs":{{"content":{content},"tokens":["Hel","lo"],"token_logprobs":[-0.5,-1.25],"top_logprobs":[{{"Hel":-0.5}},{{}}],"text_offset":[0,3]}},"prompt_tokens":3,"completion_tokens":2}}]}}"#
    );
    let import = gives(&file, &hello("kobold"));
    assert_eq!(import.columns.completions[0].completion_tokens, Some(2));
    gives(
        r#"{"results":[{"text":"Hello","finish_reason":"stop"}]}"#,
        &texts_only("kobold"),
    );
}

#[test]
fn triton() {
    let answer = |values: &str| {
        format!(
            r#"{{"cum_log_probs":-1.75,"model_name":"ensemble","output_log_probs":{values},"text_output":"Hello"}}"#
        )
    };
    let want = Expected {
        codes: &["grouped_text"],
        ..hello("triton")
    };
    gives(&answer("[-0.5,-1.25]"), &want);
    gives(&answer("[[[-0.5,-1.25]]]"), &want);
    gives(
        &answer("[0.0,0.0,0.0,0.0,0.0]"),
        &Expected {
            values: &[0.0; 5],
            codes: &["all_zero", "grouped_text"],
            ..hello("triton")
        },
    );
}

#[test]
fn anthropic() {
    let file = r#"{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"Hel"},{"type":"text","text":"lo"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":2}}"#;
    let import = gives(file, &texts_only("anthropic"));
    assert_eq!(import.columns.completions[0].completion_tokens, Some(2));
    let row = format!(r#"{{"custom_id":"a","result":{{"type":"succeeded","message":{file}}}}}"#);
    gives(
        &row,
        &Expected {
            container: "json+nested",
            ..texts_only("anthropic")
        },
    );
}

#[test]
fn cohere_before_v2() {
    let chat = r#"{"response_id":"r","text":"Hello","generation_id":"g","chat_history":[],"finish_reason":"COMPLETE","meta":{}}"#;
    gives(chat, &texts_only("cohere_v1"));
    let plain = r#"{"id":"x","prompt":"Q","generations":[{"id":"g","text":"Hello","finish_reason":"COMPLETE"}]}"#;
    gives(plain, &texts_only("cohere_v1"));
}

/// MLX lists ids in the place of tokens, Fireworks beside their values.
#[test]
fn tokens_that_are_only_ids() {
    let mlx = r#"{"object":"chat.completion","choices":[{"index":0,"message":{"content":"Hello"},"logprobs":{"tokens":[9,4],"token_logprobs":[-0.5,-1.25],"top_logprobs":[{"9":-0.5,"8":-2},{"4":-1.25}]}}]}"#;
    gives(mlx, &hello("openai_chat"));
    let tokens = detail(mlx, &import(mlx), 0);
    assert_eq!(tokens.tokens[0].id, Some(9));
    assert_eq!(listed(&tokens, 0), ["9*", "8"]);
    let fireworks = r#"{"choices":[{"index":0,"message":{"content":"Hello"},"logprobs":{"content":[{"token_id":9,"logprob":-0.5,"sampling_logprob":-7},{"token_id":4,"logprob":-1.25,"sampling_logprob":-8}]}}]}"#;
    gives(fireworks, &hello("openai_chat"));
}

/// Rows of a Batch that have the response without a status around it.
#[test]
fn rows_without_a_body() {
    let chat = super::common::chat("c", &[("Hi", "-1")]);
    let file = format!(
        "{{\"custom_id\":\"a\",\"response\":{chat}}}\n{{\"custom_id\":\"b\",\"response\":null,\"error\":{{\"message\":\"no\"}}}}\n"
    );
    let import = gives(
        &file,
        &Expected {
            container: "jsonl+batch",
            texts: &["Hi"],
            values: &[-1.0],
            codes: &["request_failed"],
            format: "openai_chat",
        },
    );
    assert_eq!(import.columns.completions[0].label.as_deref(), Some("a"));
}

/// A list of TGI's answers below `results` is not one of watsonx.
#[test]
fn answers_of_tgi_in_results() {
    let file = r#"{"results":[{"generated_text":"Hello","details":{"finish_reason":"eos_token","generated_tokens":2,"prefill":[],"tokens":[{"id":9,"text":"Hel","logprob":-0.5,"special":false},{"id":4,"text":"lo","logprob":-1.25,"special":false}]}}]}"#;
    gives(
        file,
        &Expected {
            container: "json+nested",
            ..hello("tgi")
        },
    );
}
