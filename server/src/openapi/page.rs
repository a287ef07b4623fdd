//! The description as a page: no script, nothing from elsewhere.
use super::html::{inline, kind, prose};
use crate::failure::escape;
use serde_json::Value;
use std::fmt::Write as _;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What stands on the page.
pub(super) fn main(document: &Value) -> String {
    let mut html = String::from("<h1>API</h1>");
    html += &prose(text(&document["info"]["description"]));
    html += "<p>The same for programs: <a href=\"/api/openapi.json\"><code>/api/openapi.json</code></a> (OpenAPI 3.1).</p>";
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let title = escape(&capital(name));
        let _ = write!(html, "<section id=\"{0}\"><h2>{title}</h2>", escape(name));
        html += &prose(text(&tag["description"]));
        for (path, method, operation) in operations(document) {
            let tags = operation["tags"].as_array();
            if tags.is_some_and(|tags| tags.iter().any(|of| of == name)) {
                push_operation(&mut html, path, method, operation);
            }
        }
        html += "</section>";
    }
    html += "<section id=\"types\"><h2>Types</h2>";
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        push_type(&mut html, name, schema);
    }
    html += "</section>";
    html
}

/// Every path with every method, in the order of the document.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        METHODS
            .iter()
            .filter_map(move |method| Some((path.as_str(), *method, methods.get(*method)?)))
    })
}

fn push_operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        html,
        "<details><summary><b>{}</b> <code>{}</code> {}</summary>",
        method.to_uppercase(),
        escape(path),
        inline(text(&operation["summary"]))
    );
    *html += &prose(text(&operation["description"]));
    let parameters = operation["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|all| !all.is_empty()) {
        *html += "<table><caption>Parameters</caption><tbody>";
        for parameter in parameters {
            let _ = write!(
                html,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(text(&parameter["name"])),
                escape(text(&parameter["in"])),
                kind(&parameter["schema"]),
                inline(text(&parameter["description"])),
            );
        }
        *html += "</tbody></table>";
    }
    if let Some(body) = operation.get("requestBody") {
        let _ = write!(
            html,
            "<p>Body: {} {}</p>",
            contents(body),
            inline(text(&body["description"]))
        );
    }
    *html += "<table><caption>Answers</caption><tbody>";
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            escape(status),
            contents(answer),
            inline(text(&answer["description"])),
        );
    }
    *html += "</tbody></table></details>";
}

/// The media types of a body with what each of them holds.
fn contents(body: &Value) -> String {
    let contents = body["content"].as_object().into_iter().flatten();
    let each = contents.map(|(media, content)| {
        format!(
            "<code>{}</code> {}",
            escape(media),
            kind(&content["schema"])
        )
    });
    each.collect::<Vec<_>>().join("; ")
}

fn push_type(html: &mut String, name: &str, schema: &Value) {
    let name = escape(name);
    let _ = write!(html, "<h3 id=\"type-{name}\">{name}</h3>");
    *html += &prose(text(&schema["description"]));
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut whole = true;
    for part in parts.chain([schema]) {
        let Some(fields) = part["properties"].as_object() else {
            continue;
        };
        whole = false;
        *html += "<table><tbody>";
        for (name, field) in fields {
            let _ = write!(
                html,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
                escape(name),
                kind(field),
                inline(text(&field["description"])),
            );
        }
        *html += "</tbody></table>";
    }
    if whole {
        let _ = write!(html, "<p>{}</p>", kind(schema));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
