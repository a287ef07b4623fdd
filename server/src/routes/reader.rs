//! Who reads an answer: programs get JSON, the page gets what it can read without a JSON reader.
use axum::{
    Json,
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::convert::Infallible;

/// What the request accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Whoever did not ask for anything else.
    Program,
    /// It asked for [`api::POSTCARD`].
    Page,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get(header::ACCEPT);
        let is_page =
            accepted.is_some_and(|accepted| accepted.as_bytes() == api::POSTCARD.as_bytes());
        Ok(if is_page { Self::Page } else { Self::Program })
    }
}

impl Reader {
    /// The value as this reader wants it.
    pub fn answer<T: Serialize>(self, value: &T) -> Response {
        let varies = (header::VARY, "accept");
        // Our own types are written without fail; JSON is what is left should that change.
        let bytes = match self {
            Self::Page => postcard::to_allocvec(value).ok(),
            Self::Program => None,
        };
        match bytes {
            Some(bytes) => ([(header::CONTENT_TYPE, api::POSTCARD), varies], bytes).into_response(),
            None => ([varies], Json(value)).into_response(),
        }
    }
}
