//! Runs of a server on this machine.
use super::{Place, Ran, TINY};
use crate::app::App;
use serde_json::{Value, json};
use server::{config::Limits, serve};
use std::time::Duration;
use storage::StoreSetting;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// Runs the program while the server answers it.
async fn run(arguments: Vec<String>) -> Ran {
    let asked = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Place::with(&[]).run(&arguments)
    });
    tokio::time::timeout(Duration::from_secs(60), asked)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn runs_by_their_address() {
    let app = App::on(&StoreSetting::Memory, Limits::default()).await;
    let id = app.store("a.json", TINY).await.id;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let server = app.server.clone();
    let server = tokio::spawn(serve::run(
        listener,
        server,
        Duration::ZERO,
        std::future::pending(),
    ));

    for path in [
        format!("/runs/{id}"),
        format!("/runs/{id}/?x=1#q=b"),
        format!("/api/runs/{id}/file"),
        "/runs/latest".to_owned(),
    ] {
        let address = format!("{host}{path}");
        let ran = run(vec!["--format=run".to_owned(), address.clone()]).await;
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let part = json!({"name": address, "bytes": TINY.len(), "sequences": 1, "error": null});
        assert_eq!(document["inputs"], json!([part]));
        assert_eq!(document["totals"]["perplexity_overall"], 2.82842712474619);
    }

    let unknown = "01hzzzzzzzzzzzzzzzzzzzzzzz";
    let ran = run(vec![format!("{host}/runs/{unknown}")]).await;
    let answer = app.get(&api::run_url(unknown)).await.json::<Value>();
    let expected = format!(
        "{host}/runs/{unknown}\n  error  cannot open it: {}\n",
        answer["message"].as_str().unwrap()
    );
    assert_eq!((ran.status, ran.out), (Some(1), expected));

    server.abort();
    let _ = server.await;
    let ran = run(vec![format!("{host}/runs/{id}")]).await;
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.out.contains("  error  cannot open it: ") && ran.out.contains("refused"),
        "{}",
        ran.out
    );
}

/// A server that asks for a token gets the one that is meant for it.
#[tokio::test]
async fn a_run_behind_a_token() {
    let secret = "reader-0123456789";
    let access = server::access::Access::parse(secret).unwrap();
    let app = App::for_tokens(Limits::default(), access).await;
    let authorization = format!("Bearer {secret}");
    let stored = app
        .post(
            "/api/runs?name=a",
            &[("authorization", &authorization)],
            TINY,
        )
        .await;
    assert_eq!(stored.status, 201);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/runs/latest", listener.local_addr().unwrap());
    let server = app.server.clone();
    tokio::spawn(serve::run(
        listener,
        server,
        Duration::ZERO,
        std::future::pending(),
    ));
    for (token, status) in [(Some(secret), 0), (Some("other-0123456789"), 1), (None, 1)] {
        let address = address.clone();
        let ran = tokio::task::spawn_blocking(move || -> Ran {
            let place = Place::with(&[]);
            let mut command = place.command(&["--json", &address]);
            command.env_remove("SURPRISAL_CLIENT_TOKEN");
            if let Some(token) = token {
                command.env("SURPRISAL_CLIENT_TOKEN", token);
            }
            command.output().unwrap().into()
        });
        let ran = ran.await.unwrap();
        assert_eq!(ran.status, Some(status), "{token:?}: {}", ran.out);
        assert_eq!(
            ran.out.contains("A token is needed"),
            status == 1,
            "{}",
            ran.out
        );
    }
}

/// What came before counts, and the person hears that it was not all.
#[tokio::test]
async fn a_download_that_breaks_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/runs/01abc", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1024];
        let count = client.read(&mut asked).await.unwrap();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{TINY}");
        client.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..count]).into_owned()
    });
    let ran = run(vec!["--format=run".to_owned(), address]).await;
    let asked = server.await.unwrap();
    assert!(
        asked.starts_with("GET /api/runs/01abc/file HTTP/1.1\r\n"),
        "{asked}"
    );
    assert_eq!(ran.status, Some(1), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let part = &document["inputs"][0];
    assert_eq!(
        (&part["sequences"], &part["bytes"], &part["error"]["code"]),
        (&json!(1), &json!(TINY.len()), &json!("read_failed"))
    );
    let message = part["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("reading stopped: "), "{message}");
}
