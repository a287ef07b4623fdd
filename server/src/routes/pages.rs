//! What the pages of `app` get from the server, and the way to the last run.
use crate::{backend::StoreBackend, failure::Failure, security, state::Server};
use api::{Backend, ErrorCode};
use app::ThemeChoice;
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderValue, header, request::Parts};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// Runs before a page is rendered: provides the store and the theme, and sets the content security policy with
/// the nonce that the page's inline scripts carry.
pub fn context(server: &Server) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend: Arc<dyn Backend> = Arc::new(StoreBackend(server.store.clone()));
    move || {
        provide_context(backend.clone());
        let parts = use_context::<Parts>();
        let cookies = parts
            .as_ref()
            .and_then(|parts| parts.headers.get(header::COOKIE)?.to_str().ok());
        provide_context(ThemeChoice::from_cookie_header(cookies.unwrap_or_default()));
        // For a static file there is neither; it gets the policy without a nonce.
        if let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce())
            && let Ok(policy) = HeaderValue::from_str(&security::content_policy(Some(&nonce)))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
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
