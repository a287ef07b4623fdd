//! The protocol of OpenAI, through its official client and without it.
use crate::models::Asked;
use serde_json::{Value, json};
use server::serve;
use std::{path::Path, process::Command, time::Duration};
use tokio::{net::TcpListener, sync::oneshot};

/// Python with the package `openai`: `cargo xtask test` gets it and names it in `SURPRISAL_OPENAI_PYTHON`, else the one on the
/// path is tried.
#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_is_content() {
    let python = std::env::var("SURPRISAL_OPENAI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import openai"]).output();
    if !has.is_ok_and(|ran| ran.status.success()) {
        println!(
            "skipped: {python} has no openai; `pip install openai`, or name another in SURPRISAL_OPENAI_PYTHON"
        );
        return;
    }
    let asked = Asked::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = asked.app.server.clone();
    let serving = tokio::spawn(serve::run(listener, server, Duration::ZERO, async {
        let _ = stopped.await;
    }));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/openai/client.py");
    let ran = tokio::task::spawn_blocking(move || {
        let mut client = Command::new(python);
        client.env("NO_PROXY", "127.0.0.1").arg(script);
        client
            .args([base.as_str(), "no key is needed"])
            .output()
            .unwrap()
    });
    let ran = ran.await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(
        text(&ran.stdout),
        "the client is content\n",
        "{}",
        text(&ran.stderr)
    );
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn beams_and_streams_end_as_the_protocol_says() {
    let asked = Asked::new().await;
    let body = json!({"model": "gpt2", "prompt": "the sea", "do_sample": false, "num_beams": 3, "n": 2, "max_tokens": 5});
    let reply: Value = asked.post("/v1/completions", body.clone()).await.json();
    assert_eq!(reply["choices"].as_array().unwrap().len(), 2);
    let mut streaming = body;
    streaming["stream"] = json!(true);
    let reply = asked.post("/v1/completions", streaming).await;
    let text = reply.text();
    assert!(
        text.starts_with("data: {") && text.ends_with("data: [DONE]\n\n"),
        "{text}"
    );
    assert_eq!(reply.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn errors_have_its_shape() {
    let asked = Asked::new().await;
    for (path, body, status, message) in [
        (
            "/v1/completions",
            json!({"model": "x", "prompt": "a"}),
            404,
            "There is no model `x` here; there are `gpt2`, `llama`, `t5`.",
        ),
        (
            "/v1/chat/completions",
            json!({"model": "llama", "messages": []}),
            400,
            "The model has no tokenizer.json, so that it reads no texts; send `input_ids`.",
        ),
        (
            "/v1/completions",
            json!({"model": "gpt2"}),
            400,
            "Send one of `prompt` (a text), `messages` (a chat) and `input_ids` (token ids).",
        ),
        (
            "/v1/embeddings",
            json!({}),
            404,
            "Of the OpenAI protocol there are /v1/completions, /v1/chat/completions and /v1/models here.",
        ),
    ] {
        let reply = asked.post(path, body).await;
        assert_eq!(reply.status, status, "{path}");
        let error = &reply.json::<Value>()["error"];
        assert_eq!(
            (&error["message"], &error["type"]),
            (&json!(message), &json!("invalid_request_error"))
        );
    }
}
