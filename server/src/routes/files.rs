//! Static files, and how long whoever gets something may keep it.
use crate::state::Server;
use axum::{Router, extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, StatusCode, header};
use leptos::config::LeptosOptions;
use leptos_axum::{site_pkg_dir_service, site_pkg_dir_service_route_path};

/// A name with a hash of the content in it never means anything else.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Ask each time whether it has changed.
pub(super) const ASK: HeaderValue = HeaderValue::from_static("no-cache");
/// Ask each time, and keep it out of shared caches: pages differ from person to person by a cookie.
const OWN: HeaderValue = HeaderValue::from_static("private, no-cache");
/// The favicon, the samples.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Answers of the API.
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// The bundle below `/pkg`, compressed copies preferred. Conditional and range requests work here, which
/// they would not through leptos' own file handler.
pub fn bundle(site: &LeptosOptions) -> Router<Server> {
    let hashed = site.hash_files;
    Router::new()
        .route_service(
            &site_pkg_dir_service_route_path(site),
            site_pkg_dir_service(site),
        )
        .layer(axum::middleware::from_fn(
            move |request: Request, next: Next| async move {
                // Snippets of JavaScript keep their names.
                let forever = hashed && !request.uri().path().contains("/snippets/");
                let response = next.run(request).await;
                keep(response, if forever { FOREVER } else { ASK })
            },
        ))
}

/// Answers for the files of the site where they are inside the program; everything else is for the routes.
pub async fn inside(request: Request, next: Next) -> Response {
    #[cfg(feature = "embed")]
    return super::embedded::files(request, next).await;
    #[cfg(not(feature = "embed"))]
    next.run(request).await
}

/// Pages and the files of `public`, which have no hash in their names. What already says how long stays so.
pub async fn cache(request: Request, next: Next) -> Response {
    let script = crate::access::is_script(request.uri().path());
    let response = next.run(request).await;
    let page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"));
    keep(
        response,
        match (page, script) {
            (true, _) => OWN,
            (_, true) => ASK,
            _ => AN_HOUR,
        },
    )
}

/// Answers of the API, unless they say otherwise.
pub async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(NEVER);
    response
}

fn keep(mut response: Response, how: HeaderValue) -> Response {
    let fine = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let how = if fine { how } else { OWN };
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(how);
    response
}
