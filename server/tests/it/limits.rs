//! What is refused because it is too much: the size of every body, and the number of requests. And that every answer has an id.
use crate::app::{App, Reply, TINY, request};
use axum::body::Body;
use http::Method;
use serde_json::Value;
use server::{access::Access, config::Limits};
use std::collections::BTreeSet;

const KIB: usize = 1 << 10;

/// Every address that takes a body, with the most that it takes.
const BODIES: [(&str, &str, usize); 13] = [
    ("POST", "/api/runs", 200 * KIB),
    ("PATCH", "/api/runs/{id}", 64 * KIB),
    ("POST", "/api/runs/{id}/shares", 4 * KIB),
    ("POST", "/api/generations", 200 * KIB),
    ("POST", "/api/generations/export", 256 * KIB),
    ("POST", "/api/generations/scores", 4096 * KIB),
    ("POST", "/api/generations/{id}/feedback", 64 * KIB),
    ("POST", "/api/generations/{id}/scores", 4096 * KIB),
    ("PUT", "/api/prices", 64 * KIB),
    ("POST", "/api/generate", 1024 * KIB),
    ("POST", "/api/score", 1024 * KIB),
    ("POST", "/v1/completions", 1024 * KIB),
    ("POST", "/v1/chat/completions", 1024 * KIB),
];

/// Forms of pages, where the most is that of the library: 2 MiB.
const FORMS: [(&str, usize); 3] = [
    ("/login", 2048 * KIB),
    ("/theme", 2048 * KIB),
    ("/runs/{id}/share", 2048 * KIB),
];

async fn send(app: &App, method: &str, path: &str, kind: &str, body: String) -> Reply {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let headers = [("content-type", kind)];
    app.send(request(method, path, &headers, Body::from(body)))
        .await
}

#[tokio::test]
async fn every_body_has_its_limit() {
    let app = App::with(Limits {
        max_upload_bytes: 200 << 10,
        ..Limits::default()
    })
    .await;
    let run = app.store("a.json", TINY).await.id;
    for (method, path, most) in BODIES {
        let address = path.replace("{id}", &run);
        // White space is JSON of any size, and no file is refused for what it holds.
        let fits = send(&app, method, &address, "application/json", " ".repeat(most)).await;
        assert_ne!(fits.status, 413, "{method} {path}: {}", fits.text());
        assert_ne!(fits.status, 404, "{method} {path}: {}", fits.text());
        let larger = " ".repeat(most + 1);
        let refused = send(&app, method, &address, "application/json", larger).await;
        let error: Value = refused.json();
        // The protocol of OpenAI has errors of its own form.
        let error = error.get("error").unwrap_or(&error);
        assert_eq!(
            (refused.status.as_u16(), &error["code"]),
            (413, &"too_large".into()),
            "{method} {path}"
        );
    }
    let form = "application/x-www-form-urlencoded";
    for (path, most) in FORMS {
        let address = path.replace("{id}", &run);
        let body = |size: usize| format!("x={}", "x".repeat(size - 2));
        let fits = send(&app, "POST", &address, form, body(most)).await;
        assert_ne!(fits.status, 413, "{path}");
        let refused = send(&app, "POST", &address, form, body(most + 1)).await;
        assert_eq!(refused.status, 413, "{path}");
    }
}

/// A new route that takes a body needs its line above.
#[tokio::test]
async fn no_body_is_forgotten() {
    let document: Value = App::new().await.get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            let with_body = methods.filter(|(_, operation)| operation.get("requestBody").is_some());
            with_body.map(move |(method, _)| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let known = BODIES.map(|(method, path, _)| format!("{method} {path}"));
    assert_eq!(described, BTreeSet::from(known));
}

#[tokio::test]
async fn one_client_does_not_take_all() {
    let limits = Limits {
        rate: 1,
        ..Limits::default()
    };
    let tokens = "ann:read:reader-0123456789 bob:write:writer-0123456789";
    let app = App::for_tokens(limits, Access::parse(tokens).unwrap()).await;
    let ask = |token: &'static str, path: &'static str| {
        app.send(request(
            Method::GET,
            path,
            &[("authorization", token)],
            Body::empty(),
        ))
    };
    let (ann, bob) = ("Bearer reader-0123456789", "Bearer writer-0123456789");
    for _ in 0..10 {
        assert_eq!(ask(ann, "/api/prices").await.status, 200);
    }
    let refused = ask(ann, "/api/prices").await;
    refused.assert_error(
        429,
        "too_many_requests",
        "Too many requests: wait 1 second, then go on more slowly.",
    );
    assert_eq!(refused.header("retry-after"), "1");
    assert!(!refused.header("x-request-id").is_empty());
    // A person is told on a page; others go on, and so does what watches the server.
    let page = ask(ann, "/import").await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (429, "text/html; charset=utf-8")
    );
    assert_eq!(ask(bob, "/api/prices").await.status, 200);
    for path in ["/api/health", "/api/ready", "/pkg/surprisal.js"] {
        assert_eq!(ask(ann, path).await.status, 200, "{path}");
    }
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    assert_eq!(ask(ann, "/api/prices").await.status, 200);
}

/// Secrets cannot be guessed by trying.
#[tokio::test]
async fn logins_are_few() {
    let app = App::for_tokens(
        Limits::default(),
        Access::parse("reader-0123456789").unwrap(),
    )
    .await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for _ in 0..10 {
        assert_eq!(app.post("/login", &form, "token=wrong").await.status, 401);
    }
    let refused = app.post("/login", &form, "token=reader-0123456789").await;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
}

#[tokio::test]
async fn every_answer_has_an_id() {
    let app = App::new().await;
    let mut seen = BTreeSet::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/runs"),
        ("GET", "/api/runs/x"),
        ("GET", "/api/nothing"),
        ("PUT", "/api/runs"),
        ("GET", "/nothing"),
        ("GET", "/metrics"),
        ("GET", "/pkg/surprisal.js"),
        ("GET", "/shared/x"),
        ("POST", "/api/runs"),
    ] {
        let reply = send(&app, method, path, "text/plain", String::new()).await;
        let id = reply.header("x-request-id").to_owned();
        assert_eq!(id.len(), 26, "{method} {path}");
        assert!(seen.insert(id), "{method} {path}");
    }
}
