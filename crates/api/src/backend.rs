//! What pages ask of the store.
use crate::{ApiError, RunList, RunListQuery, RunSummary};
use std::{future::Future, pin::Pin};

/// A future that may cross threads; in the browser the client wraps its own.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send>>;

/// What pages ask of the store: the server answers from storage, the browser over HTTP.
pub trait Backend: Send + Sync {
    /// The summary of one run; `latest` is the last one stored.
    fn run(&self, id: String) -> Answer<RunSummary>;
    /// One page of the runs, newest first.
    fn runs(&self, query: RunListQuery) -> Answer<RunList>;
    /// Deletes a run.
    fn delete_run(&self, id: String) -> Answer<()>;
}

/// Pages whose HTML is made on the server.
pub trait Fragments: Send + Sync {
    /// The HTML of the page at an address: path and query.
    fn fragment(&self, address: String) -> Answer<String>;
}
