//! The way of a file into the store.
//!
//! ```text
//! body -> paced   size, idle time and rate are limited here
//!      -> store   hashed and sent on in parts
//!      -> summary read by the importer on a thread of its own, at the same time
//! end  -> the blob is completed, then the manifest is written: from now on the run exists
//! ```
//!
//! An upload runs in a task of its own, because the handler's future is dropped when the client goes away, and
//! what was stored so far has to be removed then. Memory is bounded: nobody reads on while a later station is busy.
mod anonymous;
mod name;
mod paced;
mod promises;
mod repeated;
mod summary;

pub use name::clean_name;
pub use paced::{BodyError, Paced};
pub use promises::Promises;

use crate::{failure::Failure, state::Server};
use api::{ErrorCode, RunSummary};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use std::{sync::Arc, time::Duration};
use summary::Reading;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tracing::Instrument as _;

/// The uploads that are running.
#[derive(Debug)]
pub struct Uploads {
    places: Arc<Semaphore>,
    count: u32,
    stop: watch::Sender<bool>,
}

impl Uploads {
    /// With so many places.
    pub fn new(count: u16) -> Self {
        Self {
            places: Arc::new(Semaphore::new(count.into())),
            count: count.into(),
            stop: watch::Sender::new(false),
        }
    }

    /// How many are running.
    pub fn running(&self) -> usize {
        (self.count as usize).saturating_sub(self.places.available_permits())
    }

    /// Waits until no upload is running.
    pub async fn idle(&self) {
        // Fails only when the semaphore is closed, which nobody does.
        let _ = self.places.acquire_many(self.count).await;
    }

    /// Gives up all uploads, removes what they stored, and refuses new ones.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    async fn place(&self, wait: Duration) -> Result<OwnedSemaphorePermit, Failure> {
        match tokio::time::timeout(wait, self.places.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Failure::new(
                ErrorCode::Busy,
                "Too many files are being stored right now. Try again in a moment.",
            )),
        }
    }

    async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // Fails only when the sender is gone, and we hold it.
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// A file on its way in.
#[derive(Debug)]
pub struct Incoming<S> {
    /// Its name, already clean.
    pub name: String,
    /// Its size, where the client says it.
    pub announced: Option<u64>,
    /// What is promised about it.
    pub promises: Promises,
    /// Its bytes.
    pub bytes: S,
}

/// A run that is stored.
#[derive(Debug)]
pub struct Stored {
    /// The run.
    pub run: RunSummary,
    /// By this request; else it was there under the same key.
    pub new: bool,
}

