//! Runs: list, show, delete.
use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunList, RunListQuery, RunSummary};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use http::StatusCode;

/// Most runs on a page.
const MOST: u32 = 100;

/// `GET /api/runs`: one page, newest first.
pub async fn list(
    State(server): State<Server>,
    query: Result<Query<RunListQuery>, QueryRejection>,
) -> Result<Json<RunList>, Failure> {
    let Ok(Query(mut query)) = query else {
        return Err(Failure::bad_request(
            "`limit` is a number from 1 to 100, `before` the id of a run.",
        ));
    };
    query.limit = query.limit.min(MOST);
    Ok(Json(server.store.list(&query).await?))
}

/// `GET /api/runs/{id}`; `latest` is the last one stored.
pub async fn show(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Result<Json<RunSummary>, Failure> {
    Ok(Json(server.store.run(&id).await?))
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
