//! Errors as answers: JSON for programs, a page for people. Causes go to the log, never to the client.
use api::{ApiError, ErrorCode};
use axum::{
    Json,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::error::Error;
use storage::StorageError;

/// An error on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(pub ApiError);

impl Failure {
    /// A failure with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::new(code, message))
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// 500; the cause goes to the log.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            ErrorCode::Internal,
            "Something went wrong in the server. Its log says what.",
        )
    }

    /// Status of the answer.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The answer as a page, for a form that was sent without JavaScript.
    pub fn into_page(self) -> Response {
        let message = escape(&self.0.message);
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>Not done - Surprisal</title><link rel=\"stylesheet\" href=\"/pkg/surprisal.css\"><link rel=\"icon\" href=\"/favicon.svg\">\
             <main><h1>That did not work</h1><p>{message}</p>\
             <p><a href=\"/\">Open a file</a> or see the <a href=\"/import\">stored runs</a>.</p></main></html>"
        );
        (self.status(), self.retry(), Html(page)).into_response()
    }

    /// When to come back: only where waiting helps.
    fn retry(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if matches!(self.0.code, ErrorCode::Busy | ErrorCode::StorageUnavailable) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        headers
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status(), self.retry(), Json(self.0)).into_response()
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let answer = ApiError::from(&error);
        if answer.code.status() >= 500 {
            tracing::error!(cause = chain(&error), "the store failed");
        }
        Self(answer)
    }
}

/// Text as it may stand in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// An error and what is behind it: for the log and for the one who starts the server, never for a client.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |cause| (*cause).source());
    chain
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
