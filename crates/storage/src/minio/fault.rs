//! What a failed call means. The status decides first; the XML of the body is optional detail.
use super::xml::Element;
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::time::Duration;

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 404: the object (or the multipart upload) is not there. Never a missing bucket.
    NotFound,
    /// 409: somebody else is changing the same thing.
    Conflict,
    /// 412: a condition of the request does not hold.
    Precondition,
    /// 304: unchanged.
    NotModified,
    /// 416: the range lies outside of the object.
    BadRange,
    /// 429, or 503 with `SlowDown`.
    Throttled,
    /// No connection, 5xx, or a connection that broke.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// The credentials are fine but may not do this.
    Denied,
    /// Wrong credentials, wrong clock, missing bucket, something that is not MinIO.
    Misconfigured,
    /// 507 and its kin.
    Full,
    /// An answer that cannot be understood.
    Garbled,
}

/// A failed call.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What it means.
    pub kind: FaultKind,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Error code of S3, or empty.
    pub code: String,
    /// For the log.
    pub detail: String,
    /// Attempts that were made.
    pub attempts: u32,
    /// What the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.detail)?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if !self.code.is_empty() {
            write!(f, " {}", self.code)?;
        }
        match self.attempts {
            0 | 1 => Ok(()),
            n => write!(f, " ({n} attempts)"),
        }
    }
}

impl Fault {
    /// A fault without an answer.
    pub(crate) fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            code: String::new(),
            detail: detail.into(),
            attempts: 1,
            retry_after: None,
        }
    }

    /// What an answer with an error status means. `body` may be cut.
    pub(crate) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let document = Element::parse(body)
            .ok()
            .filter(|root| root.name == "Error");
        let text = |name| {
            document
                .as_ref()
                .and_then(|root| root.child(name))
                .map(|e| e.text.clone())
        };
        let code = text("Code").unwrap_or_default();
        // A 404 with a page in it comes from something else than the store, and says nothing about the object.
        let foreign = document.is_none() && !body.iter().all(u8::is_ascii_whitespace);
        Self {
            kind: kind(status.as_u16(), &code, foreign),
            status: Some(status.as_u16()),
            detail: text("Message").unwrap_or_else(|| {
                if foreign {
                    "not an answer of S3"
                } else {
                    "no message"
                }
                .into()
            }),
            // A MinIO that is starting asks for a minute, but needs a second.
            retry_after: if code == "XMinioServerNotInitialized" {
                None
            } else {
                retry_after(headers)
            },
            code,
            attempts: 1,
        }
    }

    /// What an `<Error>` inside an answer with status 200 means.
    pub(super) fn of_document(root: &Element) -> Self {
        let text = |name| root.child(name).map(|e| e.text.clone()).unwrap_or_default();
        let code = text("Code");
        let kind = match code.as_str() {
            "InternalError" | "ServiceUnavailable" => FaultKind::Unavailable,
            "SlowDown" => FaultKind::Throttled,
            "RequestTimeout" => FaultKind::Timeout,
            "NoSuchKey" | "NoSuchUpload" => FaultKind::NotFound,
            "PreconditionFailed" => FaultKind::Precondition,
            _ => kind(400, &code, false),
        };
        Self {
            status: Some(200),
            code,
            ..Self::new(kind, text("Message"))
        }
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_retryable(&self) -> bool {
        match self.kind {
            FaultKind::Throttled | FaultKind::Unavailable | FaultKind::Timeout => {
                matches!(
                    self.status,
                    None | Some(200 | 408 | 429 | 500 | 502 | 503 | 504)
                )
            }
            _ => false,
        }
    }

    /// Whether the request may have been carried out although it failed.
    pub(super) fn is_ambiguous(&self) -> bool {
        matches!(
            self.kind,
            FaultKind::Throttled | FaultKind::Unavailable | FaultKind::Timeout | FaultKind::Garbled
        )
    }

    /// The same for callers of the trait. The fault stays in the source chain.
    pub(super) fn for_path(self, path: &str) -> object_store::Error {
        use object_store::Error;
        let path = path.to_owned();
        match self.kind {
            FaultKind::NotFound => Error::NotFound {
                path,
                source: self.into(),
            },
            FaultKind::Precondition => Error::Precondition {
                path,
                source: self.into(),
            },
            FaultKind::NotModified => Error::NotModified {
                path,
                source: self.into(),
            },
            FaultKind::Denied => Error::PermissionDenied {
                path,
                source: self.into(),
            },
            _ => Error::Generic {
                store: "MinIO",
                source: self.into(),
            },
        }
    }
}

