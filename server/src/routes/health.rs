//! Is it well? And what to say at addresses where nothing is.
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{Json, extract::State, response::IntoResponse};
use http::StatusCode;
use serde::Serialize;
use std::time::Duration;

/// The answer of `GET /api/health`.
#[derive(Debug, Serialize)]
struct Health {
    /// `ok`, or `degraded` when runs can be neither stored nor opened; local files still can.
    status: &'static str,
    /// `ok`, or what is wrong with the store.
    store: &'static str,
    /// Version of the server.
    version: &'static str,
}

/// Longer than that, and the store counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the store: 200 when it answers, 503 when it does not.
pub async fn health(State(server): State<Server>) -> impl IntoResponse {
    let store = match tokio::time::timeout(PATIENCE, server.store.check()).await {
        Ok(Ok(())) => "ok",
        Ok(Err(error)) => match Failure::from(error).0.code {
            ErrorCode::StorageMisconfigured => "misconfigured",
            ErrorCode::StorageFull => "full",
            _ => "unavailable",
        },
        Err(_) => "unavailable",
    };
    let (status, code) = if store == "ok" {
        ("ok", StatusCode::OK)
    } else {
        ("degraded", StatusCode::SERVICE_UNAVAILABLE)
    };
    (
        code,
        Json(Health {
            status,
            store,
            version: env!("CARGO_PKG_VERSION"),
        }),
    )
}

/// 404 of the API.
pub async fn unknown_address() -> Failure {
    Failure::new(
        ErrorCode::NotFound,
        "There is nothing at this address of the API.",
    )
}

/// 405 of the API.
pub async fn wrong_method() -> Failure {
    Failure::new(
        ErrorCode::MethodNotAllowed,
        "This address of the API does not take this method.",
    )
}
