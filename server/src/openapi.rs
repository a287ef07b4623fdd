//! The description of the API, made from its routes: OpenAPI 3.1 for programs, a page for people.
//!
//! A route is described where its handler is (`#[utoipa::path]`), parameters of an address by the table that reads them
//! (`routes/parameters.rs`). What all routes have in common is added here.
mod html;
mod page;

use crate::{plain, router};
use axum::{Json, response::Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::{
    OpenApi as _,
    openapi::{Info, OpenApi, Tag, tag::TagBuilder},
};

/// What is said first.
const ABOUT: &str = "\
Surprisal keeps completions with their log-probabilities, and the generations in them.

Where the server has tokens, send one as `Authorization: Bearer TOKEN`. Changes need one that may write. Requests of another \
site in the name of somebody who visits it are refused.

One token, or one address without a token, may send a limited number of requests a second (`surprisal serve --help` has all \
limits): past it the answer is 429, and `Retry-After` has the seconds to wait.

Errors are JSON with a `code` for programs and a `message` for people. Every answer has an `X-Request-Id`, which the lines of \
the server's log have, too. Unknown parameters are errors, so that a misspelt filter never looks like an answer.";

/// Made once: the routes stay what they are.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| completed(&router::description()));
static PAGE: LazyLock<String> = LazyLock::new(|| page::main(&DOCUMENT));

/// Types that no route names, but what is added here.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(api::ApiError)))]
struct Common;

/// A description without routes.
pub fn about() -> OpenApi {
    let tag = |name: &str, about: &str| -> Tag {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    };
    let mut about = Common::openapi();
    about.info = Info::new("Surprisal", env!("CARGO_PKG_VERSION"));
    about.info.description = Some(ABOUT.to_owned());
    about.servers = None;
    about.tags = Some(vec![
        tag(
            "runs",
            "A run is a stored file: its bytes, its figures, and what people say about it.",
        ),
        tag(
            "generations",
            "Every completion of a stored run is a record: request, answer, usage, figures.",
        ),
        tag(
            "models",
            "What the server was given with `--model` and `--model-server` writes and judges texts.",
        ),
        tag("server", "How the server is, and what it can do."),
    ]);
    about
}

/// Shows this description.
#[utoipa::path(get, path = "/openapi.json", tag = "server", responses(
    (status = 200, description = "OpenAPI 3.1", body = Value),
))]
pub async fn document() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// `GET /api`: the same for people.
pub async fn page(asked: HeaderMap) -> Response {
    plain::page(StatusCode::OK, &asked, "API", &PAGE)
}

/// Adds what all routes have in common: who gets in, how errors look, and that the server or its store may fail.
fn completed(routes: &OpenApi) -> Value {
    // Types of this kind always can be written so.
    let mut document = serde_json::to_value(routes).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer", "description": "One of the secrets in SURPRISAL_TOKEN"},
        "login": {"type": "apiKey", "in": "cookie", "name": crate::access::COOKIE, "description": "What the page /login sets"},
    });
    // A server without tokens lets everybody in.
    document["security"] = json!([{}, {"token": []}, {"login": []}]);
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            let named = path.contains('{');
            let free = crate::access::FREE.contains(&path.as_str());
            if let Some(answers) = operation["responses"].as_object_mut() {
                let protocol = path.starts_with("/v1/");
                complete_answers(answers, named, method == "get", free, protocol);
            }
            if free {
                operation["security"] = json!([{}]);
            }
        }
    }
    bytes_as_such(&mut document);
    plain_links(&mut document);
    document
}

fn complete_answers(
    answers: &mut Map<String, Value>,
    named: bool,
    reads: bool,
    free: bool,
    protocol: bool,
) {
    let mut add = |status: &str, why: &str| {
        answers
            .entry(status)
            .or_insert_with(|| json!({"description": why}));
    };
    if named {
        add("400", "The address is not percent-encoded UTF-8");
    }
    if !free {
        add("401", "A token is needed");
    }
    if !reads {
        add("403", "The token may only read, or another site asked");
    }
    if !free {
        add(
            "429",
            "Too many requests; `Retry-After` says when to come back",
        );
    }
    add("500", "A fault of the server, or stored data is damaged");
    add(
        "503",
        "The server has too much to do, or its store does not answer; `Retry-After` says when to come back",
    );
    for (status, answer) in answers {
        if status.starts_with(['4', '5']) && answer.get("content").is_none() {
            // The protocol of OpenAI has a form of its own; who is not let in is told in ours.
            let schema = match protocol {
                true => json!({"type": "object"}),
                false => json!({"$ref": "#/components/schemas/ApiError"}),
            };
            answer["content"] = json!({"application/json": {"schema": schema}});
        }
    }
}

/// Bytes are no list of numbers.
fn bytes_as_such(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let bytes = name == "application/octet-stream" || name.ends_with(".parquet");
                if bytes && value["schema"]["type"] == "array" {
                    value["schema"] = json!({"type": "string", "format": "binary"});
                } else {
                    bytes_as_such(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(bytes_as_such),
        _ => {}
    }
}

/// Comments of the code link to other items of it, which mean nothing here: the names alone stay.
fn plain_links(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "description" => {
                        *text = text
                            .replace("[`", "`")
                            .replace("`]", "`")
                            .replace("`Self::", "`");
                    }
                    other => plain_links(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(plain_links),
        _ => {}
    }
}
