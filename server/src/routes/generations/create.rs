//! `POST /api/generations`: one record, or JSON Lines of many. They are stored as a run like any other, so nothing is there
//! twice and nothing is another way of storing.
use crate::routes::parameters;
use crate::{
    failure::Failure,
    state::Server,
    upload::{BodyError, Incoming, Promises, receive},
};
use api::BoardProblem;
use axum::{
    Json,
    extract::{Request, State},
};
use futures::TryStreamExt as _;
use http::{StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// Names of formats that are no records of generations in the shape of the API, but become some.
const OWN: &str = "generation";

/// What was stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct Created {
    /// The run that holds the records.
    run: String,
    /// How many there are.
    generations: u64,
    /// The key of the first one: `RUN-0`. The others follow with 1, 2, ….
    first: String,
    /// What was noticed while they were read: lines that are no records, values that could not be read, records without values
    /// of tokens.
    problems: Vec<BoardProblem>,
}

/// Stores one record, or JSON Lines of many, as a run like any other.
///
/// It takes what `GET` gives, and everything else that the importer reads; answers when the records can be asked for.
#[utoipa::path(post, path = "/generations", tag = "generations",
    params(
        ("Content-Digest" = Option<String>, Header, description = "`sha-256=:BASE64:`, compared with the bytes"),
        ("Idempotency-Key" = Option<String>, Header, description = "Of all requests with the same key one stores, the others get its run"),
    ),
    request_body(description = "Records, or requests with responses", content(
        (generations::Generation = "application/json"),
        (String = "application/x-ndjson"),
    )),
    responses(
        (status = 200, description = "They were stored before under this key", body = Created),
        (status = 201, description = "They are stored", body = Created),
        (status = 400, description = "No record was found, or it did not arrive as it was sent"),
        (status = 408, description = "The upload stood still for too long, or was too slow"),
        (status = 413, description = "There is more than the server takes"),
        (status = 507, description = "The store is full"),
    )
)]
pub async fn create(
    State(server): State<Server>,
    request: Request,
) -> Result<(StatusCode, Json<Created>), Failure> {
    parameters::read::<()>(request.uri(), &[])?;
    let headers = request.headers();
    let promises = Promises::of(headers, server.access.user(headers))?;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let bytes = request
        .into_body()
        .into_data_stream()
        .map_err(|_| BodyError::CutOff);
    let stored = receive(
        &server,
        Incoming {
            name: "generations.jsonl".to_owned(),
            announced,
            promises,
            bytes,
        },
    )
    .await?;
    let run = stored.run;
    let count = server.store.index_run(&run.id).await?;
    if count == 0 {
        let store = &server.store;
        if stored.new {
            store.delete(&run.id).await?;
        }
        let first = run.problems.first();
        let why = first.map_or_else(String::new, |problem| format!(" {}", problem.sentence));
        return Err(Failure::bad_request(format!(
            "No record was found. A {OWN} has at least `model` with `id`, and `output` with `content`.{why}"
        )));
    }
    let status = if stored.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let created = Created {
        first: format!("{}-0", run.id),
        run: run.id,
        generations: count,
        problems: run.problems,
    };
    Ok((status, Json(created)))
}
