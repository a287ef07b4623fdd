//! Text goes out compressed, to whoever takes gzip: a page is a fifth of its size then.
//!
//! Compressed is what is text, whole or as a stream; a stream is still sent piece by piece. Left alone are streams of events, whose
//! pieces are small; ranges; what is compressed already; and the bytes of runs, whose length, ETag and digest are those of the
//! stored file.
//!
//! **Secrets.** The length of a compressed page tells who sees it, and can make a browser ask for it with words of his own choice,
//! which of these words stand on the page (BREACH). No page holds a secret that lasts: tokens are in cookies and headers alone, the
//! nonce of a policy is a new one each time, changes are told from foreign ones by their origin rather than by a secret in the form,
//! and the address of a new link is the answer to a POST that another site cannot send. What is left is the stored texts, and for
//! them the cookies are `SameSite=Lax`: another site can have the browser load nothing with them that it does not see open.
use http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower_http::compression::predicate::{And, Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Bytes of what is compressed, at least: less fits into one packet anyway.
const LEAST: u16 = 1024;

type IsText = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses answers that are text.
pub(crate) fn layer() -> CompressionLayer<And<SizeAbove, IsText>> {
    let is_text: IsText = |_, _, headers, _| is_text(headers);
    CompressionLayer::new()
        .quality(CompressionLevel::Default)
        .compress_when(SizeAbove::new(LEAST).and(is_text))
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "text/event-stream" => false,
        "application/json"
        | "application/x-ndjson"
        | "application/openmetrics-text"
        | "image/svg+xml" => true,
        other => other.starts_with("text/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, response::IntoResponse as _};
    use flate2::write::GzDecoder;
    use futures::{SinkExt as _, StreamExt as _, channel::mpsc};
    use http::{HeaderValue, Request};
    use std::{convert::Infallible, io::Write as _, time::Duration};
    use tower::{Layer as _, ServiceExt as _, service_fn};

    #[test]
    fn what_is_text() {
        for (kind, text) in [
            ("text/html", true),
            ("text/html; charset=utf-8", true),
            ("text/csv; charset=utf-8", true),
            ("application/json", true),
            ("application/x-ndjson", true),
            ("image/svg+xml", true),
            ("text/event-stream", false),
            ("text/event-stream; charset=utf-8", false),
            ("application/octet-stream", false),
            ("application/vnd.apache.parquet", false),
            ("application/wasm", false),
            ("image/png", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(is_text(&headers), text, "{kind}");
        }
        assert!(!is_text(&HeaderMap::new()));
    }

    /// Whoever waits for the rest of a page has what was sent of it.
    #[tokio::test]
    async fn a_stream_goes_out_piece_by_piece() {
        let first = "<p>The first part, which is there at once.</p>".repeat(40);
        let (mut send, receive) = mpsc::channel::<Result<String, Infallible>>(1);
        let mut page = Some(Body::from_stream(receive));
        let answer = service_fn(move |_: Request<Body>| {
            let page = page.take().unwrap_or_default();
            let kind = [(header::CONTENT_TYPE, "text/html")];
            async move { Ok::<_, Infallible>((kind, page).into_response()) }
        });
        let request = Request::builder().header(header::ACCEPT_ENCODING, "gzip");
        let request = request.body(Body::empty()).unwrap();
        let response = layer().layer(answer).oneshot(request).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        let mut body = Body::new(response.into_body()).into_data_stream();
        let mut next = async || {
            let chunk = tokio::time::timeout(Duration::from_secs(10), body.next()).await;
            chunk.expect("nothing comes")
        };
        let mut page = GzDecoder::new(Vec::new());
        send.send(Ok(first.clone())).await.unwrap();
        while page.get_ref().len() < first.len() {
            page.write_all(&next().await.unwrap().unwrap()).unwrap();
            page.flush().unwrap();
        }
        assert_eq!(page.get_ref(), first.as_bytes());
        send.send(Ok("<p>The rest.</p>".into())).await.unwrap();
        drop(send);
        while let Some(chunk) = next().await {
            page.write_all(&chunk.unwrap()).unwrap();
        }
        let page = String::from_utf8(page.finish().unwrap()).unwrap();
        assert_eq!(page, first + "<p>The rest.</p>");
    }
}
