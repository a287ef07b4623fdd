//! A line in the log and an id for every request.
use crate::access::link::LINKS;
use crate::state::Server;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue};
use std::time::Instant;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, which its answer and its lines in the log carry, and logs how it ended.
/// Only the path is logged: the query string may hold words of the person's file. Of the address of a link not even that, since
/// it is a secret.
pub async fn log(State(server): State<Server>, request: Request, next: Next) -> Response {
    let number = ulid::Ulid::new();
    let id = number.to_string().to_lowercase();
    let path = match request.uri().path() {
        path if path.starts_with(LINKS) => LINKS,
        path => path,
    };
    let asked = server.telemetry.begin(&request, number);
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    async {
        let start = Instant::now();
        let mut response = next.run(request).await;
        let (status, ms) = (response.status().as_u16(), start.elapsed().as_millis());
        if status >= 500 {
            tracing::warn!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
        server.telemetry.end(asked, response.status());
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}
