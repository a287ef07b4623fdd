//! `POST /api/generations/export`: what a filter finds as lines of JSON, CSV or Parquet, as a stream.
use crate::{failure::Failure, state::Server};
use api::ErrorCode;
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use futures::stream::{self, BoxStream, StreamExt as _};
use generations::Generation;
use generations::table::{Format, Writer, column::Column};
use http::header;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io;
use storage::{Filter, StorageError};
use utoipa::ToSchema;

/// Bytes of a question.
const LARGEST: usize = 256 << 10;
/// Columns of a table.
const FIELDS: usize = 500;

/// What is asked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Export)]
struct Asked {
    /// What they are written as.
    format: Format,
    /// By dotted names: a value, or an object with `gte`, `lte` or `in`.
    filters: Map<String, Value>,
    /// Dotted names; all, or the usual columns, unless given.
    fields: Option<Vec<String>>,
}

/// Exports what a filter finds, as a stream.
///
/// Nothing is changed by it, so a token that only reads may.
#[utoipa::path(post, path = "/generations/export", tag = "generations",
    request_body = Asked,
    responses(
        (status = 200, description = "The table; it breaks off where an error ends it", content(
            (String = "application/x-ndjson"),
            (String = "text/csv; charset=utf-8"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 400, description = "The question is none, or names a field that is none"),
        (status = 413, description = "The question has more than 256 KiB"),
    )
)]
pub async fn export(State(server): State<Server>, body: Body) -> Result<Response, Failure> {
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(|_| {
        Failure::new(
            ErrorCode::TooLarge,
            "The question is larger than 256 KiB, or did not arrive whole.",
        )
    })?;
    let asked: Asked = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::bad_request(format!(
            "Send a JSON object with `format` (jsonl, csv or parquet), `filters` (an object) or `fields` (a list of dotted names), \
             and nothing else: {error}."
        ))
    })?;
    let filter = Filter::parse(&asked.filters).map_err(Failure::bad_request)?;
    let columns = asked.fields.map(columns).transpose()?;
    let whole = columns
        .as_ref()
        .is_none_or(|columns| columns.iter().any(Column::needs_contents));
    let writer = Writer::new(asked.format, columns).map_err(|error| Failure::internal(&error))?;
    let records = server.store.export(filter, whole).await?;
    let (kind, ending) = asked.format.kind();
    let name = format!("attachment; filename=\"generations.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(written(writer, records))).into_response())
}

pub(super) fn columns(names: Vec<String>) -> Result<Vec<Column>, Failure> {
    if names.is_empty() || names.len() > FIELDS {
        let message = format!("`fields` has from 1 to {FIELDS} names.");
        return Err(Failure::bad_request(message));
    }
    for (nth, name) in names.iter().enumerate() {
        storage::check_field(name).map_err(Failure::bad_request)?;
        if names[..nth].contains(name) {
            let message = format!("`{name}` is there twice; once is enough.");
            return Err(Failure::bad_request(message));
        }
    }
    Ok(names.iter().map(|name| Column::new(name)).collect())
}

type Batches = BoxStream<'static, Result<Vec<Generation>, StorageError>>;

/// The bytes of a table. An error in the middle breaks the connection, so that half a table never looks whole.
pub(super) fn written(
    writer: Writer,
    records: Batches,
) -> impl futures::Stream<Item = io::Result<Vec<u8>>> + Send {
    stream::try_unfold(Some((writer, records)), |state| async move {
        let Some((mut writer, mut records)) = state else {
            return Ok(None);
        };
        match records.next().await {
            None => Ok(Some((writer.finish()?, None))),
            Some(batch) => {
                let batch = batch.map_err(|error| {
                    tracing::error!(%error, "an export ended early");
                    io::Error::other(error)
                })?;
                // Writing is computing: not where requests wait.
                let step = tokio::task::spawn_blocking(move || {
                    for record in &batch {
                        writer.push(record)?;
                    }
                    Ok::<_, io::Error>((writer.take(), writer))
                });
                let (bytes, writer) = step.await.map_err(io::Error::other)??;
                Ok(Some((bytes, Some((writer, records)))))
            }
        }
    })
}
