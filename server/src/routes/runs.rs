//! Runs: list, show, change, delete.
use super::parameters::{self, Parameter};
use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunList, RunSummary};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
};
use http::{StatusCode, Uri};
use storage::{RunChange, RunQuery};

/// Most runs on a page.
const MOST: u32 = 100;

/// Bytes of a change.
const CHANGE: usize = 64 << 10;

const TIME: &str = "a time in milliseconds since 1970";
const PERPLEXITY: &str = "a number such as 1.5";

/// Parameters of `GET /api/runs`, and what each of them is.
const LIST: &[Parameter] = &[
    ("before", "the `next` of the page before"),
    ("limit", "a number from 1 to 100"),
    ("name", "a part of the name"),
    ("model", "the name of a model"),
    ("tag", "a tag"),
    ("format", "the name of a format"),
    ("from_ms", TIME),
    ("to_ms", TIME),
    ("perplexity_min", PERPLEXITY),
    ("perplexity_max", PERPLEXITY),
    (
        "sort",
        "newest, oldest, name, largest, lowest_perplexity or highest_perplexity",
    ),
];

/// `GET /api/runs`: one page, newest first unless another order is asked for.
pub async fn list(State(server): State<Server>, uri: Uri) -> Result<Json<RunList>, Failure> {
    let mut query: RunQuery = parameters::read(&uri, LIST)?;
    query.limit = query.limit.min(MOST);
    Ok(Json(server.store.find(&query).await?))
}

/// `GET /api/runs/{id}`; `latest` is the last one stored.
pub async fn show(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<Json<RunSummary>, Failure> {
    Ok(Json(server.store.run(&id).await?))
}

/// `PATCH /api/runs/{id}`: changes `name`, `tags` (all of them) or `note`; gives the run as it is then.
pub async fn change(
    State(server): State<Server>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<RunSummary>, Failure> {
    if id == "latest" {
        return Err(Failure::bad_request("Say which run to change, by its id."));
    }
    let Ok(bytes) = axum::body::to_bytes(body, CHANGE).await else {
        return Err(Failure::new(
            ErrorCode::TooLarge,
            "The change is larger than 64 KiB, or did not arrive whole.",
        ));
    };
    let change: RunChange = serde_json::from_slice(&bytes).map_err(|_| {
        Failure::bad_request(
            "Send a JSON object with `name` (a text), `tags` (a list of texts) or `note` (a text), and nothing else.",
        )
    })?;
    Ok(Json(server.store.change(&id, change).await?))
}

/// `DELETE /api/runs/{id}`. Not `latest`: which run that is may have changed since the person looked.
pub async fn delete(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
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
