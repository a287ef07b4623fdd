//! Models of other servers: only configured ones are asked.
use super::{Asked, record};
use api::writing::{Happening, Models};
use serde_json::{Value, json};
use server::config::Limits;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// Answers one request after the other, and keeps what was asked.
async fn stub(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("there=http://{}/v1", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            loop {
                let read = stream.read(&mut part).await.unwrap();
                request.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&request);
                let length = text.split("content-length: ").nth(1);
                let length = length.and_then(|rest| rest.split("\r\n").next()?.parse().ok());
                let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
                if read == 0 || body.is_some_and(|body| body >= length.unwrap_or(0)) {
                    break;
                }
            }
            kept.lock()
                .unwrap()
                .push(String::from_utf8(request).unwrap());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (base, seen)
}

fn http(kind: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}")
}

fn events(events: &[Value], end: &str) -> String {
    let events: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    http("text/event-stream", &format!("{events}{end}"))
}

fn piece(text: &str, finish: Option<&str>) -> Value {
    let token = json!({"token": text, "logprob": -0.5, "bytes": text.as_bytes(), "top_logprobs": [{"token": text, "logprob": -0.5, "bytes": text.as_bytes()}]});
    json!({"id": "c", "object": "chat.completion.chunk", "created": 7, "model": "real", "choices": [
        {"index": 0, "delta": {"content": text}, "finish_reason": finish, "logprobs": {"content": [token]}}]})
}

#[tokio::test]
async fn a_served_model_writes() {
    let list = http(
        "application/json",
        &json!({"data": [{"id": "big/one"}]}).to_string(),
    );
    let whole = events(
        &[piece("Hé", None), piece("y", Some("stop"))],
        "data: [DONE]\n\n",
    );
    let cut = events(&[piece("He", None)], "data: {\"cho");
    let old = events(
        &[
            json!({"id": "c", "object": "text_completion", "choices": [{"index": 0, "text": "ab", "finish_reason": "length", "logprobs":
            {"tokens": ["a", "b"], "token_logprobs": [-1.0, -2.0], "top_logprobs": [{"a": -1.0, "x": -0.5}, null]}}]}),
        ],
        "data: [DONE]\n\n",
    );
    let refusal = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 9\r\nconnection: close\r\n\r\n{\"error\":{\"message\":\"slow down\"}}";
    let (base, seen) = stub(vec![list, whole, cut, old, refusal.to_owned()]).await;
    let asked = Asked::with(Limits::default(), &[base]).await;
    let models: Models = asked.app.get(api::MODELS).await.json();
    let there = models.models.last().unwrap();
    assert_eq!((there.id.as_str(), there.local), ("there/big/one", false));

    let chat = json!({"model": "there/big/one", "messages": [{"role": "user", "content": "Hi"}], "parameters": {"temperature": 0.5, "do_sample": true}});
    let happenings = asked.write(chat.clone()).await;
    let texts: Vec<&str> = happenings
        .iter()
        .filter_map(|happening| match happening {
            Happening::Token { token, .. } => Some(token.token.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["Hé", "y"]);
    let made = record(&happenings);
    assert_eq!(made["choices"][0]["message"]["content"], "Héy");
    assert_eq!(
        (&made["engine"]["name"], &made["request"]["model"]),
        (&json!("there"), &json!("big/one"))
    );
    asked.app.store("there.json", made.to_string()).await;

    // What arrived is kept and marked.
    let broken = asked.write(chat.clone()).await;
    assert_eq!(record(&broken)["interrupted"], "the answer is cut off");
    assert_eq!(record(&broken)["choices"][0]["message"]["content"], "He");

    let plain = json!({"model": "there/big/one", "prompt": "Once", "prefix": " upon"});
    let happenings = asked.write(plain).await;
    let Happening::Token { token, .. } = &happenings[1] else {
        panic!("{happenings:?}")
    };
    let alternatives = token.top_logprobs.as_ref().unwrap();
    assert_eq!(
        (token.logprob, alternatives[0].token.as_str()),
        (Some(-1.0), "x")
    );

    let busy = asked.write(chat).await;
    let Some(Happening::Error(error)) = busy.last() else {
        panic!("{busy:?}")
    };
    assert_eq!(
        error.message,
        "The server has had enough for now (slow down); try again in 9 s."
    );

    let seen = seen.lock().unwrap();
    assert!(seen[0].starts_with("GET /v1/models "), "{}", seen[0]);
    assert!(
        seen[1].starts_with("POST /v1/chat/completions "),
        "{}",
        seen[1]
    );
    assert!(
        seen[3].ends_with(r#"{"logprobs":0,"model":"big/one","prompt":"Once upon","stream":true}"#),
        "{}",
        seen[3]
    );
}

#[tokio::test]
async fn nobody_else_is_asked() {
    let (base, seen) = stub(Vec::new()).await;
    drop(seen);
    let asked = Asked::with(Limits::default(), &[base]).await;
    for (body, message) in [
        (
            json!({"model": "http://127.0.0.1:1/v1", "prompt": "a"}),
            "There is no model `http://127.0.0.1:1/v1` here; there are `gpt2`, `llama`, `t5`, `there/…`.",
        ),
        (
            json!({"model": "there/x", "prompt": "a", "prefix_ids": [1]}),
            "A served model is not told token ids of its answer; send `prefix`, the text.",
        ),
        (
            json!({"model": "there/x", "messages": [], "prefix": "a"}),
            "A served model does not go on in the middle of a message; send the whole as `prompt`.",
        ),
        (
            json!({"model": "there/x", "prompt": "a", "parameters": {"num_beams": 2}}),
            "A served model has no parameter num_beams: the protocol has no word for it; leave it out, or take a model of this machine.",
        ),
        (
            json!({"model": "there/x", "prompt": "a", "parameters": {"max_new_tokens": 20000}}),
            "20000 tokens are asked for, and this server writes 16384 at most for one request. Set max_new_tokens lower, or take fewer answers or beams.",
        ),
    ] {
        let reply = asked.post(api::GENERATE, body).await;
        assert_eq!(reply.json::<Value>()["message"], message);
    }
    let judged = asked
        .post(api::SCORE, json!({"model": "there/x", "text": "a"}))
        .await;
    assert!(
        judged
            .text()
            .contains("A served model does not judge texts"),
        "{}",
        judged.text()
    );
    // The stub has gone: nobody is there.
    let models: Models = asked.app.get(api::MODELS).await.json();
    let error = models.models.last().unwrap().error.as_deref().unwrap();
    assert!(error.starts_with("the server does not answer: "), "{error}");
}
