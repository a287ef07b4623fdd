//! Links to a run, for programs.
use super::body::received;
use super::id::Id;
use crate::access::link;
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use storage::{NewShare, Share, StorageError};
use utoipa::ToSchema;

/// Bytes of a wish.
const LARGEST: usize = 4 << 10;

/// A link that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// What to send to others: whoever has it sees the run. It is said once; the server keeps its hash alone.
    url: String,
    /// What is known of it later, too.
    #[serde(flatten)]
    share: Share,
}

/// Makes a link that shows the page and the file of a run, and nothing else, to whoever has it.
#[utoipa::path(post, path = "/runs/{id}/shares", tag = "runs",
    params(("id" = String, Path, description = "The id of the run")),
    request_body(content = Option<NewShare>, description = "May be left out"),
    responses(
        (status = 201, description = "The link", body = Made),
        (status = 400, description = "The wish is none, its end lies behind, or the run has too many links"),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted"),
        (status = 413, description = "The wish has more than 4 KiB"),
    )
)]
pub async fn make(
    State(server): State<Server>,
    Id(id): Id,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Made>), Failure> {
    let bytes = received(body, LARGEST, "The wish is larger than 4 KiB").await?;
    let wish: Option<NewShare> = if bytes.is_empty() {
        None
    } else {
        serde_json::from_slice(&bytes).map_err(|_| {
            Failure::bad_request(
                "Send a JSON object with `label` (a text) or `expires_at_ms` (milliseconds since 1970), and nothing else.",
            )
        })?
    };
    let (share, token) = server.store.share(&id, wish.unwrap_or_default()).await?;
    let url = link::address(&headers, &token);
    Ok((StatusCode::CREATED, Json(Made { url, share })))
}

/// Lists the links to a run, the last one made first.
#[utoipa::path(get, path = "/runs/{id}/shares", tag = "runs",
    params(("id" = String, Path, description = "The id of the run")),
    responses(
        (status = 200, description = "Those that work, and those that do no more", body = Vec<Share>),
        (status = 404, description = "There is no such run"),
        (status = 410, description = "It was deleted"),
    )
)]
pub async fn list(State(server): State<Server>, Id(id): Id) -> Result<Json<Vec<Share>>, Failure> {
    Ok(Json(server.store.shares(&id).await?))
}

/// Withdraws a link: from then on it answers 410.
#[utoipa::path(delete, path = "/runs/{id}/shares/{share}", tag = "runs",
    params(
        ("id" = String, Path, description = "The id of the run"),
        ("share" = String, Path, description = "The id of the link"),
    ),
    responses(
        (status = 204, description = "It is withdrawn"),
        (status = 404, description = "There is no such run, or it has no such link"),
        (status = 410, description = "The run was deleted"),
    )
)]
pub async fn withdraw(
    State(server): State<Server>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, Failure> {
    let Ok(Path((id, share))) = path else {
        return Err(Failure::bad_request(super::id::NO_TEXT));
    };
    server
        .store
        .withdraw(&id, &share)
        .await
        .map_err(missing(&share))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says which of the two is not there.
pub(super) fn missing(share: &str) -> impl Fn(StorageError) -> Failure {
    move |error| match error {
        StorageError::NotFound(name) if name == share => {
            Failure::new(ErrorCode::NotFound, "The run has no such link.")
        }
        other => other.into(),
    }
}
