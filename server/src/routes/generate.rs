//! `GET /api/models`, `POST /api/generate`, `POST /api/score`: what models there are, and letting them write and judge.
use super::body::received;
use crate::failure::Failure;
use crate::models::{self, Events};
use crate::state::Server;
use api::writing::{Ask, Happening, Judge, Models, Score};
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

/// Lists the models that can be asked: those of this machine, and what the configured servers say that they have.
#[utoipa::path(get, path = "/models", tag = "models", responses(
    (status = 200, description = "The models", body = Models),
))]
pub async fn models(State(server): State<Server>) -> Json<Models> {
    Json(server.models.list().await)
}

/// Lets a model write.
///
/// The answer is a stream of events: `waiting` (in the queue), `prompt` (what was read), `token` (an answer has one more), `step` (all
/// beams have one more), `done` (with the record of completions) or `error`.
#[utoipa::path(post, path = "/generate", tag = "models", request_body = Ask, responses(
    (status = 200, description = "The events", body = String, content_type = "text/event-stream"),
    (status = 400, description = "The request is not understood, or asks for too much"),
    (status = 404, description = "There is no such model"),
    (status = 413, description = "The request is larger than the server takes"),
    (status = 502, description = "The model, or the server behind which it is, has failed"),
))]
pub async fn generate(State(server): State<Server>, body: Body) -> Result<Response, Failure> {
    let ask: Ask = read(&server, body).await?;
    Ok(stream(models::write(&server, ask, false).await?))
}

/// Lets a model judge a text.
///
/// It gives one answer, or a stream with every token as it comes where `Accept` is `text/event-stream`.
#[utoipa::path(post, path = "/score", tag = "models", request_body = Judge, responses(
    (status = 200, description = "What the model thinks of it", content(
        (Score = "application/json"),
        (String = "text/event-stream"),
    )),
    (status = 400, description = "The request is not understood, or the model judges no texts"),
    (status = 404, description = "There is no such model"),
    (status = 413, description = "The request is larger than the server takes"),
    (status = 502, description = "The model has failed"),
))]
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
    let size = metrics::format::bytes(server.limits.max_ask_bytes);
    let bytes = received(body, limit, &format!("The request is larger than {size}")).await?;
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
