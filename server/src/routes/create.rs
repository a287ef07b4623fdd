//! Storing a file: the raw body of a program, or a form.
use super::parameters::{self, Parameter, text};
use crate::{
    failure::Failure,
    state::Server,
    upload::{BodyError, Incoming, Promises, Stored, clean_name, receive},
};
use api::RunSummary;
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use futures::TryStreamExt as _;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

/// Query of `POST /api/runs`.
#[derive(Debug, Default, Deserialize)]
pub struct Target {
    /// Name of the file.
    #[serde(default)]
    name: String,
}

/// Its parameters, and what each of them is.
const TARGET: &[Parameter] = &[("name", text("the name of the file, percent-encoded"))];

/// A form with a file.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "the form is read as a stream; this only describes it"
)]
struct Form {
    /// The file, with its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Around the file in a form: boundaries and headers.
const FORM_MARGIN: u64 = 64 << 10;

/// Stores a file.
///
/// The body is the file, or a form with one file field. A person's browser (it accepts HTML) is sent on to the page of the run,
/// and told of errors on a page; a program gets the summary.
#[utoipa::path(post, path = "/runs", tag = "runs",
    params(
        ("name" = Option<String>, Query, description = "Name of the file, where the body is not a form"),
        ("Content-Digest" = Option<String>, Header, description = "`sha-256=:BASE64:`, compared with the bytes"),
        ("Idempotency-Key" = Option<String>, Header, description = "Of all requests with the same key one stores, the others get its run"),
    ),
    request_body(description = "Any completions file", content(
        (Vec<u8> = "application/octet-stream"),
        (Form = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "It was stored before under this key", body = RunSummary),
        (status = 201, description = "It is stored", body = RunSummary),
        (status = 303, description = "It is stored: to its page"),
        (status = 400, description = "The file is empty, did not arrive whole or as it was sent"),
        (status = 408, description = "The upload stood still for too long, or was too slow"),
        (status = 413, description = "The file is larger than the server takes"),
        (status = 507, description = "The store is full"),
    )
)]
pub async fn create(State(server): State<Server>, request: Request) -> Response {
    let page = accepts_page(request.headers());
    match store(&server, request).await {
        Ok(Stored { run, .. }) if page => (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, api::page_url(&run.id))],
        )
            .into_response(),
        Ok(Stored { run, new }) => (
            if new {
                StatusCode::CREATED
            } else {
                StatusCode::OK
            },
            [(header::LOCATION, api::run_url(&run.id))],
            Json(run),
        )
            .into_response(),
        Err(failure) if page => failure.into_page(),
        Err(failure) => failure.into_response(),
    }
}

async fn store(server: &Server, request: Request) -> Result<Stored, Failure> {
    let headers = request.headers();
    if header_text(headers, header::CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity"))
    {
        return Err(Failure::bad_request(
            "Send the file as it is, without a Content-Encoding.",
        ));
    }
    let announced =
        header_text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let boundary = header_text(headers, header::CONTENT_TYPE)
        .and_then(|kind| multer::parse_boundary(kind).ok());
    let target: Target = parameters::read(request.uri(), TARGET)?;
    let mut promises = Promises::of(headers, server.access.user(headers))?;
    let Some(boundary) = boundary else {
        let bytes = request
            .into_body()
            .into_data_stream()
            .map_err(|_| BodyError::CutOff);
        return receive(
            server,
            Incoming {
                name: clean_name(&target.name),
                announced,
                promises,
                bytes,
            },
        )
        .await;
    };
    // A digest is that of the whole form, which nobody keeps.
    promises.sha256 = None;
    let limit = server.limits.max_upload_bytes;
    if announced.is_some_and(|length| length > limit.saturating_add(FORM_MARGIN)) {
        return Err(BodyError::TooLarge { limit }.into());
    }
    let form = multer::Multipart::new(request.into_body().into_data_stream(), boundary);
    let find = tokio::time::timeout(server.limits.upload_idle, file_field(form));
    let field = find
        .await
        .map_err(|_| BodyError::Idle(server.limits.upload_idle))??;
    let name = clean_name(field.file_name().unwrap_or_default());
    let bytes = field.map_err(|error| form_error(&error));
    receive(
        server,
        Incoming {
            name,
            announced: None,
            promises,
            bytes,
        },
    )
    .await
}

/// The first field that has a file.
async fn file_field(
    mut form: multer::Multipart<'static>,
) -> Result<multer::Field<'static>, BodyError> {
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| form_error(&error))?
    {
        match field.file_name() {
            Some("") => break,
            Some(_) => return Ok(field),
            None => {}
        }
    }
    Err(BodyError::Form(
        "No file was chosen. Go back, choose one and try again.",
    ))
}

fn form_error(error: &multer::Error) -> BodyError {
    match error {
        multer::Error::StreamReadFailed(_)
        | multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => BodyError::CutOff,
        _ => BodyError::Form("The form is not well formed."),
    }
}

fn accepts_page(headers: &HeaderMap) -> bool {
    header_text(headers, header::ACCEPT).is_some_and(|kinds| kinds.contains("text/html"))
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