/// Stores a file and says what it is.
///
/// Dropping the future aborts the upload, unless its last byte has arrived: then it is finished.
pub async fn receive<S>(server: &Server, incoming: Incoming<S>) -> Result<Stored, Failure>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Send + Unpin + 'static,
{
    let Incoming {
        name,
        announced,
        promises,
        mut bytes,
    } = incoming;
    match repeated::stored(server, &promises, announced, &mut bytes).await {
        Ok(None) => {}
        Ok(Some(run)) => {
            linger(bytes);
            return Ok(Stored { run, new: false });
        }
        Err(failure) => {
            linger(bytes);
            return Err(failure);
        }
    }
    let admitted = match too_large(announced, server.limits.max_upload_bytes) {
        Some(failure) => Err(failure),
        None => server.uploads.place(server.limits.upload_wait).await,
    };
    let place = match admitted {
        Ok(place) => place,
        Err(failure) => {
            linger(bytes);
            return Err(failure);
        }
    };
    let server = server.clone();
    let (here, gone) = oneshot::channel::<()>();
    let task = async move {
        // What is promised is promised of the bytes that come, not of what is left of them.
        let (sent, stored) = match &server.anonymise {
            Some(_) => (promises.sha256, None),
            None => (None, promises.sha256),
        };
        let mut upload = server
            .store
            .start_upload(announced, server.limits.max_upload_bytes)
            .expect_sha256(stored);
        let transfer = transfer(&mut upload, name, announced, sent, &mut bytes, &server);
        let summary = tokio::select! {
            summary = transfer => summary,
            _ = gone => Err(Failure::bad_request("The client went away.")),
            () = server.uploads.stopped() => Err(stopping()),
        };
        let result = match summary {
            Ok(summary) => match upload.finish().await {
                Ok(uploaded) => {
                    let store = &server.store;
                    let stored = match &promises.key {
                        None => store.commit(uploaded, summary).await.map(|run| (run, true)),
                        Some(key) => store.commit_once(uploaded, summary, key).await,
                    };
                    stored
                        .map(|(run, new)| Stored { run, new })
                        .map_err(Failure::from)
                }
                Err(error) => Err(error.into()),
            },
            Err(failure) => {
                upload.abort().await;
                linger(bytes);
                Err(failure)
            }
        };
        match &result {
            Ok(Stored { run, new }) => {
                tracing::info!(
                    run = run.id,
                    size = run.size,
                    sequences = run.totals.sequences,
                    "stored"
                );
                if *new {
                    server.telemetry.stored(&server, &run.id);
                }
            }
            Err(failure) => tracing::info!(reason = failure.0.message, "not stored"),
        }
        drop(place);
        result
    };
    let result = tokio::spawn(task.in_current_span()).await;
    drop(here);
    result.unwrap_or_else(|error| Err(Failure::internal(&error)))
}

/// Sends the bytes to the store and to the importer.
async fn transfer<S>(
    upload: &mut storage::Upload,
    name: String,
    announced: Option<u64>,
    sent: Option<String>,
    bytes: &mut S,
    server: &Server,
) -> Result<RunSummary, Failure>
where
    S: Stream<Item = Result<Bytes, BodyError>> + Unpin,
{
    if let Some(rules) = &server.anonymise {
        let whole = anonymous::whole(bytes, announced, sent, &server.limits).await?;
        let (name, bytes) =
            anonymous::anonymous(rules.clone(), name, whole, &server.limits).await?;
        let mut reading = Reading::start(name, &server.limits);
        for chunk in anonymous::pieces(bytes) {
            upload.write(chunk.clone()).await?;
            reading.push(chunk).await;
        }
        return reading.finish().await;
    }
    let mut body = Paced::new(bytes, &server.limits);
    let mut reading = Reading::start(name, &server.limits);
    while let Some(chunk) = body.next().await? {
        upload.write(chunk.clone()).await?;
        reading.push(chunk).await;
    }
    let arrived = body.arrived();
    if announced.is_some_and(|announced| announced != arrived) {
        return Err(BodyError::CutOff.into());
    }
    if arrived == 0 {
        return Err(empty());
    }
    reading.finish().await
}

fn empty() -> Failure {
    Failure::bad_request("The file is empty: there is nothing to store.")
}

/// How an announced size that is over the limit is refused.
fn too_large(announced: Option<u64>, limit: u64) -> Option<Failure> {
    announced
        .filter(|size| *size > limit)
        .map(|_| BodyError::TooLarge { limit }.into())
}

fn stopping() -> Failure {
    Failure::new(
        ErrorCode::Busy,
        "The server is being stopped. Try again in a moment.",
    )
}

/// How long a body is still read after its upload has failed.
const LINGER: Duration = Duration::from_secs(5);

/// Reads on for a while and throws away what comes: a client that is busy sending when the connection is closed
/// may never see the answer that says why.
fn linger<S>(mut bytes: S)
where
    S: Stream<Item = Result<Bytes, BodyError>> + Send + Unpin + 'static,
{
    tokio::spawn(tokio::time::timeout(LINGER, async move {
        while let Some(Ok(_)) = bytes.next().await {
            // Bytes that are always there must not keep the thread from others.
            tokio::task::consume_budget().await;
        }
    }));
}
