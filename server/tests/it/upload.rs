//! Storing: what is taken, what is refused and how, and that nothing is left of what was refused.
use crate::app::{App, TINY, files, request};
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt as _, channel::mpsc, stream};
use http::Method;
use server::config::Limits;
use std::{convert::Infallible, io, time::Duration};
use storage::StoreSetting;

fn short() -> Limits {
    Limits {
        max_upload_bytes: 4000,
        concurrent_uploads: 1,
        upload_wait: Duration::from_millis(20),
        upload_idle: Duration::from_millis(60),
        ..Limits::default()
    }
}

/// A body that sends its beginning and then nothing, but does not end.
fn stuck(beginning: &'static str) -> Body {
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(
        beginning.as_bytes(),
    ))]);
    Body::from_stream(first.chain(stream::pending()))
}

#[tokio::test]
async fn names() {
    let app = App::new().await;
    let cases = [
        ("?name=a%2Fb%5Cc.json", "c.json"),
        ("?name=%E2%80%AEgpj.json", "gpj.json"),
        ("?name=", "unnamed"),
        ("", "unnamed"),
        ("?name=a+b", "a b"),
    ];
    for (query, name) in cases {
        let run: api::RunSummary = app
            .post(&format!("/api/runs{query}"), &[], TINY)
            .await
            .json();
        assert_eq!(run.name, name, "{query}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_understood_is_stored_with_its_reason() {
    let app = App::new().await;
    let run = app
        .store("photo.png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..])
        .await;
    assert_eq!(
        (run.severity.as_str(), run.totals.sequences, run.cards.len()),
        ("nothing", 0, 0)
    );
    assert!(!run.problems.is_empty());
    assert_eq!(app.list().await.total, 1);
}

#[tokio::test]
async fn a_key_stores_once_and_a_digest_is_compared() {
    let app = App::new().await;
    let key = [("idempotency-key", "k")];
    let first = app.post("/api/runs?name=a", &key, TINY).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = app.post("/api/runs?name=a", &key, TINY).await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(
        again.json::<api::RunSummary>(),
        first.json::<api::RunSummary>()
    );
    assert_eq!(app.list().await.total, 1);

    // Other bytes, of the same size and of another, would be lost if they were taken for the same.
    let other = "This Idempotency-Key was used for another file; take a new key for each file.";
    let swapped = TINY.replacen("tiny", "tinz", 1);
    for bytes in [swapped.as_str(), "{}"] {
        let length = bytes.len().to_string();
        for headers in [&key[..], &[key[0], ("content-length", &length)]] {
            let reply = app
                .post("/api/runs?name=a", headers, bytes.to_owned())
                .await;
            reply.assert_error(400, "bad_request", other);
        }
    }
    assert_eq!(app.list().await.total, 1);

    let empty = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    let reply = app
        .post("/api/runs?name=a", &[("content-digest", empty)], TINY)
        .await;
    reply.assert_error(
        400,
        "bad_request",
        "The file did not arrive as it was sent: its SHA-256 is not that of Content-Digest. Try again.",
    );
    let both = [("idempotency-key", "k"), ("content-digest", empty)];
    app.post("/api/runs?name=a", &both, TINY)
        .await
        .assert_error(
            400,
            "bad_request",
            "This Idempotency-Key was used for another file; take a new key for each file.",
        );
    assert_eq!(app.list().await.total, 1);
}

/// Two programs may well come to the same key.
#[tokio::test]
async fn each_token_has_its_own_keys() {
    let tokens = "ann:write:0123456789abcdef bob:write:fedcba9876543210";
    let tokens = server::access::Access::parse(tokens).unwrap();
    let app = App::for_tokens(Limits::default(), tokens).await;
    let store = async |secret: &str, bytes: &'static str| {
        let headers = [("authorization", secret), ("idempotency-key", "1")];
        app.post("/api/runs?name=a", &headers, bytes).await.status
    };
    assert_eq!(store("Bearer 0123456789abcdef", TINY).await, 201);
    assert_eq!(store("Bearer fedcba9876543210", "{}").await, 201);
    assert_eq!(store("Bearer 0123456789abcdef", TINY).await, 200);
    assert_eq!(store("Bearer fedcba9876543210", "{}").await, 200);
}

#[tokio::test]
async fn refused() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::on(
        &StoreSetting::File {
            dir: dir.path().to_owned(),
        },
        short(),
    )
    .await;
    let before = files(dir.path());
    let large = "The file is larger than 4 KB, the most that this server takes.";
    let cut = "The file did not arrive whole, so it was not stored. Try again.";
    let broken = || {
        let parts = [
            Ok(Bytes::from_static(b"[")),
            Err(io::Error::other("connection reset")),
        ];
        Body::from_stream(stream::iter(parts))
    };
    let many = || {
        Body::from_stream(stream::repeat_with(|| {
            Ok::<_, Infallible>(Bytes::from_static(&[b' '; 1000]))
        }))
    };
    type Case<'a> = (
        &'a str,
        &'a [(&'a str, &'a str)],
        Body,
        u16,
        &'a str,
        &'a str,
    );
    let cases: [Case; 8] = [
        (
            "announced",
            &[("content-length", "4001")],
            Body::from(vec![b' '; 4001]),
            413,
            "too_large",
            large,
        ),
        ("never ending", &[], many(), 413, "too_large", large),
        (
            "empty",
            &[],
            Body::empty(),
            400,
            "bad_request",
            "The file is empty: there is nothing to store.",
        ),
        (
            "short",
            &[("content-length", "10")],
            Body::from("12345"),
            400,
            "bad_request",
            cut,
        ),
        ("broken", &[], broken(), 400, "bad_request", cut),
        (
            "stuck",
            &[],
            stuck("["),
            408,
            "timeout",
            "Nothing arrived for 0.06 seconds, so the upload was given up. Try again.",
        ),
        (
            "packed",
            &[("content-encoding", "gzip")],
            Body::from("x"),
            400,
            "bad_request",
            "Send the file as it is, without a Content-Encoding.",
        ),
        (
            "foreign",
            &[("origin", "https://evil.example")],
            Body::from(TINY),
            403,
            "forbidden",
            "Another site asked for this. Open Surprisal itself and try again; behind a proxy, it has to pass the Host header on.",
        ),
    ];
    for (case, headers, body, status, code, message) in cases {
        println!("{case}");
        app.post("/api/runs?name=x", headers, body)
            .await
            .assert_error(status, code, message);
    }
    app.server.uploads.idle().await;
    assert_eq!(files(dir.path()), before);
    assert_eq!(app.list().await.total, 0);
    // The place is free again, and a page of our own may store.
    let reply = app
        .post(
            "/api/runs?name=x",
            &[("origin", "http://surprisal.test")],
            TINY,
        )
        .await;
    assert_eq!(reply.status, 201);
    assert!(files(dir.path()).len() > before.len());
}

