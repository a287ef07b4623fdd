//! The store as the rendered pages ask for it.
use crate::{failure::Failure, routes::generations::page, state::Server};
use api::{
    Backend, RunList, RunListQuery, RunSummary,
    backend::{Answer, Fragments},
};
use leptos::context::use_context;
use leptos_axum::ResponseOptions;
use std::sync::Arc;
use storage::RunStore;

/// The store, without HTTP between.
#[derive(Clone, Debug)]
pub struct StoreBackend {
    store: RunStore,
    links: Arc<browse::Links>,
}

impl StoreBackend {
    /// The store of a server.
    pub fn new(server: &Server) -> Self {
        Self {
            store: server.store.clone(),
            links: server.links.clone(),
        }
    }
}

impl Backend for StoreBackend {
    fn run(&self, id: String) -> Answer<RunSummary> {
        let store = self.store.clone();
        Box::pin(async move { store.run(&id).await.map_err(|error| Failure::from(error).0) })
    }

    fn runs(&self, query: RunListQuery) -> Answer<RunList> {
        let store = self.store.clone();
        Box::pin(async move {
            store
                .list(&query)
                .await
                .map_err(|error| Failure::from(error).0)
        })
    }

    fn delete_run(&self, id: String) -> Answer<()> {
        let store = self.store.clone();
        Box::pin(async move {
            store
                .delete(&id)
                .await
                .map_err(|error| Failure::from(error).0)
        })
    }
}

impl Fragments for StoreBackend {
    fn fragment(&self, address: String) -> Answer<String> {
        let (store, links) = (self.store.clone(), self.links.clone());
        // Here, where the page is known that is being rendered.
        let response = use_context::<ResponseOptions>();
        Box::pin(async move {
            let page = page::of(&store, &links, &address).await;
            let page = page.map_err(|failure| failure.0)?;
            if let Some(response) = response {
                response.set_status(page.status);
            }
            Ok(page.html)
        })
    }
}
