//! The bytes of a run, as they were received.
mod conditions;

use super::id::Id;
use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunSummary};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use conditions::{Wanted, is_known, wanted};
use futures::TryStreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// Gives the bytes of a run as they were received, whole or one range of them.
#[utoipa::path(get, path = "/runs/{id}/file", tag = "runs",
    params(
        ("id" = String, Path, description = "Its id; `latest` is the last one stored"),
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-1023`; any other means the whole file"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the client has"),
        ("If-Range" = Option<String>, Header, description = "The ETag that the range belongs to"),
    ),
    responses(
        (status = 200, description = "All bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The client has them"),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted"),
        (status = 416, description = "The range lies outside of the file"),
    )
)]
pub async fn file(
    State(server): State<Server>,
    Id(id): Id,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Failure> {
    let run = server.store.run(&id).await?;
    let etag = format!("\"{}\"", run.sha256);
    let mut headers = description(&run, &etag)?;
    if is_known(&asked, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let range = match wanted(&asked, &etag, run.size) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Outside => {
            let message = format!("The file has {} bytes; the range lies outside.", run.size);
            let size = [(header::CONTENT_RANGE, format!("bytes */{}", run.size))];
            return Ok((size, Failure::new(ErrorCode::BadRange, message)).into_response());
        }
    };
    let part = range.clone().unwrap_or(0..run.size);
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(part.end - part.start),
    );
    let status = if range.is_some() {
        headers.insert(
            header::CONTENT_RANGE,
            value(&format!(
                "bytes {}-{}/{}",
                part.start,
                part.end - 1,
                run.size
            ))?,
        );
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        // An error in the middle breaks the connection: fewer bytes than announced arrive, and the client sees it.
        let file = server.store.file(&run.id, range).await?;
        Body::from_stream(
            file.stream
                .inspect_err(|error| tracing::error!(%error, "a download broke off")),
        )
    };
    Ok((status, headers, body).into_response())
}

/// What the answer says about the file, whichever bytes of it follow.
fn description(run: &RunSummary, etag: &str) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    let mut set =
        |name: HeaderName, text: &str| value(text).map(|value| headers.insert(name, value));
    set(header::CONTENT_TYPE, "application/octet-stream")?;
    set(header::CONTENT_DISPOSITION, &disposition(&run.name))?;
    set(header::ETAG, etag)?;
    set(header::ACCEPT_RANGES, "bytes")?;
    // The bytes never change, but the run can be deleted: ask, and hear 304.
    set(header::CACHE_CONTROL, "private, no-cache")?;
    Ok(headers)
}

/// A download under the name of the file (RFC 6266, RFC 5987). The plain form is for old programs.
fn disposition(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let plain: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        api::paths::escape(name)
    )
}

fn value(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text).map_err(|error| Failure::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_of_downloads() {
        let cases = [
            (
                "run.json",
                "attachment; filename=\"run.json\"; filename*=UTF-8''run.json",
            ),
            (
                "räk \"x\";.json",
                "attachment; filename=\"r_k _x__.json\"; filename*=UTF-8''r%C3%A4k%20%22x%22%3B.json",
            ),
            (
                "a/../b\r\n",
                "attachment; filename=\"a_.._b__\"; filename*=UTF-8''a%2F..%2Fb%0D%0A",
            ),
            ("", "attachment; filename=\"\"; filename*=UTF-8''"),
        ];
        for (name, expected) in cases {
            assert_eq!(disposition(name), expected);
        }
    }
}
