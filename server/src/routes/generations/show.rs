//! `GET /api/generations/{id}`: one record, whole.
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    Json,
    extract::{Path, State},
};
use storage::{GenerationDetail, StorageError};

/// `GET /api/generations/{id}`: by the `key` of its source, which only one has, or by its `id`, of which the last stored counts.
pub async fn show(
    State(server): State<Server>,
    Path(id): Path<String>,
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
