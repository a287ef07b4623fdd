//! Outputs of vLLM and its relatives, printed by Python or written as JSON.
use super::common::{detail, import, listed};
use super::{Expected, gives};

const VALUES: &str = "[{9: Logprob(logprob=-0.5, rank=1, decoded_token='Hel'), 8: Logprob(logprob=-2.5, rank=2, decoded_token='J')}, {4: Logprob(logprob=-1.25, rank=3, decoded_token='lo'), 5: Logprob(logprob=-0.75, rank=1, decoded_token='p')}]";

fn output(index: u32, ids: &str, values: &str, finish: &str) -> String {
    format!(
        "CompletionOutput(index={index}, text='Hello', token_ids={ids}, cumulative_logprob=-1.75, logprobs={values}, finish_reason={finish}, stop_reason=None)"
    )
}

fn request(outputs: &[String], prompt: &str) -> String {
    format!(
        "RequestOutput(request_id=0, prompt='Q', prompt_token_ids=[1, 2], prompt_logprobs={prompt}, outputs=[{}], finished=True, metrics=RequestMetrics(arrival_time=1.5, finished_time=2.5), lora_request=None)",
        outputs.join(", ")
    )
}

fn want(texts: &'static [&'static str], values: &'static [f32]) -> Expected<'static> {
    Expected {
        format: "vllm",
        container: "python_repr",
        texts,
        values,
        codes: &["python_repr", "alternatives_unsorted"],
    }
}

#[test]
fn what_is_printed() {
    let one = want(&["Hello"], &[-0.5, -1.25]);
    // Lists, tuples and arrays of ids; finish reasons with and without quotes.
    for ids in ["[9, 4]", "(9, 4)", "array('l', [9, 4])"] {
        for finish in ["'stop'", "stop", "None"] {
            gives(&request(&[output(0, ids, VALUES, finish)], "None"), &one);
        }
    }
    let line = request(&[output(0, "[9, 4]", VALUES, "'stop'")], "None");
    let two = want(&["Hello", "Hello"], &[-0.5, -1.25, -0.5, -1.25]);
    let two = Expected {
        codes: &["python_repr", "alternatives_unsorted", "duplicate"],
        ..two
    };
    gives(&format!("{line}\n{line}\n"), &two);
    let log = format!("INFO 01-01 00:00:00 engine.py:10] done\nProcessed: 1/1\n{line}\nbye\n");
    gives(&log, &one);
    // The order of the outputs is that of their numbers.
    let outputs = [
        output(1, "[9]", "[{9: Logprob(logprob=-3.0)}]", "'length'"),
        output(0, "[9, 4]", VALUES, "'stop'"),
    ];
    gives(
        &request(&outputs, "None"),
        &Expected {
            codes: &[
                "python_repr",
                "alternatives_unsorted",
                "truncated_by_length",
            ],
            ..want(&["Hello", "Hello"], &[-0.5, -1.25, -3.0])
        },
    );
    gives(
        &request(&[output(0, "[9, 4]", "None", "'stop'")], "None"),
        &Expected {
            codes: &["python_repr", "no_logprobs"],
            ..want(&["Hello"], &[])
        },
    );
}

#[test]
fn what_stands_beside_a_token() {
    let file = request(&[output(0, "[9, 4]", VALUES, "'stop'")], "None");
    let whole = import(&file);
    let detail = detail(&file, &whole, 0);
    assert_eq!(
        (detail.tokens[0].id, detail.tokens[1].id),
        (Some(9), Some(4))
    );
    assert_eq!(listed(&detail, 0), ["Hel*", "J"]);
    assert_eq!(listed(&detail, 1), ["p", "lo*"]);
    let sequence = &whole.columns.sequences[0];
    assert_eq!(sequence.finish, completions::Finish::Stop);
    let completion = &whole.columns.completions[0];
    assert_eq!(
        (
            completion.id.as_str(),
            completion.prompt_tokens,
            completion.completion_tokens
        ),
        ("0", Some(2), Some(2))
    );
    let prompt = "[None, {2: Logprob(logprob=-3.5, rank=7, decoded_token='Q'), 3: Logprob(logprob=-1.0, rank=1, decoded_token='a')}]";
    let file = request(&[output(0, "[9, 4]", VALUES, "'stop'")], prompt);
    let detail = super::common::detail(&file, &import(&file), 0);
    let names: Vec<_> = detail
        .prompt
        .iter()
        .map(|token| (token.id, token.logprob))
        .collect();
    assert_eq!(names, [(Some(1), 0.0), (Some(2), -3.5)]);
}

/// The same as JSON, with fewer fields: LMDeploy lists plain values, TensorRT-LLM no texts.
#[test]
fn as_json() {
    let output = r#"{"index":0,"text":"Hello","token_ids":[9,4],"cumulative_logprob":-1.75,"logprobs":[{"9":{"logprob":-0.5,"rank":1,"decoded_token":"Hel"}},{"5":{"logprob":-0.75,"decoded_token":"p"},"4":{"logprob":-1.25,"decoded_token":"lo"}}],"finish_reason":"stop"}"#;
    let one = Expected {
        container: "json",
        codes: &["alternatives_unsorted"],
        ..want(&["Hello"], &[-0.5, -1.25])
    };
    let sorted = Expected {
        codes: &[],
        ..want(&["Hello"], &[-0.5, -1.25])
    };
    let sorted = Expected {
        container: "json",
        ..sorted
    };
    gives(output, &sorted);
    gives(
        &format!(
            r#"{{"request_id":"a","prompt":"Q","prompt_token_ids":[1],"outputs":[{output}],"finished":true}}"#
        ),
        &sorted,
    );
    gives(&output.replace("-0.75", "-2.0"), &one);
    let plain = r#"{"text":"Hello","generate_token_len":2,"input_token_len":3,"finish_reason":"stop","token_ids":[9,4],"logprobs":[{"9":-0.5,"8":-2},{"4":-1.25}]}"#;
    gives(
        plain,
        &Expected {
            codes: &["grouped_text"],
            ..sorted
        },
    );
    let values =
        r#"{"text":"Hello","token_ids":[9,4],"cumulative_logprob":-1,"logprobs":[-0.5,null]}"#;
    gives(
        values,
        &Expected {
            values: &[-0.5, 0.0],
            codes: &["missing", "grouped_text"],
            ..sorted
        },
    );
}
