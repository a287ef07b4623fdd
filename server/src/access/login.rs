//! The login page: a form that works without JavaScript, and the cookie that it sets.
use super::COOKIE;
use crate::failure::escape;
use crate::routes::theme::local_path;
use crate::state::Server;
use axum::{
    Form,
    extract::{Query, State},
    response::{Html, IntoResponse as _, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

/// Seconds that a browser stays logged in: 30 days.
const STAYS: u32 = 30 * 24 * 3600;

/// The form.
#[derive(Debug, Deserialize)]
pub struct Shown {
    /// The secret.
    #[serde(default)]
    token: String,
    /// Path to go to.
    #[serde(default)]
    back: String,
}

/// What the address of the page says.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    back: String,
}

/// `GET /login`.
pub async fn page(Query(wanted): Query<Wanted>) -> Response {
    form(StatusCode::OK, &local_path(&wanted.back), "")
}

/// `POST /login`: sets the cookie, or says that the token is wrong.
pub async fn log_in(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(shown): Form<Shown>,
) -> Response {
    let back = local_path(&shown.back);
    let secret = shown.token.trim();
    let Some(token) = server.access.find(secret) else {
        tracing::warn!("somebody tried to log in with a wrong token");
        return form(
            StatusCode::UNAUTHORIZED,
            &back,
            "This token is not known here.",
        );
    };
    tracing::info!(token = token.name, "somebody logged in");
    let secure = super::secure(&headers);
    // Not `Strict`: a link in a message must lead to the run. Changes are refused to other sites anyway.
    let cookie =
        format!("{COOKIE}={secret}; Path=/; Max-Age={STAYS}; HttpOnly; SameSite=Lax{secure}");
    go(&back, &cookie)
}

/// `POST /logout`: forgets the cookie.
pub async fn log_out() -> Response {
    go(
        "/login",
        &format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
    )
}

/// The login page in the place of another.
pub(super) fn ask(status: StatusCode, wanted: &Uri, message: &str) -> Response {
    let back = wanted.path_and_query().map_or("/", |path| path.as_str());
    form(status, &local_path(back), message)
}

fn go(back: &str, cookie: &str) -> Response {
    let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, back)];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn form(status: StatusCode, back: &str, message: &str) -> Response {
    let message = match message {
        "" => String::new(),
        message => format!("<p role=\"alert\">{}</p>", escape(message)),
    };
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Log in - Surprisal</title><link rel=\"stylesheet\" href=\"/pkg/surprisal.css\"><link rel=\"icon\" href=\"/favicon.svg\"></head>\
         <body><main class=\"login\"><h1>Surprisal</h1>{message}<form method=\"post\" action=\"/login\">\
         <label for=\"token\">Token</label>\
         <input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"current-password\" required autofocus>\
         <input type=\"hidden\" name=\"back\" value=\"{}\"><button class=\"primary\">Log in</button></form>\
         <p>Whoever runs this server has the token.</p></main></body></html>",
        escape(back)
    );
    (status, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}
