//! Is it well? And what to say at addresses where nothing is.
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{Json, extract::State, response::IntoResponse};
use http::{StatusCode, header};
use serde::Serialize;
use std::time::Duration;
use storage::{AggregateQuery, Group};

/// The answer of `GET /api/health` and of `GET /api/ready`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `ok`, or `degraded` when runs can be neither stored nor opened; local files still can.
    status: &'static str,
    /// `ok`, or what is wrong with the store.
    store: &'static str,
    /// Version of the server.
    version: &'static str,
}

/// Longer than that, and the store counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says how the server is.
///
/// It is 200 as long as there is a server: a store that is away is no reason to start it again.
#[utoipa::path(get, path = "/health", tag = "server", responses(
    (status = 200, description = "There is a server", body = Health),
))]
pub async fn health(State(server): State<Server>) -> Json<Health> {
    Json(Health::of(&server).await)
}

/// Says whether the store answers.
///
/// Where it does not, requests should go to another server.
#[utoipa::path(get, path = "/ready", tag = "server", responses(
    (status = 200, description = "It does", body = Health),
    (status = 503, description = "It does not", body = Health),
))]
pub async fn ready(State(server): State<Server>) -> impl IntoResponse {
    let health = Health::of(&server).await;
    let code = match health.store {
        "ok" => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, Json(health))
}

/// Gives what is counted, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "server", responses(
    (status = 200, description = "In the format of OpenMetrics", body = String,
        content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
))]
pub async fn metrics(State(server): State<Server>) -> Result<impl IntoResponse, Failure> {
    let query = AggregateQuery {
        groups: Group::several("model").map_err(Failure::bad_request)?,
        ..AggregateQuery::default()
    };
    let by_model = server.store.aggregate(query).await?;
    let text = server.measures.to_text(server.uploads.running(), &by_model);
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, form)], text))
}

impl Health {
    async fn of(server: &Server) -> Self {
        let (status, store) = match store(server).await {
            "ok" => ("ok", "ok"),
            away => ("degraded", away),
        };
        Self {
            status,
            store,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// How the store is, in a word.
async fn store(server: &Server) -> &'static str {
    match tokio::time::timeout(PATIENCE, server.store.check()).await {
        Ok(Ok(())) => "ok",
        Ok(Err(error)) => match Failure::from(error).0.code {
            ErrorCode::StorageMisconfigured => "misconfigured",
            ErrorCode::StorageFull => "full",
            _ => "unavailable",
        },
        Err(_) => "unavailable",
    }
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
