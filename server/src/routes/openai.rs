//! `/v1`: the protocol of OpenAI, so that programs which know it can use the models.
//!
//! | file | subject |
//! |---|---|
//! | `question` | a request in its words -> one in ours |
//! | `choice` | the tokens of an answer -> its text, cut at stop strings |
//! | `answer` | choices -> completions and chunks of them |
mod answer;
mod choice;
mod question;

use crate::failure::Failure;
use crate::models;
use crate::state::Server;
use answer::Answer;
use api::writing::Happening;
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use http::header;
use question::{Kind, Question};
use serde_json::{Map, Value, json};
use std::convert::Infallible;

/// An error in the words of the protocol.
pub struct Complaint(Failure);

impl From<Failure> for Complaint {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl Complaint {
    fn body(failure: &Failure) -> Value {
        let kind = match failure.status().as_u16() {
            400..500 => "invalid_request_error",
            _ => "server_error",
        };
        json!({ "error": {
            "message": failure.0.message, "type": kind, "param": null, "code": failure.0.code,
        }})
    }
}

impl IntoResponse for Complaint {
    fn into_response(self) -> Response {
        let body = Json(Self::body(&self.0));
        let mut response = self.0.into_response();
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

/// Completes a text, by the protocol of OpenAI.
#[utoipa::path(post, path = "/completions", tag = "models",
    request_body(content = Value, description = "As OpenAI has it; parameters of transformers are understood as well"),
    responses(
        (status = 200, description = "A completion, or a stream of its chunks", content(
            (Value = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 400, description = "An argument is none, or not supported"),
        (status = 404, description = "There is no such model"),
        (status = 413, description = "The request is larger than the server takes"),
        (status = 502, description = "The model, or the server behind which it is, has failed"),
    )
)]
pub async fn completions(State(server): State<Server>, body: Body) -> Result<Response, Complaint> {
    answer(&server, Kind::Text, body).await
}

/// Answers a chat, by the protocol of OpenAI.
#[utoipa::path(post, path = "/chat/completions", tag = "models",
    request_body(content = Value, description = "As OpenAI has it; parameters of transformers are understood as well"),
    responses(
        (status = 200, description = "A completion, or a stream of its chunks", content(
            (Value = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 400, description = "An argument is none, or not supported"),
        (status = 404, description = "There is no such model"),
        (status = 413, description = "The request is larger than the server takes"),
        (status = 502, description = "The model, or the server behind which it is, has failed"),
    )
)]
pub async fn chat(State(server): State<Server>, body: Body) -> Result<Response, Complaint> {
    answer(&server, Kind::Chat, body).await
}

/// Lists the models that can be asked, by the protocol of OpenAI.
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "protocol_models", responses(
    (status = 200, description = "The models", body = Value),
))]
pub async fn models(State(server): State<Server>) -> Json<Value> {
    let models = server.models.list().await.models.into_iter();
    let there = models.filter(|model| model.error.is_none());
    let data: Vec<Value> = there.map(|model| entry(&model.id)).collect();
    Json(json!({ "object": "list", "data": data }))
}

/// `GET /v1/models/{id}`.
pub async fn model(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Complaint> {
    server.models.check(&id)?;
    Ok(Json(entry(&id)))
}

fn entry(id: &str) -> Value {
    json!({ "id": id, "object": "model", "created": 0, "owned_by": "surprisal" })
}

/// What is at none of these addresses.
pub async fn unknown() -> Complaint {
    Complaint(Failure::new(
        api::ErrorCode::NotFound,
        "Of the OpenAI protocol there are /v1/completions, /v1/chat/completions and /v1/models here.",
    ))
}

async fn answer(server: &Server, kind: Kind, body: Body) -> Result<Response, Complaint> {
    let object: Map<String, Value> = super::generate::read(server, body).await?;
    let Question {
        ask,
        fills,
        streams,
        says_usage,
        list,
        stop,
    } = Question::of(kind, object)?;
    let mut events = models::write(server, ask, fills).await?;
    let mut answer = Answer::new(kind, list, stop);
    if !streams {
        while let Some(happening) = events.next().await {
            if let Happening::Error(error) = happening {
                return Err(Complaint(Failure(error)));
            }
            answer.push(&happening);
        }
        return Ok(Json(answer.whole()).into_response());
    }
    // The end of the events is the end of the answer.
    let events = events.map(Some).chain(futures::stream::iter([None]));
    let chunks = events.flat_map(move |happening| {
        let mut chunks: Vec<String> = match &happening {
            Some(Happening::Error(error)) => {
                vec![Complaint::body(&Failure(error.clone())).to_string()]
            }
            Some(happening) => answer
                .push(happening)
                .iter()
                .map(Value::to_string)
                .collect(),
            None => vec!["[DONE]".to_owned()],
        };
        if says_usage && matches!(happening, Some(Happening::Done { .. })) {
            chunks.push(answer.usage_chunk().to_string());
        }
        futures::stream::iter(chunks)
    });
    let events = chunks.map(|chunk| Ok::<_, Infallible>(Event::default().data(chunk)));
    let alive = KeepAlive::new().interval(super::generate::ALIVE);
    let head = [super::generate::UNBUFFERED];
    Ok((head, Sse::new(events).keep_alive(alive)).into_response())
}
