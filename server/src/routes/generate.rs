//! `GET /api/models`, `POST /api/generate`, `POST /api/score`: what models there are, and letting them write and judge.
use crate::failure::Failure;
use crate::models::{self, Events};
use crate::state::Server;
use api::ErrorCode;
use api::writing::{Ask, Happening, Judge, Models};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use http::{HeaderName, HeaderValue, header};
use serde::de::DeserializeOwned;
use std::{convert::Infallible, time::Duration};

/// So often a stream that stands still says that it is there: a long prompt takes its time.
pub(super) const ALIVE: Duration = Duration::from_secs(10);
/// Asks proxies to pass on every event as it comes.
pub(super) const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// `GET /api/models`: those of this machine, and what the configured servers say that they have.
pub async fn models(State(server): State<Server>) -> Json<Models> {
    Json(server.models.list().await)
}

/// `POST /api/generate`: a stream of events, each one a [`Happening`].
pub async fn generate(State(server): State<Server>, body: Body) -> Result<Response, Failure> {
    let ask: Ask = read(&server, body).await?;
    Ok(stream(models::write(&server, ask, false).await?))
}

/// `POST /api/score`: one answer; a stream with every token as it comes, if that is accepted.
pub async fn score(
    State(server): State<Server>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let judge: Judge = read(&server, body).await?;
    let mut events = models::judge(&server, judge).await?;
    let accepted = headers.get(header::ACCEPT);
    if accepted.is_some_and(|kinds| kinds.as_bytes().starts_with(b"text/event-stream")) {
        return Ok(stream(events));
    }
    while let Some(happening) = events.next().await {
        match happening {
            Happening::Scored(score) => return Ok(Json(score).into_response()),
            Happening::Error(error) => return Err(Failure(error)),
            _ => {}
        }
    }
    Err(Failure::internal(&"the engine stopped without a word"))
}

/// A body of JSON, within the limit.
pub(super) async fn read<T: DeserializeOwned>(server: &Server, body: Body) -> Result<T, Failure> {
    let limit = usize::try_from(server.limits.max_ask_bytes).unwrap_or(usize::MAX);
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| {
        let size = metrics::format::bytes(server.limits.max_ask_bytes);
        let message = format!("The request is larger than {size}, or did not arrive whole.");
        Failure::new(ErrorCode::TooLarge, message)
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::bad_request(format!("The request is not understood: {error}.")))
}

fn stream(events: Events) -> Response {
    let events = events.map(|happening| {
        let event = Event::default().event(happening.name());
        // Its types are ours: nothing in them can fail.
        Ok::<_, Infallible>(event.json_data(&happening).unwrap_or_default())
    });
    let alive = KeepAlive::new().interval(ALIVE);
    ([UNBUFFERED], Sse::new(events).keep_alive(alive)).into_response()
}
