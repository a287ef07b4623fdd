//! Recorded traffic of browsers, and notebooks.
use super::common::{chat, codes, import, problem};
use super::{Expected, gives};

fn hi(container: &str) -> Expected<'_> {
    Expected {
        format: "openai_chat",
        container,
        texts: &["Hi"],
        values: &[-1.0],
        codes: &[],
    }
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, nth| {
            word << 8 | u32::from(*chunk.get(nth).unwrap_or(&0))
        });
        for nth in 0..=chunk.len() {
            out.push(char::from(LETTERS[(word >> (18 - 6 * nth) & 63) as usize]));
        }
        out.push_str(&"=".repeat(3 - chunk.len()));
    }
    out
}

fn har(entries: &[String]) -> String {
    format!(
        r#"{{"log":{{"version":"1.2","entries":[{}]}}}}"#,
        entries.join(",")
    )
}

fn entry(request: &str, status: u32, content: &str) -> String {
    format!(
        r#"{{"request":{{"method":"POST","headers":[]{request}}},"response":{{"status":{status},"content":{{"mimeType":"x",{content}}}}}}}"#
    )
}

#[test]
fn har_files() {
    let body = chat("c", &[("Hi", "-1")]);
    let asked = r#","postData":{"text":"{\"messages\":[]}"}"#;
    let plain = entry(asked, 200, &format!(r#""text":{}"#, json(&body)));
    gives(&har(std::slice::from_ref(&plain)), &hi("json+har"));
    let packed = format!(
        r#""text":"{}","encoding":"base64""#,
        base64(body.as_bytes())
    );
    gives(&har(&[entry(asked, 200, &packed)]), &hi("json+har"));
    let event = format!("data: {body}\n\ndata: [DONE]\n\n");
    let stream = entry(asked, 200, &format!(r#""text":{}"#, json(&event)));
    gives(&har(&[stream]), &hi("json+har+sse"));
    // What else a page asks for leaves no trace; what a model refused does.
    let picture = entry("", 404, r#""text":"no such picture""#);
    gives(&har(&[picture.clone(), plain]), &hi("json+har"));
    let refused = entry(
        asked,
        429,
        r#""text":"{\"error\":{\"message\":\"slow down\"}}""#,
    );
    let refused = import(har(&[refused]));
    assert_eq!(
        problem(&refused, "request_failed").places[0].detail,
        "status 429, slow down"
    );
    let nothing = import(har(&[picture]));
    assert_eq!(codes(&nothing), ["unrecognised"]);
}

#[test]
fn bodies_of_recorders_that_pack_them() {
    use std::io::Write;
    let body = chat("c", &[("Hi", "-1")]);
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(body.as_bytes()).unwrap();
    let packed = writer.finish().unwrap();
    for bytes in [body.as_bytes(), packed.as_slice()] {
        let file = format!(
            r#"{{"http_interactions":[{{"request":{{"body":{{"encoding":"utf-8","string":""}}}},"response":{{"body":{{"base64_string":"{}","string":""}},"status":{{"code":200}}}}}}]}}"#,
            base64(bytes)
        );
        let import = import(file);
        assert_eq!(import.metrics.counts.scored, 1);
    }
}

#[test]
fn notebooks() {
    let body = chat("c", &[("Hi", "-1")]);
    let notebook = |outputs: &str| {
        format!(
            r##"{{"cells":[{{"cell_type":"markdown","source":["# x"]}},{{"cell_type":"code","source":["print(r)"],"outputs":[{outputs}]}}],"metadata":{{}},"nbformat":4}}"##
        )
    };
    let lines: Vec<&str> = body.split_inclusive(',').collect();
    let printed = format!(
        r#"{{"output_type":"stream","name":"stdout","text":{}}}"#,
        serde_json::to_string(&lines).unwrap()
    );
    let python = "ChatCompletion(id='c', choices=[Choice(index=0, message=ChatCompletionMessage(content='Hi'), logprobs=ChoiceLogprobs(content=[ChatCompletionTokenLogprob(token='Hi', logprob=-1.0)]))])";
    for output in [
        printed,
        format!(
            r#"{{"output_type":"execute_result","data":{{"text/plain":[{}]}}}}"#,
            json(python)
        ),
        format!(r#"{{"output_type":"display_data","data":{{"application/json":{body}}}}}"#),
    ] {
        let import = import(notebook(&output));
        assert_eq!(import.report.container, "json+notebook", "{output}");
        assert_eq!(import.metrics.counts.scored, 1, "{output}");
        super::common::details_agree(notebook(&output).as_bytes(), &import);
    }
    assert_eq!(codes(&import(notebook(""))), ["unrecognised"]);
}
