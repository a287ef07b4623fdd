//! What was asked is known by the same fingerprint, wherever a file says it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]
mod common;
use common::{chat, import};

/// The fingerprints of all completions.
fn prompts(file: &str) -> Vec<Option<u64>> {
    let import = import(file);
    let all = import.columns.completions.iter();
    all.map(|completion| completion.prompt).collect()
}

fn answer() -> String {
    chat("a", &[("Hi", "-1")])
}

/// The answer with more members in front.
fn with(more: &str) -> String {
    answer().replacen('{', &format!("{{{more},"), 1)
}

#[test]
fn where_a_file_says_what_was_asked() {
    let messages = r#"[{"role":"user","content":"Q"}]"#;
    let [asked] = prompts(&with(&format!(r#""messages":{messages}"#)))[..] else {
        panic!("one completion");
    };
    assert!(asked.is_some());
    let answer = answer();
    let text = serde_json::Value::from(format!(r#"{{"messages":{messages}}}"#));
    for file in [
        // Beside the response, in the order of its members and with white space of its own.
        format!(r#"{{"messages":[ {{"content":"\u0051", "role":"user"}} ],"response":{answer}}}"#),
        format!(r#"{{"response":{answer},"model":"m","messages":{messages}}}"#),
        // In recordings, as an object or as a text.
        format!(r#"{{"request":{{"body":{text}}},"response":{{"status":200,"body":{answer}}}}}"#),
        format!(
            r#"{{"Entries":[{{"RequestBody":{{"messages":{messages}}},"StatusCode":200,"ResponseBody":{answer}}}]}}"#
        ),
        format!(
            r#"{{"epoch":1,"id":1,"input":{messages},"output":{{"choices":[{{"message":{{"content":"Hi"}},"logprobs":{{"content":[{{"token":"Hi","logprob":-1}}]}}}}]}}}}"#
        ),
        format!(
            r#"{{"id":"x","type":"GENERATION","traceId":"t","input":{messages},"output":"Hi"}}"#
        ),
    ] {
        assert_eq!(prompts(&file), [asked], "{file}");
    }
    let other = with(r#""messages":[{"role":"user","content":"Q2"}]"#);
    assert_ne!(prompts(&other), [asked]);
    assert_eq!(prompts(&answer), [None]);
}

#[test]
fn a_prompt_that_is_a_text() {
    let legacy = |prompt: &str, echo: &str| {
        format!(
            r#"{{"id":"a","object":"text_completion",{prompt}"choices":[{{"index":0,"text":"{echo} b","logprobs":{{"tokens":["{echo}"," b"],"token_logprobs":[null,-1]}},"finish_reason":"stop"}}]}}"#
        )
    };
    let told = prompts(&legacy(r#""prompt":"Q","#, "Q"));
    assert!(told[0].is_some());
    // It was part of the answer, too.
    assert_eq!(
        prompts(&format!(r#"{{"prompt":"Q","x":{}}}"#, answer())),
        told
    );
    assert_eq!(prompts(&legacy("", "Q")), [None]);
    let helm = r#"{"request_states":[{"instance":{"id":"i"},"request":{"prompt":"Q"},"result":{"success":true,"completions":[{"text":"b","tokens":[{"text":"b","logprob":-1}]}]}}]}"#;
    assert_eq!(prompts(helm), told);
    // Only the tokens of the prompt are known.
    let tgi = r#"{"generated_text":"b","details":{"finish_reason":"length","prefill":[{"id":1,"text":"Q","logprob":null}],"tokens":[{"id":2,"text":"b","logprob":-1,"special":false}]}}"#;
    assert_eq!(prompts(tgi), told);
}

/// Each answer of a file has its own.
#[test]
fn of_several_requests() {
    let file = format!(
        r#"{{"a":{{"messages":["1"],"response":{0}}},"b":{{"messages":["2"],"response":{0}}},"c":{0}}}"#,
        answer()
    );
    let [a, b, c] = prompts(&file)[..] else {
        panic!("three completions");
    };
    assert!(a.is_some() && b.is_some() && a != b);
    assert_eq!(c, None);
}

/// Who looks at one answer gets the messages that it answers as they are written.
#[test]
fn the_messages_of_a_chat() {
    let messages = r#"[{"role":"user","content":[{"type":"text","text":"Q"}]}]"#;
    let answer = answer();
    for (file, expected) in [
        (with(&format!(r#""messages":{messages}"#)), Some(messages)),
        (
            with(&format!(
                r#""request":{{"model":"m","messages":{messages}}}"#
            )),
            Some(messages),
        ),
        (
            format!(r#"{{"messages":{messages},"response":{answer}}}"#),
            Some(messages),
        ),
        (
            format!(r#"{{"request":{{"messages":{messages}}},"response":{answer}}}"#),
            Some(messages),
        ),
        (with(r#""messages":"Q""#), None),
        (answer.clone(), None),
    ] {
        let found = common::detail(&file, &import(&file), 0).chat;
        assert_eq!(found.as_deref(), expected, "{file}");
    }
    // A record of our own with its request is paired like any other.
    let asked = prompts(&with(&format!(r#""request":{{"messages":{messages}}}"#)));
    assert_eq!(asked, prompts(&with(&format!(r#""messages":{messages}"#))));
}
