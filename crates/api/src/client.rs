//! The one HTTP client: what the browser asks of the server.
use crate::{
    ApiError, Backend, RunList, RunListQuery, RunSummary, backend::Answer, list_url, run_url,
};
use gloo_net::http::{Request, RequestBuilder, Response};
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;

/// The store, reached over the HTTP API of the server that the page came from.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpBackend;

impl Backend for HttpBackend {
    fn run(&self, id: String) -> Answer<RunSummary> {
        answer(async move { json(Request::get(&run_url(&id))).await })
    }

    fn runs(&self, query: RunListQuery) -> Answer<RunList> {
        answer(async move { json(Request::get(&list_url(&query))).await })
    }

    fn delete_run(&self, id: String) -> Answer<()> {
        answer(async move { send(Request::delete(&run_url(&id))).await.map(drop) })
    }
}

/// A future of the browser never leaves its thread, so it may claim to be `Send`.
fn answer<T: 'static>(future: impl Future<Output = Result<T, ApiError>> + 'static) -> Answer<T> {
    Box::pin(SendWrapper::new(future))
}

/// The response, when its status is a success.
async fn send(request: RequestBuilder) -> Result<Response, ApiError> {
    let response = request
        .header("Accept", "application/json")
        .send()
        .await
        .map_err(|_| ApiError::offline())?;
    if response.ok() {
        Ok(response)
    } else {
        let body = response.text().await.unwrap_or_default();
        Err(ApiError::from_response(response.status(), &body))
    }
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ApiError> {
    let response = send(request).await?;
    // The connection can still break in the middle of the body.
    let body = response.text().await.map_err(|_| ApiError::offline())?;
    serde_json::from_str(&body).map_err(|_| ApiError::from_response(response.status(), ""))
}