#[tokio::test]
async fn a_query_that_is_no_text() {
    let app = App::new().await;
    assert_eq!(app.post("/api/runs?name=%FF", &[], TINY).await.status, 201);
    for (query, message) in [
        ("name=a&name=b", "`name` is there twice; once is enough."),
        ("nme=a", "There is no parameter `nme`. Did you mean `name`?"),
    ] {
        let reply = app.post(&format!("/api/runs?{query}"), &[], TINY).await;
        reply.assert_error(400, "bad_request", message);
    }
}

#[tokio::test]
async fn one_too_many_at_once() {
    let app = App::with(Limits {
        upload_idle: Duration::from_secs(30),
        ..short()
    })
    .await;
    let (mut send, receive) = mpsc::channel::<Result<Bytes, Infallible>>(1);
    let first = request(
        Method::POST,
        "/api/runs?name=first",
        &[],
        Body::from_stream(receive),
    );
    let first = tokio::spawn(tower::ServiceExt::oneshot(app.router.clone(), first));
    let half = TINY.len() / 2;
    futures::SinkExt::send(&mut send, Ok(Bytes::from_static(&TINY.as_bytes()[..half])))
        .await
        .unwrap();
    app.until_an_upload_runs().await;

    let reply = app.post("/api/runs?name=second", &[], TINY).await;
    reply.assert_error(
        503,
        "busy",
        "Too many files are being stored right now. Try again in a moment.",
    );
    assert_eq!(reply.header("retry-after"), "5");
    // Others are still served.
    assert_eq!(app.get("/api/health").await.status, 200);

    futures::SinkExt::send(&mut send, Ok(Bytes::from_static(&TINY.as_bytes()[half..])))
        .await
        .unwrap();
    drop(send);
    assert_eq!(first.await.unwrap().unwrap().status(), 201);
    assert_eq!(app.store("third", TINY).await.totals.tokens, 2);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let app = App::on(
        &StoreSetting::File {
            dir: dir.path().to_owned(),
        },
        Limits::default(),
    )
    .await;
    let before = files(dir.path());
    let (mut send, receive) = mpsc::channel::<Result<Bytes, Infallible>>(1);
    let upload = request(
        Method::POST,
        "/api/runs?name=x",
        &[],
        Body::from_stream(receive),
    );
    let handler = tokio::spawn(tower::ServiceExt::oneshot(app.router.clone(), upload));
    // More than a part of the store, so that something is there already.
    for _ in 0..10 {
        futures::SinkExt::send(&mut send, Ok(Bytes::from(vec![b' '; 1 << 20])))
            .await
            .unwrap();
    }
    handler.abort();
    assert!(handler.await.unwrap_err().is_cancelled());
    tokio::time::timeout(Duration::from_secs(5), app.server.uploads.idle())
        .await
        .expect("the upload goes on");
    assert_eq!(files(dir.path()), before);
    assert_eq!(app.list().await.total, 0);
}

