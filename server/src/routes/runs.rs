//! Runs: list, show, change, delete.
use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunList, RunSummary};
use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use http::StatusCode;
use storage::{RunChange, RunQuery};

/// Most runs on a page.
const MOST: u32 = 100;

/// Bytes of a change.
const CHANGE: usize = 64 << 10;

/// `GET /api/runs`: one page, newest first unless another order is asked for.
pub async fn list(
    State(server): State<Server>,
    query: Result<Query<RunQuery>, QueryRejection>,
) -> Result<Json<RunList>, Failure> {
    let Ok(Query(mut query)) = query else {
        return Err(Failure::bad_request(
            "`limit` is a number from 1 to 100, `before` the id of a run; `from_ms`, `to_ms`, `perplexity_min` and \
             `perplexity_max` are numbers; `sort` is newest, oldest, name, largest, lowest_perplexity or \
             highest_perplexity.",
        ));
    };
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
