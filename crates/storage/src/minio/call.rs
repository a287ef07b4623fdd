//! A request and its answer, without a word about how they are sent.
use super::fault::{Fault, FaultKind};
use super::xml::Element;
use crate::percent;
use bytes::Bytes;
use futures::stream::BoxStream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub method: Method,
    pub key: String,
    /// Values are percent-encoded.
    pub query: Vec<(&'static str, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub slow: bool,
    pub streamed: bool,
}

impl Call {
    /// `key` is that of an object; empty for the bucket itself.
    pub(super) fn new(method: Method, key: impl Into<String>) -> Self {
        Self {
            method,
            key: key.into(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            slow: false,
            streamed: false,
        }
    }

    /// Adds a query parameter; `value` is plain text.
    pub(super) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, percent::encode(value)));
        self
    }

    /// Adds a header; it becomes part of the signature.
    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a header whose value may not be one. Two spaces in a row are one in a signature, which minio-rsc does not
    /// know, so that such a value would be refused as wrongly signed.
    pub(super) fn text_header(self, name: HeaderName, value: &str) -> Result<Self, Fault> {
        match HeaderValue::from_str(value) {
            Ok(text) if !value.contains("  ") => Ok(self.header(name, text)),
            _ => Err(Fault::new(
                FaultKind::Garbled,
                format!("the value of {name} cannot be sent"),
            )),
        }
    }

    pub(super) fn body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }

    /// The server has work to do before it answers; its 200 may turn out to be an error.
    pub(super) fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// A large body of the answer is handed on as it comes.
    pub(super) fn streamed(mut self) -> Self {
        self.streamed = true;
        self
    }
}

/// A successful answer.
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Body,
}

/// The bytes of an answer.
pub(super) enum Body {
    Whole(Bytes),
    /// Only for calls that ask for it.
    Stream(BoxStream<'static, Result<Bytes, Fault>>),
}

impl Reply {
    /// The whole body; empty for a streamed one.
    pub(super) fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Whole(bytes) => bytes.clone(),
            Body::Stream(_) => Bytes::new(),
        }
    }

    /// The body as XML.
    pub(super) fn document(&self) -> Result<Element, Fault> {
        Element::parse(&self.bytes()).map_err(|error| {
            Fault::new(
                FaultKind::Garbled,
                format!("the answer is not XML: {error}"),
            )
        })
    }

    /// A header as text.
    pub(super) fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The announced length of a body.
pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
