//! The part of an address that names something.
use crate::failure::Failure;
use axum::{
    RequestPartsExt as _,
    extract::{FromRequestParts, Path},
};
use http::request::Parts;

/// What is said of addresses that are no text.
pub(super) const NO_TEXT: &str = "The address is not percent-encoded UTF-8.";

/// The only variable part of an address. What is no text is refused as every other error is, in JSON.
#[derive(Debug)]
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts.extract::<Path<String>>().await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Failure::bad_request(NO_TEXT)),
        }
    }
}
