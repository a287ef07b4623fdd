//! `GET /api/generations/aggregate`: figures of groups; and the price table that costs are computed from.
use super::list::{Asked, FILTERS};
use crate::routes::parameters;
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{Json, body::Body, extract::State};
use http::Uri;
use serde::Deserialize;
use storage::{Aggregate, AggregateQuery, Group, Prices};

/// Bytes of a price table.
const LARGEST: usize = 64 << 10;

/// The parameters that are no filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Grouped {
    group_by: String,
}

/// `GET /api/generations/aggregate?group_by=model,day`: count, tokens, cost, latency, speed, figures, ratings and scores of each
/// group, with the filters of the list. Without `group_by` there is one group.
pub async fn aggregate(State(server): State<Server>, uri: Uri) -> Result<Json<Aggregate>, Failure> {
    let mut known = vec![(
        "group_by",
        "model, day, tag, user, session, type or dotted names of fields, with commas between them",
    )];
    known.extend_from_slice(FILTERS);
    let asked: Asked = parameters::read(&uri, &known)?;
    let grouped: Grouped = parameters::read(&uri, &known)?;
    let groups = match grouped.group_by.as_str() {
        "" => Vec::new(),
        names => Group::several(names).map_err(Failure::bad_request)?,
    };
    let query = AggregateQuery {
        filter: asked.filter().map_err(Failure::bad_request)?,
        groups,
    };
    Ok(Json(server.store.aggregate(query).await?))
}

/// `GET /api/prices`: what models cost, for records that do not say.
pub async fn prices(State(server): State<Server>) -> Result<Json<Prices>, Failure> {
    Ok(Json(server.store.prices().await?))
}

/// `PUT /api/prices`: replaces the table.
pub async fn set_prices(State(server): State<Server>, body: Body) -> Result<Json<Prices>, Failure> {
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(|_| {
        Failure::new(
            ErrorCode::TooLarge,
            "The table is larger than 64 KiB, or did not arrive whole.",
        )
    })?;
    let prices: Prices = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::bad_request(format!(
            "Send a JSON object with `currency` (such as USD) and `models`, each with `input` and `output`, the prices of a \
             million tokens: {error}."
        ))
    })?;
    server.store.set_prices(&prices).await?;
    Ok(Json(prices))
}
