//! Which answers go out compressed, and that they are the same then.
use crate::app::{App, Reply, SAMPLE};
use std::io::Read as _;

const GZIP: (&str, &str) = ("accept-encoding", "gzip, deflate, br");

fn unpacked(reply: &Reply) -> String {
    let mut text = String::new();
    let mut packed = flate2::read::GzDecoder::new(&*reply.body);
    packed.read_to_string(&mut text).unwrap();
    text
}

/// Caches are told that there are two forms of it.
fn varies(reply: &Reply) -> bool {
    let mut told = reply.headers.get_all("vary").iter();
    told.any(|value| value == "accept-encoding")
}

#[tokio::test]
async fn text_is_compressed_for_whoever_takes_it() {
    let app = App::new().await;
    let run = app.store("sample.json", SAMPLE).await;
    let page = format!("/runs/{}", run.id);
    let one = format!("/api/runs/{}", run.id);
    for (path, same) in [
        // Their policy has a new nonce each time.
        (page.as_str(), false),
        ("/", false),
        ("/generations", false),
        ("/api", true),
        ("/api/openapi.json", true),
        ("/api/generations", true),
        (one.as_str(), true),
    ] {
        let plain = app.get(path).await;
        assert_eq!(
            (plain.status.as_u16(), plain.header("content-encoding")),
            (200, ""),
            "{path}"
        );
        assert!(varies(&plain), "{path}");
        let packed = app.get_with(path, &[GZIP]).await;
        assert_eq!(packed.header("content-encoding"), "gzip", "{path}");
        assert!(varies(&packed), "{path}");
        assert!(
            packed.body.len() * 2 < plain.body.len(),
            "{path}: {} of {}",
            packed.body.len(),
            plain.body.len()
        );
        let text = unpacked(&packed);
        match same {
            true => assert_eq!(text, plain.text(), "{path}"),
            false => assert_eq!(text.len(), plain.text().len(), "{path}"),
        }
    }
    let ask = r#"{"format":"csv"}"#;
    let address = "/api/generations/export";
    let (plain, packed) = (
        app.post(address, &[], ask).await,
        app.post(address, &[GZIP], ask).await,
    );
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(unpacked(&packed), plain.text());
    assert_eq!(
        packed.header("content-disposition"),
        plain.header("content-disposition")
    );
}

#[tokio::test]
async fn all_else_stays_as_it_is() {
    let app = App::new().await;
    let run = app.store("sample.json", SAMPLE).await;
    let file = api::file_url(&run.id);
    let etag = format!("\"{}\"", run.sha256);
    let whole = app.get_with(&file, &[GZIP]).await;
    assert_eq!(
        (whole.header("content-encoding"), whole.header("etag")),
        ("", etag.as_str())
    );
    assert_eq!(whole.header("content-length"), SAMPLE.len().to_string());
    assert_eq!(whole.body, SAMPLE);
    let part = app
        .get_with(&file, &[GZIP, ("range", "bytes=10-3009")])
        .await;
    assert_eq!(
        (part.status.as_u16(), part.header("content-encoding")),
        (206, "")
    );
    assert_eq!(part.body, &SAMPLE[10..3010]);
    let known = app.get_with(&file, &[GZIP, ("if-none-match", &etag)]).await;
    assert_eq!(
        (known.status.as_u16(), known.header("content-encoding")),
        (304, "")
    );
    // Compressed beforehand, too small, and not text.
    for (path, encoding) in [
        ("/pkg/surprisal.js", "br"),
        ("/api/health", ""),
        ("/pkg/surprisal.wasm", ""),
    ] {
        let reply = app.get_with(path, &[GZIP]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.header("content-encoding")),
            (200, encoding),
            "{path}"
        );
    }
    let export = app
        .post(
            "/api/generations/export",
            &[GZIP],
            r#"{"format":"parquet"}"#,
        )
        .await;
    assert_eq!(export.header("content-encoding"), "");
    assert!(export.body.starts_with(b"PAR1"));
}
