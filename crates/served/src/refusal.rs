//! What a server says instead of an answer, and what an error of the connection comes from.
use crate::failure::Failure;
use crate::record::{begin, message};
use reqwest::{Response, StatusCode, header};
use serde_json::Value;
use std::error::Error;

/// Bytes that are read of a refusal.
const REFUSAL: usize = 64 << 10;

/// What is behind a status that is no success.
pub(crate) async fn refused(mut response: Response) -> Failure {
    let status = response.status();
    let seconds = response.headers().get(header::RETRY_AFTER);
    let seconds = seconds.and_then(|seconds| seconds.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    // What breaks off is a refusal, too.
    while body.len() < REFUSAL
        && let Ok(Some(part)) = response.chunk().await
    {
        body.extend_from_slice(&part);
    }
    let body = String::from_utf8_lossy(&body);
    let said: Option<Value> = serde_json::from_str(&body).ok();
    let message = match &said {
        Some(said) if !said["error"].is_null() => message(&said["error"]),
        // As servers that are made with FastAPI say it.
        Some(said) if said["detail"].is_string() => message(&said["detail"]),
        _ if body.trim().is_empty() => status
            .canonical_reason()
            .unwrap_or("nothing said")
            .to_owned(),
        _ => begin(&body),
    };
    let status_code = status.as_u16();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::Key {
            status: status_code,
            message,
        },
        StatusCode::TOO_MANY_REQUESTS => Failure::Busy { message, seconds },
        _ => Failure::Refused {
            status: status_code,
            message,
        },
    }
}

/// An error with what is behind it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// What an error comes from: what is in front of it says only where it passed.
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
