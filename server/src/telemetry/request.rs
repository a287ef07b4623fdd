//! A request as a span, with the attributes of the conventions for HTTP.
//!
//! The address is named by its route alone: paths hold secrets of links, and query strings words of people's files.
use super::{Span, context, new_span_id};
use axum::extract::{MatchedPath, Request};
use http::{HeaderMap, StatusCode, header};
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, TraceId};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SpanData;
use std::time::SystemTime;

/// Routes that are asked every few seconds by whoever watches the server.
const WATCHED: [&str; 3] = ["/metrics", "/api/health", "/api/ready"];

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct Asked {
    context: SpanContext,
    parent: SpanId,
    start: SystemTime,
    method: String,
    route: Option<String>,
    attributes: Vec<KeyValue>,
}

impl Asked {
    /// `None` for what is not traced: those who watch, and whose caller decided so.
    pub(super) fn begin(request: &Request, id: ulid::Ulid) -> Option<Self> {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map(|route| route.as_str().to_owned());
        if route
            .as_deref()
            .is_some_and(|route| WATCHED.contains(&route))
        {
            return None;
        }
        let caller = caller(request.headers());
        if caller.as_ref().is_some_and(|caller| !caller.is_sampled()) {
            return None;
        }
        let (trace, parent) = match &caller {
            Some(caller) => (caller.trace_id(), caller.span_id()),
            // The id of the request, so that its lines in the log are found.
            None => (TraceId::from(id.0), SpanId::INVALID),
        };
        let method = request.method().to_string();
        let mut attributes = vec![
            KeyValue::new("http.request.method", method.clone()),
            KeyValue::new("surprisal.request.id", id.to_string().to_lowercase()),
        ];
        if let Some(route) = &route {
            attributes.push(KeyValue::new("http.route", route.clone()));
        }
        let agent = request.headers().get(header::USER_AGENT);
        if let Some(agent) = agent.and_then(|agent| agent.to_str().ok()) {
            attributes.push(KeyValue::new("user_agent.original", agent.to_owned()));
        }
        Some(Self {
            context: context(trace, new_span_id()),
            parent,
            start: SystemTime::now(),
            method,
            route,
            attributes,
        })
    }

    /// The span, now that the head of the answer is sent.
    pub(super) fn span(mut self, status: StatusCode) -> SpanData {
        let code = i64::from(status.as_u16());
        self.attributes
            .push(KeyValue::new("http.response.status_code", code));
        let failed = status.is_server_error();
        if failed {
            self.attributes
                .push(KeyValue::new("error.type", code.to_string()));
        }
        Span {
            scope: "surprisal.http",
            kind: SpanKind::Server,
            name: match self.route {
                Some(route) => format!("{} {route}", self.method),
                None => self.method,
            },
            context: self.context,
            parent: self.parent,
            times: (self.start, SystemTime::now()),
            attributes: self.attributes,
            failed,
        }
        .data()
    }
}

/// Who asks, as the W3C header `traceparent` says it.
fn caller(headers: &HeaderMap) -> Option<SpanContext> {
    use opentelemetry::propagation::TextMapPropagator as _;
    use opentelemetry::trace::TraceContextExt as _;
    let found = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    let caller = found.span().span_context().clone();
    caller.is_valid().then_some(caller)
}
