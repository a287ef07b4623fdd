//! What the pages of `app` get from the server, and the way to the last run.
use crate::{backend::StoreBackend, failure::Failure, security, state::Server};
use api::{Backend, ErrorCode};
use app::{HasModels, MadeOnServer, Preferences, STYLE_PATH, StyleGuide};
use axum::{
    Router,
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use http::{HeaderValue, Uri, header, request::Parts};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use std::sync::Arc;

/// Runs before a page is rendered: provides the store and what the person chose, and sets the content security policy with
/// the nonce that the page's inline scripts carry.
pub fn context(server: &Server) -> impl Fn() + Clone + Send + Sync + 'static {
    let store = Arc::new(StoreBackend::new(server));
    let backend: Arc<dyn Backend> = store.clone();
    let has_models = !server.models.is_empty();
    move || {
        if has_models {
            provide_context(HasModels);
        }
        provide_context(backend.clone());
        let parts = use_context::<Parts>();
        if let Some(address) = parts.as_ref().and_then(|parts| made_here(&parts.uri)) {
            provide_context(MadeOnServer {
                fragments: store.clone(),
                address,
            });
        }
        if parts
            .as_ref()
            .is_some_and(|parts| parts.uri.path() == STYLE_PATH)
        {
            provide_context(StyleGuide);
        }
        let cookies = parts
            .as_ref()
            .and_then(|parts| parts.headers.get(header::COOKIE)?.to_str().ok());
        provide_context(Preferences::from_cookie_header(cookies.unwrap_or_default()));
        // For a static file there is neither; it gets the policy without a nonce.
        if let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce())
            && let Ok(policy) = HeaderValue::from_str(&security::content_policy(Some(&nonce)))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The address of a page that is made here, not by `app`.
fn made_here(uri: &Uri) -> Option<String> {
    let below = uri.path().strip_prefix(browse::PAGE)?;
    let is = below.is_empty() || below.starts_with('/');
    is.then(|| uri.path_and_query().map(ToString::to_string))?
}

/// `GET /style`: every component in every state.
pub(crate) fn style(server: &Server) -> Router<Server> {
    let (context, site) = (context(server), server.site.clone());
    let page = render_app_async_with_context(context, move || app::shell(site.clone()));
    Router::new().route(STYLE_PATH, get(page))
}

/// `GET /runs/latest`: to the last run, with the view of the address; to the list when nothing is stored yet.
pub async fn latest(State(server): State<Server>, RawQuery(query): RawQuery) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    match server.store.run("latest").await {
        Ok(run) => {
            Redirect::temporary(&format!("{}{query}", api::page_url(&run.id))).into_response()
        }
        Err(error) => match Failure::from(error) {
            failure if matches!(failure.0.code, ErrorCode::NotFound | ErrorCode::Gone) => {
                Redirect::temporary("/import").into_response()
            }
            failure => failure.into_page(),
        },
    }
}
