//! Runs: list, show, change, delete.
use super::body::received;
use super::id::Id;
use super::parameters::{self, LIMIT, NUMBER, Parameter, What, text, whole, words};
use super::reader::Reader;
use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunList, RunSummary};
use axum::{Json, body::Body, extract::State, response::Response};
use http::{StatusCode, Uri};
use storage::{RunChange, RunQuery};
use utoipa::{IntoParams, openapi::path};

/// Bytes of a change.
const CHANGE: usize = 64 << 10;

const TIME: What = whole("a time in milliseconds since 1970");

/// Parameters of `GET /api/runs`, and what each of them is.
const LIST: &[Parameter] = &[
    ("before", text("the `next` of the page before")),
    ("limit", LIMIT),
    ("name", text("a part of the name")),
    ("model", text("the name of a model")),
    ("tag", text("a tag")),
    ("format", text("the name of a format")),
    ("from_ms", TIME),
    ("to_ms", TIME),
    ("perplexity_min", NUMBER),
    ("perplexity_max", NUMBER),
    (
        "sort",
        words(
            "newest, oldest, name, largest, lowest_perplexity or highest_perplexity",
            &[
                "newest",
                "oldest",
                "name",
                "largest",
                "lowest_perplexity",
                "highest_perplexity",
            ],
        ),
    ),
];

struct Listed;

impl IntoParams for Listed {
    fn into_params(_: impl Fn() -> Option<path::ParameterIn>) -> Vec<path::Parameter> {
        parameters::documented(LIST)
    }
}

/// Lists runs, page by page.
///
/// The last one stored comes first, unless another order is asked for. Cards and problems are left out.
#[utoipa::path(get, path = "/runs", tag = "runs", params(Listed), responses(
    (status = 200, description = "One page", body = RunList),
    (status = 400, description = "A parameter is none, or its value cannot be read"),
))]
pub async fn list(
    State(server): State<Server>,
    reader: Reader,
    uri: Uri,
) -> Result<Response, Failure> {
    let query: RunQuery = parameters::read(&uri, LIST)?;
    Ok(reader.answer(&server.store.find(&query).await?))
}

/// Shows a run: its boards, the import report and its first cards.
#[utoipa::path(get, path = "/runs/{id}", tag = "runs",
    params(("id" = String, Path, description = "Its id; `latest` is the last one stored")),
    responses(
        (status = 200, description = "The run", body = RunSummary),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted"),
    )
)]
pub async fn show(
    State(server): State<Server>,
    reader: Reader,
    Id(id): Id,
) -> Result<Response, Failure> {
    Ok(reader.answer(&server.store.run(&id).await?))
}

/// Changes name, tags (all of them) or note.
#[utoipa::path(patch, path = "/runs/{id}", tag = "runs",
    params(("id" = String, Path, description = "Its id")),
    request_body = RunChange,
    responses(
        (status = 200, description = "The run as it is then", body = RunSummary),
        (status = 400, description = "The change is none, or says nothing"),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted"),
        (status = 413, description = "The change has more than 64 KiB"),
    )
)]
pub async fn change(
    State(server): State<Server>,
    Id(id): Id,
    body: Body,
) -> Result<Json<RunSummary>, Failure> {
    if id == "latest" {
        return Err(Failure::bad_request("Say which run to change, by its id."));
    }
    let bytes = received(body, CHANGE, "The change is larger than 64 KiB").await?;
    let change: RunChange = serde_json::from_slice(&bytes).map_err(|_| {
        Failure::bad_request(
            "Send a JSON object with `name` (a text), `tags` (a list of texts) or `note` (a text), and nothing else.",
        )
    })?;
    Ok(Json(server.store.change(&id, change).await?))
}

/// Deletes a run.
///
/// Not `latest`: which run that is may have changed since somebody looked. The bytes stay until they are collected.
#[utoipa::path(delete, path = "/runs/{id}", tag = "runs",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 204, description = "It is deleted"),
        (status = 400, description = "`latest` is no id"),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted before"),
    )
)]
pub async fn delete(State(server): State<Server>, Id(id): Id) -> Result<StatusCode, Failure> {
    if id == "latest" {
        return Err(Failure::new(
            ErrorCode::BadRequest,
            "Say which run to delete, by its id.",
        ));
    }
    server.store.delete(&id).await?;
    tracing::info!(run = id, "deleted");
    Ok(StatusCode::NO_CONTENT)
}
