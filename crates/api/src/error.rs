//! Errors of the API: `{"code": …, "message": …}`.
use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Serialize};

/// What kind of error; the name on the wire is in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// 400: the request is not understood.
    BadRequest,
    /// 401: a token is needed.
    Unauthorized,
    /// 403: another site asks for a change.
    Forbidden,
    /// 404: no such run.
    NotFound,
    /// 405: the address is right, the method is not.
    MethodNotAllowed,
    /// 408: the upload stood still for too long.
    Timeout,
    /// 410: the run was deleted.
    Gone,
    /// 413: larger than the limit.
    TooLarge,
    /// 416: the range lies outside of the file.
    BadRange,
    /// 429: too many requests from one client.
    TooManyRequests,
    /// 503: too much of a kind at once.
    Busy,
    /// 502: a model server that was asked does not answer, or refuses.
    ModelFailed,
    /// 503: the store does not answer.
    StorageUnavailable,
    /// 503: the store refuses the server's credentials, or is set up wrongly.
    StorageMisconfigured,
    /// 507: the store is full.
    StorageFull,
    /// 500: a stored object is missing or damaged.
    DataCorrupt,
    /// No answer from the server (only in the browser).
    Offline,
    /// 500: a fault of the server. Also any code that this version does not know.
    #[serde(other)]
    Internal,
}

impl ErrorCode {
    /// HTTP status; 0 for [`ErrorCode::Offline`].
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Timeout => 408,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::BadRange => 416,
            Self::ModelFailed => 502,
            Self::TooManyRequests => 429,
            Self::Busy | Self::StorageUnavailable | Self::StorageMisconfigured => 503,
            Self::StorageFull => 507,
            Self::DataCorrupt | Self::Internal => 500,
            Self::Offline => 0,
        }
    }
}

/// An error as the person sees it: what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{message}")]
pub struct ApiError {
    /// What kind of error.
    pub code: ErrorCode,
    /// One or two sentences for people; never a path, host or secret.
    pub message: String,
}

impl ApiError {
    /// An error with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
    /// The error that a response with this status and body tells of.
    pub fn from_response(status: u16, body: &str) -> Self {
        serde_json::from_str(body).unwrap_or_else(|_| Self::of_status(status))
    }

    /// The error of an answer with this code and message.
    pub fn from_parts(code: &str, message: String) -> Self {
        let code: Result<_, serde::de::value::Error> =
            ErrorCode::deserialize(code.into_deserializer());
        Self::new(code.unwrap_or(ErrorCode::Internal), message)
    }

    /// A sentence of our own for an answer that is not ours (a proxy's page).
    pub fn of_status(status: u16) -> Self {
        match status {
            413 => Self::new(
                ErrorCode::TooLarge,
                "The file is larger than something on the way to the server allows.",
            ),
            502..=504 => Self::new(
                ErrorCode::StorageUnavailable,
                format!(
                    "The server cannot answer at the moment (status {status}). Try again in a minute."
                ),
            ),
            _ => Self::new(
                ErrorCode::Internal,
                format!("The server gave an answer that is not understood (status {status})."),
            ),
        }
    }

    /// The error of a request that got no answer.
    pub fn offline() -> Self {
        Self::new(
            ErrorCode::Offline,
            "The server does not answer. Check the connection, then try again.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, ErrorCode};

    #[test]
    fn wire_format() {
        let error = ApiError::new(ErrorCode::TooLarge, "Too large.");
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(json, r#"{"code":"too_large","message":"Too large."}"#);
        assert_eq!(ApiError::from_response(413, &json), error);
        let parts = ApiError::from_parts("too_large", "Too large.".into());
        assert_eq!(parts, error);
        let unknown = ApiError::from_parts("from_the_future", String::new());
        assert_eq!(unknown.code, ErrorCode::Internal);
    }

    #[test]
    fn answers_of_others() {
        let cases = [
            (
                404,
                r#"{"code":"not_found","message":"No such run.","request":"01x"}"#,
                ErrorCode::NotFound,
                "No such run.",
            ),
            (
                418,
                r#"{"code":"teapot","message":"Short and stout."}"#,
                ErrorCode::Internal,
                "Short and stout.",
            ),
            (
                413,
                "<html>",
                ErrorCode::TooLarge,
                "The file is larger than something on the way to the server allows.",
            ),
            (
                502,
                "",
                ErrorCode::StorageUnavailable,
                "The server cannot answer at the moment (status 502). Try again in a minute.",
            ),
            (
                500,
                "oops",
                ErrorCode::Internal,
                "The server gave an answer that is not understood (status 500).",
            ),
            (
                200,
                "[]",
                ErrorCode::Internal,
                "The server gave an answer that is not understood (status 200).",
            ),
        ];
        for (status, body, code, message) in cases {
            assert_eq!(
                ApiError::from_response(status, body),
                ApiError::new(code, message),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn every_code_of_the_wire_has_its_status() {
        let cases = [
            ("bad_request", 400),
            ("forbidden", 403),
            ("not_found", 404),
            ("method_not_allowed", 405),
            ("timeout", 408),
            ("gone", 410),
            ("too_large", 413),
            ("bad_range", 416),
            ("too_many_requests", 429),
            ("busy", 503),
            ("model_failed", 502),
            ("storage_unavailable", 503),
            ("storage_misconfigured", 503),
            ("storage_full", 507),
            ("data_corrupt", 500),
            ("internal", 500),
            ("offline", 0),
        ];
        for (name, status) in cases {
            let code: ErrorCode = serde_json::from_value(name.into()).unwrap();
            assert_eq!(code.status(), status, "{name}");
            assert_eq!(serde_json::to_value(code).unwrap(), name);
        }
    }
}
