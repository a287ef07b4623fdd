//! Against a server that answers what it is told, over TCP.
//!
//! `cfg(test)` says to clippy what it does not see by itself: helpers of tests may unwrap, too.
#![cfg(test)]

use decoding::Parameters;
use serde_json::{Value, json};
use served::{Failure, Input, Limits, Message, Piece, Record, Request, Server};
use std::{
    future::pending,
    io::{Read as _, Write as _},
    net::TcpListener,
    ops::ControlFlow,
    thread::JoinHandle,
    time::Duration,
};

/// Takes one request, answers with these bytes and closes. Gives the request.
fn stub(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer).unwrap();
            seen.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&seen);
            let length = text
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
            let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
            if read == 0 || body.is_some_and(|body| body >= length.unwrap_or(0)) {
                break;
            }
        }
        let _ = stream.write_all(answer.as_bytes());
        String::from_utf8(seen).unwrap()
    });
    (base, served)
}

fn http(status: &str, kind: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}connection: close\r\n\r\n{body}")
}

fn stream(events: &[Value], end: &str) -> String {
    let events: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    http(
        "200 OK",
        "text/event-stream; charset=utf-8",
        "",
        &format!("{events}{end}"),
    )
}

fn request(input: Input) -> Request {
    Request {
        model: "m".to_owned(),
        input,
        parameters: Parameters::default(),
    }
}

fn prompt() -> Request {
    request(Input::Prompt("Hi".to_owned()))
}

async fn ask(base: &str, request: &Request) -> Result<(Record, String), Failure> {
    let limits = Limits {
        silence: Duration::from_secs(5),
        ..Limits::default()
    };
    let server = Server::new(base, Some("secret".to_owned()), limits)?;
    let mut text = String::new();
    let record = server
        .ask(
            request,
            &mut |piece| {
                text.push_str(&piece.text);
                ControlFlow::Continue(())
            },
            pending(),
        )
        .await?;
    Ok((record, text))
}

/// A piece of a chat as vLLM streams it.
fn piece(index: u64, text: &str, logprob: f64, finish: Option<&str>) -> Value {
    json!({
        "id": "c", "object": "chat.completion.chunk", "created": 7, "model": "m",
        "choices": [{"index": index, "delta": {"content": text}, "logprobs": {"content": [{"token": text, "logprob": logprob, "bytes": text.as_bytes(), "top_logprobs": []}]}, "finish_reason": finish}],
    })
}

