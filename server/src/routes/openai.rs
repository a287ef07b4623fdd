//! `/v1`: the protocol of OpenAI, so that programs which know it can use the models.
//!
//! | file | subject |
//! |---|---|
//! | `question` | a request in its words -> one in ours |
//! | `choice` | the tokens of an answer -> its text, cut at stop strings |
//! | `answer` | choices -> completions and chunks of them |
//! | `tokens` | tokens, and their alternatives, as completions and chats list them |
//! | `wrong` | errors in its words, with the argument that is wrong |
mod answer;
mod choice;
mod question;
mod tokens;
mod wrong;

pub use wrong::Complaint;

use crate::failure::Failure;
use crate::models;
use crate::state::Server;
use answer::Answer;
use api::writing::{Ask, Happening};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use question::{Kind, Question};
use serde_json::{Map, Value, json};
use std::convert::Infallible;

/// The end of a stream.
const DONE: &str = "[DONE]";

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
    let message = "Of the OpenAI protocol there are /v1/completions, /v1/chat/completions and /v1/models here.";
    Failure::new(api::ErrorCode::NotFound, message).into()
}

async fn answer(server: &Server, kind: Kind, body: Body) -> Result<Response, Complaint> {
    let object: Map<String, Value> = super::generate::read(server, body).await?;
    let Question {
        asks,
        fills,
        streams,
        form,
    } = Question::of(kind, object)?;
    let is_last = asks.iter().all(|ask| ask.dry_run);
    let says_usage = form.says_usage;
    let mut events = answers(server, asks, fills).await?;
    let mut answer = Answer::new(form);
    if !streams {
        while let Some(happening) = events.next().await {
            if let Happening::Error(error) = happening {
                return Err(error.into());
            }
            answer.push(&happening, is_last);
        }
        return Ok(Json(answer.whole()).into_response());
    }
    // The end of the events is the end of the answer.
    let events = events.map(Some).chain(stream::iter([None]));
    let mut failed = false;
    let chunks = events.flat_map(move |happening| {
        let chunks: Vec<String> = match happening {
            _ if failed => Vec::new(),
            Some(Happening::Error(error)) => {
                failed = true;
                vec![Complaint::from(error).body().to_string(), DONE.to_owned()]
            }
            Some(happening) => {
                let chunks = answer.push(&happening, is_last);
                chunks.iter().map(Value::to_string).collect()
            }
            None => {
                let usage = says_usage.then(|| answer.usage_chunk().to_string());
                usage.into_iter().chain([DONE.to_owned()]).collect()
            }
        };
        stream::iter(chunks)
    });
    let events = chunks.map(|chunk| Ok::<_, Infallible>(Event::default().data(chunk)));
    let alive = KeepAlive::new().interval(super::generate::ALIVE);
    let head = [super::generate::UNBUFFERED];
    Ok((head, Sse::new(events).keep_alive(alive)).into_response())
}

/// What happens while the prompts are answered, one after the other. What is wrong with the first one is said before.
async fn answers(
    server: &Server,
    mut asks: Vec<Ask>,
    fills: bool,
) -> Result<BoxStream<'static, Happening>, Failure> {
    let rest = asks.split_off(asks.len().min(1));
    let mut first = Vec::new();
    for ask in asks {
        first.push(models::write(server, ask, fills).await?);
    }
    let server = server.clone();
    let rest = stream::iter(rest).then(move |ask| {
        let server = server.clone();
        async move {
            match models::write(&server, ask, fills).await {
                Ok(events) => events.left_stream(),
                Err(failure) => stream::iter([Happening::Error(failure.0)]).right_stream(),
            }
        }
    });
    Ok(stream::iter(first).flatten().chain(rest.flatten()).boxed())
}
