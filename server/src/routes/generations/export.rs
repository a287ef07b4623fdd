//! `POST /api/generations/export`: what a filter finds as lines of JSON, CSV or Parquet, as a stream.
use crate::routes::body::received;
use crate::{failure::Failure, state::Server};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use futures::stream::{self, BoxStream, StreamExt as _};
use generations::Generation;
use generations::table::{Format, Writer, column::Column};
use http::{HeaderName, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::io;
use storage::{Filter, StorageError};
use utoipa::ToSchema;

/// Bytes of a question.
const LARGEST: usize = 256 << 10;
/// Columns of a table.
const FIELDS: usize = 500;
/// What states the filter in a header, and among the key-value metadata of Parquet.
const FILTER: HeaderName = HeaderName::from_static("x-surprisal-filter");
const STATED: &str = "surprisal.filter";
/// Bytes of a filter in a header: many clients take no longer ones. What is longer is cut, and ends with three dots.
const SHOWN: usize = 4_000;

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
/// The header `X-Surprisal-Filter` states `filters` as they were asked for, and so does `surprisal.filter` in the key-value
/// metadata of Parquet.
///
/// Nothing is changed by it, so a token that only reads may.
#[utoipa::path(post, path = "/generations/export", tag = "generations",
    request_body = Asked,
    responses(
        (status = 200, description = "The table; it breaks off where an error ends it", headers(
            ("x-surprisal-filter" = String, description = "`filters` as they were asked for, as JSON in ASCII; cut after 4,000 bytes"),
        ), content(
            (String = "application/x-ndjson"),
            (String = "text/csv; charset=utf-8"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
        (status = 400, description = "The question is none, or names a field that is none"),
        (status = 413, description = "The question has more than 256 KiB"),
    )
)]
pub async fn export(State(server): State<Server>, body: Body) -> Result<Response, Failure> {
    let bytes = received(body, LARGEST, "The question is larger than 256 KiB").await?;
    let asked: Asked = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::bad_request(format!(
            "Send a JSON object with `format` (jsonl, csv or parquet), `filters` (an object) or `fields` (a list of dotted names), \
             and nothing else: {error}."
        ))
    })?;
    let table = Table {
        filter: Filter::parse(&asked.filters).map_err(Failure::bad_request)?,
        stated: ascii(&Value::Object(asked.filters).to_string()),
        columns: asked.fields.map(columns).transpose()?,
        format: asked.format,
        name: "generations".to_owned(),
    };
    table.answer(&server).await
}

/// A table on its way out.
pub(super) struct Table {
    /// Which records.
    pub(super) filter: Filter,
    /// The filter as it was asked for, in visible ASCII; it goes along with the table.
    pub(super) stated: String,
    /// All of a record, or the usual columns, unless given.
    pub(super) columns: Option<Vec<Column>>,
    pub(super) format: Format,
    /// Of the file, without its ending.
    pub(super) name: String,
}

impl Table {
    /// The answer: a file for download that states what was filtered by, in a header and, as Parquet, inside as well.
    pub(super) async fn answer(self, server: &Server) -> Result<Response, Failure> {
        let mut columns = self.columns.iter().flatten();
        let whole = self.columns.is_none() || columns.any(Column::needs_contents);
        let writer = Writer::new(self.format, self.columns)
            .map_err(|error| Failure::internal(&error))?
            .stating(STATED, &self.stated);
        let records = server.store.export(self.filter, whole).await?;
        let (kind, ending) = self.format.kind();
        let name = format!("attachment; filename=\"{}.{ending}\"", self.name);
        let mut shown = self.stated;
        if shown.len() > SHOWN {
            shown.truncate(SHOWN);
            shown += "...";
        }
        let headers = [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (FILTER, shown),
        ];
        Ok((headers, Body::from_stream(written(writer, records))).into_response())
    }
}

/// JSON in visible ASCII, which a header can hold: the same JSON.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for sign in json.chars() {
        if sign.is_ascii() && !sign.is_ascii_control() {
            text.push(sign);
            continue;
        }
        for unit in sign.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
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
fn written(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_in_ascii_is_the_same_json() {
        for (json, expected) in [
            ("{}", "{}"),
            (r#"{"a":"b c"}"#, r#"{"a":"b c"}"#),
            ("\"\u{e9}\u{1f600}\u{7f}\"", r#""\u00e9\ud83d\ude00\u007f""#),
        ] {
            assert_eq!(ascii(json), expected);
            let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(&ascii(json)), read(json));
        }
    }
}