fn kind(status: u16, code: &str, foreign: bool) -> FaultKind {
    match (status, code) {
        (_, "NoSuchBucket" | "InvalidBucketName") => FaultKind::Misconfigured,
        (_, "XMinioStorageFull" | "XMinioAdminBucketQuotaExceeded" | "QuotaExceeded")
        | (507, _) => FaultKind::Full,
        (_, "SlowDown" | "SlowDownRead" | "SlowDownWrite") | (429, _) => FaultKind::Throttled,
        (304, _) => FaultKind::NotModified,
        (403, "AccessDenied" | "") if !foreign => FaultKind::Denied,
        (404, _) if !foreign => FaultKind::NotFound,
        (408, _) => FaultKind::Timeout,
        (_, "RequestTimeout") => FaultKind::Timeout,
        (409, _) => FaultKind::Conflict,
        (412, _) => FaultKind::Precondition,
        (416, _) => FaultKind::BadRange,
        (500.., _) => FaultKind::Unavailable,
        // Redirects, refused credentials and clocks, plain HTTP to a TLS port, a proxy's page.
        _ => FaultKind::Misconfigured,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_and_the_code_refines() {
        use FaultKind::*;
        let xml = |code: &str| format!("<Error><Code>{code}</Code><Message>m</Message></Error>");
        let table = [
            (404, String::new(), NotFound, false),
            (404, xml("NoSuchKey"), NotFound, false),
            (404, xml("NoSuchUpload"), NotFound, false),
            (404, xml("NoSuchBucket"), Misconfigured, false),
            (404, "<html>not here</html>".into(), Misconfigured, false),
            (403, String::new(), Denied, false),
            (403, xml("AccessDenied"), Denied, false),
            (403, xml("SignatureDoesNotMatch"), Misconfigured, false),
            (403, xml("RequestTimeTooSkewed"), Misconfigured, false),
            (401, String::new(), Misconfigured, false),
            (
                400,
                "Client sent an HTTP request to an HTTPS server.".into(),
                Misconfigured,
                false,
            ),
            (307, String::new(), Misconfigured, false),
            (304, String::new(), NotModified, false),
            (409, xml("OperationAborted"), Conflict, false),
            (412, xml("PreconditionFailed"), Precondition, false),
            (416, xml("InvalidRange"), BadRange, false),
            (408, String::new(), Timeout, true),
            (429, String::new(), Throttled, true),
            (503, xml("SlowDown"), Throttled, true),
            (503, String::new(), Unavailable, true),
            (502, "<html>bad gateway".into(), Unavailable, true),
            (500, xml("InternalError"), Unavailable, true),
            (501, xml("NotImplemented"), Unavailable, false),
            (507, xml("XMinioStorageFull"), Full, false),
        ];
        for (status, body, kind, retryable) in table {
            let status = StatusCode::from_u16(status).unwrap();
            let fault = Fault::of_answer(status, &HeaderMap::new(), body.as_bytes());
            assert_eq!(
                (fault.kind, fault.is_retryable()),
                (kind, retryable),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn errors_inside_of_a_200() {
        use FaultKind::*;
        for (code, kind, retryable) in [
            ("InternalError", Unavailable, true),
            ("SlowDown", Throttled, true),
            ("RequestTimeout", Timeout, true),
            ("NoSuchUpload", NotFound, false),
            ("PreconditionFailed", Precondition, false),
            ("InvalidPart", Misconfigured, false),
        ] {
            let root =
                Element::parse(format!("<Error><Code>{code}</Code></Error>").as_bytes()).unwrap();
            let fault = Fault::of_document(&root);
            assert_eq!(
                (fault.kind, fault.is_retryable()),
                (kind, retryable),
                "{code}"
            );
        }
    }

    #[test]
    fn the_text_names_status_code_and_attempts() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "3".parse().unwrap());
        let body = b"<Error><Code>SlowDown</Code><Message>Please wait</Message></Error>";
        let mut fault = Fault::of_answer(StatusCode::SERVICE_UNAVAILABLE, &headers, body);
        assert_eq!(fault.to_string(), "Please wait, status 503 SlowDown");
        fault.attempts = 5;
        assert_eq!(
            fault.to_string(),
            "Please wait, status 503 SlowDown (5 attempts)"
        );
        assert_eq!(fault.retry_after, Some(Duration::from_secs(3)));
    }
}
