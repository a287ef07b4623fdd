//! The pages `/generations` and `/generations/KEY`: what they ask of the store, the HTML for the browser, forms, exports.
//!
//! The HTML is made by `browse`; `app` puts it between the header and the footer of all pages. `GET /fragments/…` gives it alone,
//! for `public/generations.js`.
mod answer;
mod asked;
mod export;
mod judge;

pub(crate) use answer::of;

use crate::{failure::Failure, routes::pages, state::Server};
use axum::{
    Router,
    extract::State,
    response::Html,
    routing::{get, post},
};
use http::Uri;
use leptos_axum::render_app_async_with_context;

/// The pages, and what belongs to them.
pub(crate) fn routes(server: &Server) -> Router<Server> {
    let (context, site) = (pages::context(server), server.site.clone());
    let page = get(render_app_async_with_context(context, move || {
        app::shell(site.clone())
    }));
    Router::new()
        .route("/generations", page.clone())
        .route("/generations/{key}", page)
        .route("/generations/export", get(export::export))
        .route("/generations/{key}/feedback", post(judge::by_form))
        .route("/fragments/generations", get(fragment))
        .route("/fragments/generations/{key}", get(fragment))
        .route(
            "/fragments/generations/{key}/feedback",
            post(judge::by_page),
        )
}

/// `GET /fragments/generations…`: the HTML of the page at the address behind `/fragments`.
async fn fragment(State(server): State<Server>, uri: Uri) -> Result<Html<String>, Failure> {
    let address = uri.path_and_query().map_or("", |path| path.as_str());
    let address = address
        .strip_prefix(api::paths::FRAGMENTS)
        .unwrap_or(address);
    // What is not understood is said in the page: the browser shows it as one.
    Ok(Html(of(&server.store, &server.links, address).await?.html))
}
