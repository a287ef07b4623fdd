//! An error in the words of the protocol, with the argument that is wrong.
use crate::failure::Failure;
use api::ApiError;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use decoding::parameters::entry;
use http::header;
use serde_json::{Value, json};

/// A request that is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The argument.
    pub(super) param: String,
    pub(super) message: String,
}

impl Wrong {
    pub(super) fn new(param: &str, message: impl Into<String>) -> Self {
        Self {
            param: param.to_owned(),
            message: message.into(),
        }
    }

    /// `must` follows on the name.
    pub(super) fn must(param: &str, must: &str) -> Self {
        Self::new(param, format!("`{param}` must be {must}."))
    }

    pub(super) fn unsupported(param: &str) -> Self {
        Self::new(
            param,
            format!("`{param}` is not supported here; leave it out."),
        )
    }

    pub(super) fn unknown(param: &str) -> Self {
        Self::new(
            param,
            format!("There is no argument `{param}`; leave it out."),
        )
    }
}

/// An answer that says what went wrong.
#[derive(Debug)]
pub struct Complaint {
    failure: Failure,
    param: Option<String>,
}

impl From<Failure> for Complaint {
    fn from(failure: Failure) -> Self {
        let param = named(&failure.0.message).map(str::to_owned);
        Self { failure, param }
    }
}

impl From<ApiError> for Complaint {
    fn from(error: ApiError) -> Self {
        Failure(error).into()
    }
}

impl From<Wrong> for Complaint {
    fn from(wrong: Wrong) -> Self {
        Self {
            failure: Failure::bad_request(wrong.message),
            param: Some(wrong.param),
        }
    }
}

/// The argument with which a sentence of the decoder begins, as the protocol calls it.
fn named(message: &str) -> Option<&'static str> {
    // Sentences of the API begin with a capital letter.
    let first = message.split(' ').next()?.to_lowercase();
    let name = entry(&first)?.name;
    Some(match name {
        "max_new_tokens" => "max_tokens",
        "min_new_tokens" => "min_tokens",
        "num_return_sequences" => "n",
        "stop_strings" => "stop",
        name => name,
    })
}

impl Complaint {
    /// The body of the answer, or an event of a stream.
    pub(super) fn body(&self) -> Value {
        let kind = match self.failure.status().as_u16() {
            400..500 => "invalid_request_error",
            _ => "server_error",
        };
        let error = &self.failure.0;
        json!({ "error": {
            "message": error.message, "type": kind, "param": self.param, "code": error.code,
        }})
    }
}

impl IntoResponse for Complaint {
    fn into_response(self) -> Response {
        let body = Json(self.body());
        let mut response = self.failure.into_response();
        let (status, retry) = (
            response.status(),
            response.headers_mut().remove(header::RETRY_AFTER),
        );
        let retry = retry.map(|retry| [(header::RETRY_AFTER, retry)]);
        match retry {
            Some(retry) => (status, retry, body).into_response(),
            None => (status, body).into_response(),
        }
    }
}
