//! Pages that the server writes by itself, without the application: no script, and complete at once.
use crate::failure::escape;
use app::Preferences;
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};

/// A page. `main` is HTML, in which every text from outside is escaped.
pub(crate) fn page(status: StatusCode, asked: &HeaderMap, title: &str, main: &str) -> Response {
    let cookies = asked.get(header::COOKIE);
    let cookies = cookies.and_then(|value| value.to_str().ok());
    let kept = Preferences::from_cookie_header(cookies.unwrap_or_default());
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\" data-theme=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{} – Surprisal</title><link rel=\"stylesheet\" href=\"/pkg/surprisal.css\">\
         <link rel=\"stylesheet\" href=\"/plain.css\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head><body>\
         <header class=\"site-header\"><a class=\"brand\" href=\"/\">Surprisal</a><nav aria-label=\"Pages\"><a href=\"/\">Open</a> \
         <a href=\"/import\">Import</a></nav></header><main class=\"plain\">{main}</main></body></html>",
        kept.theme(),
        escape(title),
    );
    (status, Html(page)).into_response()
}
