//! Static files, and how long whoever gets something may keep it.
use crate::state::Server;
#[cfg(not(feature = "embed"))]
use axum::body::Body;
use axum::{
    Router,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
#[cfg(not(feature = "embed"))]
use http::Method;
use http::{HeaderValue, StatusCode, header};
use leptos::config::LeptosOptions;
use leptos_axum::{site_pkg_dir_service, site_pkg_dir_service_route_path};
#[cfg(not(feature = "embed"))]
use tower_http::services::ServeDir;

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

/// Answers for the files of the site, which lie inside the program or in a folder beside it; everything else is for the routes.
pub async fn of_site(State(server): State<Server>, request: Request, next: Next) -> Response {
    #[cfg(feature = "embed")]
    {
        let _ = server;
        super::embedded::files(request, next).await
    }
    #[cfg(not(feature = "embed"))]
    beside(&server, request, next).await
}

/// Not by leptos' own handler of files: where a page is being made on the same thread, that one takes the headers of the page along,
/// its policy among them, and the browser does not run the scripts of the page then.
#[cfg(not(feature = "embed"))]
async fn beside(server: &Server, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    // The bundle has a route of its own.
    let bundle = format!("/{}/", server.site.site_pkg_dir);
    if is_read && !request.uri().path().starts_with(&bundle) {
        let (parts, body) = request.into_parts();
        let mut folder = ServeDir::new(server.site.site_root.as_ref())
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        let asked = Request::from_parts(parts.clone(), Body::empty());
        match folder.try_call(asked).await {
            Ok(file) if file.status() != StatusCode::NOT_FOUND => file.map(Body::new),
            _ => next.run(Request::from_parts(parts, body)).await,
        }
    } else {
        next.run(request).await
    }
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
