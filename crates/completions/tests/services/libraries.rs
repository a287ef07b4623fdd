//! What libraries and tools around models keep of answers.
use super::common::import;
use super::{Expected, gives};

const CONTENT: &str = r#"[{"token":"Hel","logprob":-0.5,"top_logprobs":[{"token":"Hel","logprob":-0.5},{"token":"J","logprob":-2}]},{"token":"lo","logprob":-1.25,"top_logprobs":[]}]"#;

fn chat() -> String {
    format!(
        r#"{{"id":"c","object":"chat.completion","model":"m","choices":[{{"index":0,"message":{{"role":"assistant","content":"Hello"}},"logprobs":{{"content":{CONTENT}}},"finish_reason":"stop"}}]}}"#
    )
}

fn hello(format: &'static str, container: &'static str) -> Expected<'static> {
    Expected {
        format,
        container,
        texts: &["Hello"],
        values: &[-0.5, -1.25],
        codes: &[],
    }
}

#[test]
fn langchain() {
    let metadata = format!(
        r#"{{"token_usage":{{"completion_tokens":2,"prompt_tokens":3}},"model_name":"m","finish_reason":"stop","logprobs":{{"content":{CONTENT},"refusal":null}}}}"#
    );
    let message =
        format!(r#"{{"content":"Hello","response_metadata":{metadata},"type":"ai","id":"run-1"}}"#);
    let wrapped = format!(
        r#"{{"lc":1,"type":"constructor","id":["langchain","AIMessage"],"kwargs":{message}}}"#
    );
    let want = hello("langchain", "json");
    for file in [
        message.clone(),
        wrapped.clone(),
        format!(r#"{{"type":"ai","data":{message}}}"#),
        // The values stand there twice, and count once.
        format!(
            r#"{{"generations":[[{{"text":"Hello","generation_info":{{"finish_reason":"stop","logprobs":{{"content":{CONTENT}}}}},"message":{wrapped}}}]],"llm_output":{{"model_name":"m"}}}}"#
        ),
        r#"{"generations":[[{"text":"Hello","generation_info":{"finish_reason":"stop","logprobs":{"tokens":["Hel","lo"],"token_logprobs":[-0.5,-1.25]}}}]],"llm_output":{"model_name":"m"}}"#.to_owned(),
        // Other services: a list of token objects.
        format!(
            r#"{{"content":[{{"type":"text","text":"Hello"}}],"response_metadata":{{"model":"m","done_reason":"stop","logprobs":{CONTENT}}}}}"#
        ),
    ] {
        let import = gives(&file, &want);
        assert_eq!(import.columns.models, ["m"], "{file}");
        assert_eq!(import.columns.sequences[0].finish, completions::Finish::Stop);
    }
    let run = format!(
        r#"{{"run_type":"llm","outputs":{{"generations":[[{{"text":"Hello","message":{wrapped}}}]]}}}}"#
    );
    gives(&run, &hello("langchain", "json+nested"));
    let printed = format!(
        "AIMessage(content='Hello', response_metadata={{'model_name': 'm', 'logprobs': {{'content': {}}}}}, id='run-1')",
        CONTENT.replace('"', "'")
    );
    gives(
        &printed,
        &Expected {
            codes: &["python_repr"],
            ..hello("langchain", "python_repr")
        },
    );
    let dialog = format!(
        r#"[{{"type":"human","data":{{"content":"Q","response_metadata":{{}}}}}},{{"type":"ai","data":{message}}}]"#
    );
    gives(
        &dialog,
        &Expected {
            codes: &["no_completion"],
            ..hello("langchain", "json_array")
        },
    );
    let several = r#"{"generations":[[{"text":"a"},{"text":"b"}],[{"text":"c"}]],"llm_output":{"model_name":"m"}}"#;
    let import = gives(
        several,
        &Expected {
            texts: &["a", "b", "c"],
            values: &[],
            codes: &["no_logprobs"],
            ..hello("langchain", "json")
        },
    );
    assert_eq!(import.columns.completions.len(), 2);
    assert_eq!(import.columns.models, ["m"]);
}

/// Without the raw response only what was likely is known; the text tells which of it was written.
#[test]
fn llamaindex() {
    let chat = chat();
    let raw = format!(
        r#"{{"message":{{"role":"assistant","content":"Hello"}},"raw":{chat},"delta":null,"logprobs":[[{{"token":"x","logprob":-9}}]],"additional_kwargs":{{}}}}"#
    );
    gives(&raw, &hello("openai_chat", "json+nested"));
    let listed = |second: &str| {
        format!(
            r#"{{"message":{{"role":"assistant","blocks":[{{"block_type":"text","text":"Hello"}}]}},"raw":null,"logprobs":[[{{"token":"He","logprob":-0.25}},{{"token":"Hel","logprob":-2.5}}],{second}],"additional_kwargs":{{}}}}"#
        )
    };
    gives(
        &listed(r#"[{"token":"lo","logprob":-1.25},{"token":"p","logprob":-3}]"#),
        &Expected {
            values: &[-2.5, -1.25],
            ..hello("llamaindex", "json")
        },
    );
    // Two ways to make up the text: what was written is not known.
    gives(
        &listed(r#"[{"token":"lo","logprob":-1.25},{"token":"llo","logprob":-3}]"#),
        &Expected {
            texts: &["Hello"],
            values: &[0.0, 0.0],
            codes: &["missing", "sampled_not_listed"],
            ..hello("llamaindex", "json")
        },
    );
}

#[test]
fn dspy() {
    let file = format!(
        r#"[{{"messages":[{{"role":"user","content":"Q"}}],"kwargs":{{"temperature":0}},"response":{},"outputs":[{{"text":"Hello","logprobs":{{"content":{CONTENT}}}}}],"model":"openai/m"}}]"#,
        chat()
    );
    gives(&file, &hello("openai_chat", "json_array+nested"));
}

#[test]
fn logs_of_llm() {
    let log = |response: &str| {
        format!(
            r#"[{{"id":"1","model":"m","prompt":"Q","response":"Hello","response_json":{response},"conversation_id":"c","datetime_utc":"2024-01-01T00:00:00"}}]"#
        )
    };
    let want = hello("llm_log", "json_array");
    let values = r#"{"content":"Hello","logprobs":[{"text":"Hel","top_logprobs":[{"J":-1.5,"Hel":-0.5}]},{"text":"lo","top_logprobs":[{"lo":-1.25,"p":-2}]}]}"#;
    gives(
        &log(values),
        &Expected {
            codes: &["alternatives_unsorted"],
            ..want
        },
    );
    gives(
        &log(r#"{"usage":{}}"#),
        &Expected {
            values: &[],
            codes: &["no_logprobs"],
            ..hello("llm_log", "json_array")
        },
    );
}

#[test]
fn results_of_promptfoo() {
    let result = |more: &str| {
        format!(
            r#"{{"evalId":"e","results":{{"version":3,"results":[{{"promptIdx":0,"prompt":{{"raw":"Q"}},"vars":{{}},"response":{{"output":"Hello"{more}}},"success":true}}]}}}}"#
        )
    };
    gives(
        &result(r#","logProbs":[-0.5,-1.25]"#),
        &Expected {
            codes: &["array_lengths", "grouped_text"],
            ..hello("promptfoo", "json+nested")
        },
    );
    gives(
        &result(""),
        &Expected {
            values: &[],
            codes: &["no_logprobs"],
            ..hello("promptfoo", "json+nested")
        },
    );
}

#[test]
fn logs_of_openai_evals() {
    let lines = [
        r#"{"spec":{"eval_name":"e","run_id":"r"}}"#,
        r#"{"run_id":"r","event_id":0,"sample_id":"s.0","type":"sampling","data":{"prompt":"Q","sampled":["Hello"]}}"#,
        r#"{"run_id":"r","event_id":1,"sample_id":"s.0","type":"match","data":{"correct":true,"sampled":"Hello"}}"#,
        r#"{"final_report":{"accuracy":1.0}}"#,
    ];
    let import = gives(
        &lines.join("\n"),
        &Expected {
            values: &[],
            codes: &["log_head", "no_logprobs", "no_completion"],
            ..hello("openai_evals", "jsonl")
        },
    );
    assert_eq!(import.columns.completions[0].label.as_deref(), Some("s.0"));
}

#[test]
fn chats_of_sillytavern() {
    let lines = [
        r#"{"user_name":"U","character_name":"C","create_date":"x","chat_metadata":{}}"#,
        r#"{"name":"U","is_user":true,"mes":"Q"}"#,
        r#"{"name":"C","is_user":false,"mes":"Hello","extra":{"model":"m"},"swipes":["Hello","Hi"]}"#,
    ];
    let import = gives(
        &lines.join("\n"),
        &Expected {
            texts: &["Hello", "Hi"],
            values: &[],
            codes: &["log_head", "no_completion", "no_logprobs"],
            ..hello("sillytavern", "jsonl")
        },
    );
    assert_eq!(import.columns.models, ["m"]);
}

/// Objects that a client printed, one after the other: pieces of a stream, and lists of tokens.
#[test]
fn what_clients_print() {
    let piece = |text: &str, value: &str, finish: &str| {
        format!(
            "ChatCompletionChunk(id='s', choices=[Choice(delta=ChoiceDelta(content='{text}'), finish_reason={finish}, index=0, logprobs=ChoiceLogprobs(content=[ChatCompletionTokenLogprob(token='{text}', bytes=None, logprob={value}, top_logprobs=[])]))], object='chat.completion.chunk')"
        )
    };
    let stream = format!(
        "{}\n{}\n",
        piece("Hel", "-0.5", "None"),
        piece("lo", "-1.25", "'stop'")
    );
    gives(
        &stream,
        &Expected {
            codes: &["python_repr"],
            ..hello("openai_chat_stream", "python_repr")
        },
    );
    let stream = "StreamResponse(token=Token(id=1, text='Hel', logprob=-0.5, special=False), generated_text=None, details=None)\nStreamResponse(token=Token(id=2, text='lo', logprob=-1.25, special=False), generated_text='Hello', details=StreamDetails(finish_reason=<FinishReason.Length: 'length'>, generated_tokens=2, seed=None))\n";
    gives(
        stream,
        &Expected {
            codes: &["python_repr", "truncated_by_length"],
            ..hello("tgi_stream", "python_repr")
        },
    );
    let tokens = "[ChatCompletionTokenLogprob(token='Hel', logprob=-0.5, top_logprobs=[]), ChatCompletionTokenLogprob(token='lo', logprob=-1.25, top_logprobs=[])]";
    gives(
        tokens,
        &Expected {
            codes: &["python_repr"],
            ..hello("token_list", "python_repr")
        },
    );
    let prefixed = "Completion result: ChatCompletion(id='c', choices=[Choice(index=0, message=ChatCompletionMessage(content='Hello'), logprobs=ChoiceLogprobs(content=[ChatCompletionTokenLogprob(token='Hel', logprob=-0.5), ChatCompletionTokenLogprob(token='lo', logprob=-1.25)]))])\n";
    gives(
        prefixed,
        &Expected {
            codes: &["python_repr"],
            ..hello("openai_chat", "python_repr")
        },
    );
    let dated = "GenerateContentResponse(create_time=datetime.datetime(2025, 3, 1, tzinfo=TzInfo(+02:00)), candidates=[Candidate(content=Content(parts=[Part(text='Hello')]), finish_reason=<FinishReason.STOP: 'STOP'>, logprobs_result=LogprobsResult(chosen_candidates=[LogprobsResultCandidate(log_probability=-0.5, token='Hel'), LogprobsResultCandidate(log_probability=-1.25, token='lo')]))])";
    gives(
        dated,
        &Expected {
            codes: &["python_repr"],
            ..hello("gemini", "python_repr")
        },
    );
    assert_eq!(import("f(x=1, y=2)\n").report.format_name(), "unrecognised");
}

/// More than is read of other text at once.
#[test]
fn long_prints() {
    let value = "{'id': 'c', 'choices': [{'message': {'content': 'x'}, 'logprobs': {'content': [{'token': 'x', 'logprob': -0.5}]}}]}";
    let count = (3 << 20) / value.len();
    let import = import(format!("{value}\n").repeat(count));
    assert_eq!(import.report.container, "python_repr");
    assert_eq!(import.metrics.counts.scored, count as u64);
}

/// Names that some writers give to the value and the id of a token.
#[test]
fn other_names_of_fields() {
    let list = r#"{"tokens":[{"text":"Hel","log_prob":-0.5},{"text":"lo","log_prob":-1.25}]}"#;
    gives(list, &hello("token_list", "json"));
    let lines = r#"[{"token":"Hel","log_prob":-0.5},{"token":"lo","log_prob":-1.25}]"#;
    gives(lines, &hello("token_lines", "json_array"));
}
