//! `/api/runs/{id}/file`: the bytes as they were received.
use crate::app::{App, SAMPLE, TINY, request};
use axum::body::Body;
use http::Method;

#[tokio::test]
async fn the_whole_file() {
    let app = App::new().await;
    let run = app.store("räk.json", SAMPLE).await;
    let reply = app.get(&api::file_url(&run.id)).await;
    assert_eq!(reply.status, 200);
    assert!(reply.body == SAMPLE, "other bytes");
    let expected = [
        ("content-type", "application/octet-stream"),
        (
            "content-disposition",
            "attachment; filename=\"r_k.json\"; filename*=UTF-8''r%C3%A4k.json",
        ),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-range", ""),
    ];
    for (name, value) in expected {
        assert_eq!(reply.header(name), value, "{name}");
    }
    assert_eq!(reply.header("content-length"), SAMPLE.len().to_string());
    assert_eq!(reply.header("etag"), format!("\"{}\"", run.sha256));
    assert!(
        reply
            .header("content-security-policy")
            .starts_with("default-src 'self'")
    );

    let head = app
        .send(request(
            Method::HEAD,
            &api::file_url(&run.id),
            &[],
            Body::empty(),
        ))
        .await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), SAMPLE.len().to_string());
}

#[tokio::test]
async fn ranges() {
    let app = App::new().await;
    let run = app.store("x", TINY).await;
    let url = api::file_url(&run.id);
    let size = TINY.len();
    for (range, part) in [
        ("bytes=0-3", 0..4),
        ("bytes=10-", 10..size),
        ("bytes=-5", size - 5..size),
        ("bytes=7-99999", 7..size),
    ] {
        let reply = app.get_with(&url, &[("range", range)]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.text()),
            (206, &TINY[part.clone()]),
            "{range}"
        );
        assert_eq!(
            reply.header("content-range"),
            format!("bytes {}-{}/{size}", part.start, part.end - 1)
        );
        assert_eq!(reply.header("content-length"), part.len().to_string());
    }
    for range in ["bytes=0-1,3-4", "bytes=9-3", "chars=0-3"] {
        let reply = app.get_with(&url, &[("range", range)]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.text()),
            (200, TINY),
            "{range}"
        );
    }
    let reply = app
        .get_with(&url, &[("range", &format!("bytes={size}-"))])
        .await;
    reply.assert_error(
        416,
        "bad_range",
        &format!("The file has {size} bytes; the range lies outside."),
    );
    assert_eq!(reply.header("content-range"), format!("bytes */{size}"));
    let changed = app
        .get_with(&url, &[("range", "bytes=0-3"), ("if-range", "\"other\"")])
        .await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn who_has_the_file_gets_no_bytes() {
    let app = App::new().await;
    let run = app.store("x", TINY).await;
    let etag = format!("\"{}\"", run.sha256);
    let reply = app
        .get_with(&api::file_url(&run.id), &[("if-none-match", &etag)])
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.text(), reply.header("etag")),
        (304, "", etag.as_str())
    );
    let reply = app
        .get_with(&api::file_url(&run.id), &[("if-none-match", "\"other\"")])
        .await;
    assert_eq!(reply.status, 200);
}
