//! `GET /api/generations/{id}`: one record, whole.
use crate::routes::id::Id;
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{Json, extract::State};
use storage::{GenerationDetail, StorageError};

/// Shows one record, whole, with all that was said of it.
#[utoipa::path(get, path = "/generations/{id}", tag = "generations",
    params(("id" = String, Path, description = "The `key` of its source, which only one has, or its `id`, of which the last stored counts")),
    responses(
        (status = 200, description = "The record", body = GenerationDetail),
        (status = 404, description = "There is no such generation"),
        (status = 410, description = "Its run was deleted"),
    )
)]
pub async fn show(
    State(server): State<Server>,
    Id(id): Id,
) -> Result<Json<GenerationDetail>, Failure> {
    let found = server.store.generation(&id).await;
    Ok(Json(found.map_err(|error| missing(error, &id))?))
}

/// The failure of a request that names a generation.
pub(super) fn missing(error: StorageError, id: &str) -> Failure {
    match error {
        StorageError::NotFound(_) => {
            let shown: String = id.chars().filter(|c| !c.is_control()).take(100).collect();
            let message = format!(
                "There is no generation `{shown}`. Of a run that was just stored it may still have to be read."
            );
            Failure::new(ErrorCode::NotFound, message)
        }
        other => other.into(),
    }
}
