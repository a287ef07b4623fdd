//! `GET /api/generations/aggregate`: figures of groups; and the price table that costs are computed from.
use super::list::{Asked, FILTERS};
use crate::routes::body::received;
use crate::routes::parameters::{self, Parameter, text};
use crate::{failure::Failure, state::Server};
use axum::{Json, body::Body, extract::State};
use http::Uri;
use serde::Deserialize;
use storage::{Aggregate, AggregateQuery, Group, Prices};
use utoipa::{IntoParams, openapi::path};

/// Bytes of a price table.
const LARGEST: usize = 64 << 10;

/// The parameters that are no filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Grouped {
    group_by: String,
}

/// What groups are made by.
const GROUPS: Parameter = (
    "group_by",
    text(
        "model, day, tag, user, session, type or dotted names of fields, with commas between them",
    ),
);

struct Aggregated;

impl IntoParams for Aggregated {
    fn into_params(_: impl Fn() -> Option<path::ParameterIn>) -> Vec<path::Parameter> {
        parameters::documented(&[&[GROUPS], FILTERS].concat())
    }
}

/// Gives figures of groups: count, tokens, cost, latency, speed, perplexity, ratings and scores.
///
/// Without `group_by` there is one group. Costs are those of the records, else computed from the prices.
#[utoipa::path(get, path = "/generations/aggregate", tag = "generations", params(Aggregated), responses(
    (status = 200, description = "The groups", body = Aggregate),
    (status = 400, description = "A parameter is none, its value cannot be read, or there are too many groups"),
))]
pub async fn aggregate(State(server): State<Server>, uri: Uri) -> Result<Json<Aggregate>, Failure> {
    let known = [&[GROUPS], FILTERS].concat();
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

/// Shows what models cost, for records that do not say.
#[utoipa::path(get, path = "/prices", tag = "generations", responses(
    (status = 200, description = "The table", body = Prices),
))]
pub async fn prices(State(server): State<Server>) -> Result<Json<Prices>, Failure> {
    Ok(Json(server.store.prices().await?))
}

/// Replaces the table of prices.
#[utoipa::path(put, path = "/prices", tag = "generations", request_body = Prices, responses(
    (status = 200, description = "The table as it is then", body = Prices),
    (status = 400, description = "It is no table of prices"),
    (status = 413, description = "It has more than 64 KiB"),
))]
pub async fn set_prices(State(server): State<Server>, body: Body) -> Result<Json<Prices>, Failure> {
    let bytes = received(body, LARGEST, "The table is larger than 64 KiB").await?;
    let prices: Prices = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::bad_request(format!(
            "Send a JSON object with `currency` (such as USD) and `models`, each with `input` and `output`, the prices of a \
             million tokens: {error}."
        ))
    })?;
    server.store.set_prices(&prices).await?;
    Ok(Json(prices))
}