fn form(file_name: &str, content: &str) -> String {
    format!(
        "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
         Content-Type: application/json\r\n\r\n{content}\r\n--XX--\r\n"
    )
}

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=XX");
const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[tokio::test]
async fn a_form_without_javascript() {
    let app = App::new().await;
    let reply = app
        .post("/api/runs", &[FORM, BROWSER], form("dir/räk.json", TINY))
        .await;
    let run = app.list().await.runs.remove(0);
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, api::page_url(&run.id).as_str())
    );
    assert_eq!(
        (run.name.as_str(), run.size, run.totals.tokens),
        ("räk.json", TINY.len() as u64, 2)
    );
    assert_eq!(app.get(&api::file_url(&run.id)).await.text(), TINY);
    // A program that sends a form gets what programs get.
    let reply = app.post("/api/runs", &[FORM], form("y", TINY)).await;
    assert_eq!(
        (
            reply.status.as_u16(),
            reply.json::<api::RunSummary>().name.as_str()
        ),
        (201, "y")
    );
}

#[tokio::test]
async fn forms_that_are_refused() {
    let app = App::with(short()).await;
    let none = "No file was chosen. Go back, choose one and try again.";
    let cut = "The file did not arrive whole, so it was not stored. Try again.";
    let large = "The file is larger than 4 KB, the most that this server takes.";
    let whole = form("x", TINY);
    let cases = [
        (form("", ""), 400, "bad_request", none),
        ("--XX--\r\n".to_owned(), 400, "bad_request", none),
        (
            form("x", ""),
            400,
            "bad_request",
            "The file is empty: there is nothing to store.",
        ),
        (form("x", &" ".repeat(4001)), 413, "too_large", large),
        (whole[..whole.len() / 2].to_owned(), 400, "bad_request", cut),
        ("nonsense".to_owned(), 400, "bad_request", cut),
    ];
    for (body, status, code, message) in cases {
        app.post("/api/runs", &[FORM], body.clone())
            .await
            .assert_error(status, code, message);
        let page = app.post("/api/runs", &[FORM, BROWSER], body).await;
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (status, "text/html; charset=utf-8")
        );
        assert!(page.text().contains(message), "{}", page.text());
    }
    let long = [FORM, ("content-length", "999999")];
    app.post("/api/runs", &long, form("x", "y"))
        .await
        .assert_error(413, "too_large", large);
    assert_eq!(app.list().await.total, 0);
}
