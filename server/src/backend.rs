//! The store as the rendered pages ask for it.
use crate::failure::Failure;
use api::{Backend, RunList, RunListQuery, RunSummary, backend::Answer};
use storage::RunStore;

/// The store, without HTTP between.
#[derive(Clone, Debug)]
pub struct StoreBackend(pub RunStore);

impl Backend for StoreBackend {
    fn run(&self, id: String) -> Answer<RunSummary> {
        let store = self.0.clone();
        Box::pin(async move { store.run(&id).await.map_err(|error| Failure::from(error).0) })
    }

    fn runs(&self, query: RunListQuery) -> Answer<RunList> {
        let store = self.0.clone();
        Box::pin(async move {
            store
                .list(&query)
                .await
                .map_err(|error| Failure::from(error).0)
        })
    }

    fn delete_run(&self, id: String) -> Answer<()> {
        let store = self.0.clone();
        Box::pin(async move {
            store
                .delete(&id)
                .await
                .map_err(|error| Failure::from(error).0)
        })
    }
}