#[tokio::test]
async fn a_stream_becomes_a_record() {
    let usage = json!({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": {"completion_tokens": 3}});
    let events = [
        piece(0, "He", -0.5, None),
        piece(1, "Yo", -1.5, Some("length")),
        piece(0, "y", -0.25, Some("stop")),
        usage,
    ];
    let (base, served) = stub(stream(&events, "data: [DONE]\n\n"));
    let message = Message {
        role: "user".to_owned(),
        content: "Hi".to_owned(),
    };
    let request = request(Input::Chat(vec![message]));
    let (record, text) = ask(&base, &request).await.unwrap();
    assert_eq!(text, "HeYoy");
    assert!(record.is_complete());
    let body = request.body().unwrap();
    let record = record.to_json(&body);
    let token = |text: &str, logprob: f64| json!({"token": text, "logprob": logprob, "bytes": text.as_bytes(), "top_logprobs": []});
    let expected = json!({
        "id": "c", "object": "chat.completion", "created": 7, "model": "m", "usage": {"completion_tokens": 3}, "request": body,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Hey"}, "logprobs": {"content": [token("He", -0.5), token("y", -0.25)]}, "finish_reason": "stop"},
            {"index": 1, "message": {"role": "assistant", "content": "Yo"}, "logprobs": {"content": [token("Yo", -1.5)]}, "finish_reason": "length"},
        ],
    });
    assert_eq!(record, expected);
    let seen = served.join().unwrap();
    assert!(
        seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.contains("authorization: Bearer secret\r\n"), "{seen}");
    assert!(seen.ends_with(&body.to_string()), "{seen}");
}

/// Parallel lists of the older kind grow together; a server that does not stream is understood, too.
#[tokio::test]
async fn other_shapes() {
    let legacy = |text: &str, logprob: f64, finish: Value| {
        json!({"id": "c", "object": "text_completion", "choices": [{"index": 0, "text": text, "logprobs": {
            "tokens": [text], "token_logprobs": [logprob], "top_logprobs": null, "text_offset": [0]}, "finish_reason": finish}]})
    };
    let (base, _served) = stub(stream(
        &[
            legacy("a", -1.0, Value::Null),
            legacy("b", -2.0, json!("stop")),
        ],
        "",
    ));
    let (record, text) = ask(&base, &prompt()).await.unwrap();
    assert_eq!((text.as_str(), record.interrupted()), ("ab", None));
    let record = record.to_json(&Value::Null);
    assert_eq!(
        record["choices"][0]["logprobs"]["tokens"],
        json!(["a", "b"])
    );
    assert_eq!(
        record["choices"][0]["logprobs"]["token_logprobs"],
        json!([-1.0, -2.0])
    );
    let (base, _served) = stub(http(
        "200 OK",
        "application/json",
        "",
        &legacy("whole", -1.0, json!("stop")).to_string(),
    ));
    let (record, text) = ask(&base, &prompt()).await.unwrap();
    assert_eq!((text.as_str(), record.is_complete()), ("whole", true));
}

#[tokio::test]
async fn what_arrived_is_kept_and_marked() {
    let error = json!({"error": {"message": "out of memory", "code": 500}});
    let (first, half) = (piece(0, "He", -0.5, None), "data: {\"choices\": [{\"ind");
    for (answer, why) in [
        (
            stream(std::slice::from_ref(&first), half),
            "the answer is cut off",
        ),
        (
            stream(std::slice::from_ref(&first), ""),
            "the answer is cut off",
        ),
        (stream(&[first.clone(), error], ""), "out of memory"),
        (
            http(
                "200 OK",
                "text/event-stream",
                "content-length: 9000\r\n",
                &format!("data: {first}\n\n"),
            ),
            "the connection broke: ",
        ),
    ] {
        let (base, _served) = stub(answer);
        let (record, text) = ask(&base, &prompt()).await.unwrap();
        assert_eq!(text, "He");
        assert!(
            !record.is_complete() && record.interrupted().unwrap().starts_with(why),
            "{record:?}"
        );
        let record = record.to_json(&Value::Null);
        assert_eq!(record["choices"][0]["message"]["content"], "He");
        assert_eq!(record["choices"][0]["finish_reason"], Value::Null);
        assert!(record["interrupted"].as_str().unwrap().starts_with(why));
    }
}

#[tokio::test]
async fn whoever_asks_can_stop() {
    let events = [piece(0, "a", -0.5, None), piece(0, "b", -0.5, Some("stop"))];
    let (base, _served) = stub(stream(&events, "data: [DONE]\n\n"));
    let server = Server::new(&base, None, Limits::default()).unwrap();
    let mut end = |_: &Piece| ControlFlow::Break(());
    let record = server.ask(&prompt(), &mut end, pending()).await.unwrap();
    assert_eq!(record.interrupted(), Some("stopped"));
    // A server that stands still is no reason not to stop.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let server = Server::new(&base, None, Limits::default()).unwrap();
    let soon = tokio::time::sleep(Duration::from_millis(50));
    let failure = server.ask(&prompt(), &mut end, soon).await.unwrap_err();
    assert_eq!(failure, Failure::Stopped);
}

#[tokio::test]
async fn refusals() {
    let json = "application/json";
    let error = |message: &str| json!({"error": {"message": message}}).to_string();
    for (answer, expected) in [
        (
            http("401 Unauthorized", json, "", &error("bad key")),
            "the server wants another key (401): bad key",
        ),
        (
            http(
                "429 Too Many Requests",
                json,
                "retry-after: 7\r\n",
                &error("slow down"),
            ),
            "the server has had enough for now (slow down); try again in 7 s",
        ),
        (
            http("429 Too Many Requests", json, "", ""),
            "the server has had enough for now (Too Many Requests); try again later",
        ),
        (
            http("404 Not Found", json, "", r#"{"error": "model not found"}"#),
            "the server refuses the request (404): model not found; does the address end in /v1, and is that the name of the model?",
        ),
        (
            http("502 Bad Gateway", "text/html", "", "<html>"),
            "the server refuses the request (502): <html>",
        ),
        // A key goes to no other address.
        (
            http(
                "307 Temporary Redirect",
                json,
                "location: http://127.0.0.1:9/v1/completions\r\n",
                "",
            ),
            "the server refuses the request (307): Temporary Redirect",
        ),
        (
            http("200 OK", "text/html", "", "<html>"),
            "the answer is not one of the OpenAI protocol: expected value at line 1 column 1 in <html>; does the address end in /v1?",
        ),
        (
            http("404 Not Found", json, "", r#"{"detail": "Not Found"}"#),
            "the server refuses the request (404): Not Found; does the address end in /v1, and is that the name of the model?",
        ),
        // As llama-cpp-python does when the prompt is too long.
        (
            http("200 OK", "text/event-stream", "", ""),
            "the server ended its answer before it began; its log says why, such as a prompt that is longer than the model has room for",
        ),
    ] {
        let (base, _served) = stub(answer);
        assert_eq!(
            ask(&base, &prompt()).await.unwrap_err().to_string(),
            expected
        );
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let message = ask(&base, &prompt()).await.unwrap_err().to_string();
    assert!(
        message.starts_with("the server does not answer: ") && !message.contains("/v1/completions"),
        "{message}"
    );
}

#[test]
fn addresses() {
    for (address, expected) in [
        ("nowhere", "is not the address of a server"),
        (
            "ftp://a.test/v1",
            "it does not begin with http:// or https://",
        ),
        (
            "http://me:hunter2@a.test/v1",
            "it has a password in it; keys come from the environment",
        ),
    ] {
        let message = Server::new(address, None, Limits::default())
            .unwrap_err()
            .to_string();
        assert!(
            message.contains(expected) && !message.contains("hunter2"),
            "{message}"
        );
    }
    let server = Server::new(
        "http://a.test/v1",
        Some("secret".to_owned()),
        Limits::default(),
    )
    .unwrap();
    assert!(!format!("{server:?}").contains("secret"));
}

#[tokio::test]
async fn the_models_of_a_server() {
    let list = json!({"object": "list", "data": [{"id": "a"}, {"object": "model"}, {"id": "b/c"}]});
    for (status, body, expected) in [
        (
            "200 OK",
            list.to_string(),
            Ok(vec!["a".to_owned(), "b/c".to_owned()]),
        ),
        (
            "200 OK",
            "{}".to_owned(),
            Err(
                "the answer is not one of the OpenAI protocol: its list of models has no `data`; does the address end in /v1?",
            ),
        ),
        (
            "401 Unauthorized",
            json!({"error": {"message": "no such key"}}).to_string(),
            Err("the server wants another key (401): no such key"),
        ),
    ] {
        let (base, seen) = stub(http(status, "application/json", "", &body));
        let key = Some("secret".to_owned());
        let server = Server::new(&base, key, Limits::default()).unwrap();
        let models = server.models().await.map_err(|failure| failure.to_string());
        assert_eq!(models, expected.map_err(str::to_owned));
        let seen = seen.join().unwrap();
        assert!(seen.starts_with("GET /v1/models "), "{seen}");
        assert!(seen.contains("authorization: Bearer secret"), "{seen}");
    }
}
