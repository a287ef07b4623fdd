//! `surprisal generate --server`: a model behind the OpenAI protocol.
use crate::analyze::Place;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    thread::JoinHandle,
};

/// Takes one request, answers with these events and closes. Gives the request.
fn stub(events: &[Value], end: &str) -> (String, JoinHandle<String>) {
    let events: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{events}{end}"
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let (mut seen, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            seen.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
        seen + &String::from_utf8(body).unwrap()
    });
    (base, served)
}

fn piece(text: &str, logprob: f64, finish: Option<&str>) -> Value {
    json!({
        "id": "c", "object": "chat.completion.chunk", "created": 7, "model": "real-name",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish, "logprobs": {"content": [
            {"token": text, "logprob": logprob, "bytes": text.as_bytes(), "top_logprobs": [{"token": text, "logprob": logprob, "bytes": text.as_bytes()}]}]}}],
    })
}

#[test]
fn an_answer_is_shown_and_analysed() {
    let place = Place::with(&[]);
    let events = [piece("Hé", -0.5, None), piece("y", -1.5, Some("stop"))];
    let (base, served) = stub(&events, "data: [DONE]\n\n");
    let fixed = [
        "generate",
        "--model",
        "m",
        "--chat",
        "--prompt",
        "Hi",
        "--system",
        "Be brief",
        "--temperature",
        "0.5",
        "--server",
    ];
    let ran = place.program(&[&fixed[..], &[&base]].concat());
    assert_eq!(
        (ran.status, ran.out.as_str(), ran.err.as_str()),
        (Some(0), "Héy\n", "")
    );
    let seen = served.join().unwrap();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/chat/completions "), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let messages =
        json!([{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]);
    assert_eq!(
        body,
        json!({"model": "m", "messages": messages, "logprobs": true, "stream": true, "temperature": 0.5, "top_logprobs": 0})
    );
    let (base, _served) = stub(&events, "data: [DONE]\n\n");
    let record = place.program(&[&fixed[..], &[&base, "--jsonl"]].concat());
    let ran = place.with_input(&["analyze", "--format", "run", "-"], &record.out);
    let run: Value = serde_json::from_str(&ran.out).unwrap();
    super::near(
        &run["totals"]["perplexity_overall"],
        metrics::num::exp(1.0),
        &ran.out,
    );
}

#[test]
fn a_broken_answer_is_kept() {
    let place = Place::with(&[]);
    let (base, _served) = stub(&[piece("He", -0.5, None)], "data: {\"cho");
    let ran = place.program(&[
        "generate", "--model", "m", "--prompt", "Hi", "--jsonl", "--server", &base,
    ]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            Some(1),
            "surprisal: the answer is not complete: the answer is cut off\n"
        )
    );
    let record: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(record["choices"][0]["message"]["content"], "He");
    assert_eq!(record["interrupted"], "the answer is cut off");
}

#[test]
fn what_is_wrong_is_said() {
    let place = Place::with(&[]);
    let fixed = ["generate", "--model", "m", "--prompt", "Hi", "--server"];
    for (more, expected) in [
        (
            &["http://127.0.0.1:1/v1", "--json"][..],
            "--json is for models of this machine, whose token ids are known; take --jsonl",
        ),
        (
            &["http://127.0.0.1:1/v1", "--num-beams", "3"],
            "a served model has no parameter num_beams: the protocol has no word for it; leave it out, or take a model of this machine",
        ),
        (
            &["127.0.0.1:1"],
            "\"127.0.0.1:1\" is not the address of a server",
        ),
        (
            &["http://127.0.0.1:1/v1", "--top-p", "2"],
            "top_p is 2; it must be a number from 0 to 1",
        ),
    ] {
        let ran = place.program(&[&fixed[..], more].concat());
        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert!(
            ran.err.starts_with(&format!("surprisal: {expected}")),
            "{}",
            ran.err
        );
    }
    let ran = place.program(&[&fixed[..], &["http://127.0.0.1:1/v1"]].concat());
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("the server does not answer: "),
        "{}",
        ran.err
    );
}
