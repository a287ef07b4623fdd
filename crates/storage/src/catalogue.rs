//! What is known of all runs: a cache that every listing brings up to date from the store.
//!
//! Its state depends on the set of objects that were read, never on their order, and losing it loses nothing.
//! Listing everything each time costs a request per thousand runs; in exchange several servers can share a store
//! without ever speaking with each other.
use crate::{StorageError, keys, manifest, objects};
use api::{RunList, RunListQuery, RunSummary};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use ulid::Ulid;

/// Objects that are fetched at once.
const FETCHES: usize = 16;
/// Deletions by other servers are seen after this time at the latest, also by readers of single runs.
const FRESH: Duration = Duration::from_secs(1);
/// So long a reader waits for the refresh of somebody else.
const PATIENCE: Duration = Duration::from_secs(15);
/// Runs on a page: unless told, and at most.
const PAGE: (u32, u32) = (20, 100);

/// Something that happened to a run later on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    format: u32,
    /// `tombstone`; kinds of later versions are ignored.
    kind: String,
    /// The run in question.
    run: String,
}

impl Event {
    pub(crate) fn tombstone(run: Ulid) -> Self {
        Self {
            format: 1,
            kind: "tombstone".into(),
            run: keys::lower(run),
        }
    }
}

/// The cache. One refresh at a time; readers of the state never wait for the store.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    refresh: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Without cards and problems. `None`: there, but damaged.
    runs: BTreeMap<Ulid, Option<RunSummary>>,
    deleted: BTreeSet<Ulid>,
    /// Events that were applied or found to be damaged.
    events: BTreeSet<Ulid>,
    /// When the last complete reading of the events began.
    events_read: Option<Instant>,
}

impl Catalogue {
    /// Whether a run was deleted, by any server.
    pub(crate) async fn is_deleted(
        &self,
        store: &dyn ObjectStore,
        id: Ulid,
    ) -> Result<bool, StorageError> {
        let known = || self.with(|state| state.deleted.contains(&id));
        // A deletion is for ever, so that a known one needs no look.
        if known() {
            return Ok(true);
        }
        let fresh =
            |state: &mut State| state.events_read.is_some_and(|read| read.elapsed() < FRESH);
        if !self.with(fresh) {
            let _turn = self.turn().await?;
            if !self.with(fresh) {
                self.read_events(store).await?;
            }
        }
        Ok(known())
    }

    /// Notes a deletion by this server.
    pub(crate) fn mark_deleted(&self, id: Ulid) {
        self.with(|state| state.deleted.insert(id));
    }

    /// One page, newest first.
    pub(crate) async fn list(
        &self,
        store: &dyn ObjectStore,
        query: &RunListQuery,
    ) -> Result<RunList, StorageError> {
        let before = match query.before.as_str() {
            "" => None,
            text => Some(keys::parse_id(text).ok_or_else(|| {
                StorageError::BadRequest(
                    "`before` must be the id of a run; begin again with the first page.".into(),
                )
            })?),
        };
        let limit = match query.limit {
            0 => PAGE.0,
            limit => limit.min(PAGE.1),
        };
        self.refresh(store).await?;
        Ok(self.with(|state| state.page(before, limit as usize)))
    }

    /// The newest run.
    pub(crate) async fn latest(
        &self,
        store: &dyn ObjectStore,
    ) -> Result<Option<Ulid>, StorageError> {
        self.refresh(store).await?;
        Ok(self.with(|state| state.live().next_back().map(|(id, _)| id)))
    }

    async fn refresh(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        let _turn = self.turn().await?;
        self.read_events(store).await?;
        self.read_runs(store).await
    }

    async fn turn(&self) -> Result<tokio::sync::MutexGuard<'_, ()>, StorageError> {
        let turn = timeout(PATIENCE, self.refresh.lock()).await;
        turn.map_err(|_| {
            StorageError::Timeout(format!("another listing has not ended for {PATIENCE:?}"))
        })
    }

    async fn read_events(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        let begin = Instant::now();
        let listed = ids(store, &keys::events()).await?;
        let unknown = self.with(|state| {
            listed
                .difference(&state.events)
                .copied()
                .collect::<Vec<_>>()
        });
        let mut events = fetch(store, unknown, keys::event);
        while let Some((id, bytes)) = events.try_next().await? {
            let Some(bytes) = bytes else { continue };
            let event = bytes.and_then(|bytes| {
                serde_json::from_slice::<Event>(&bytes).map_err(|e| e.to_string())
            });
            let deleted = match event {
                Ok(event) if event.format == 1 && event.kind == "tombstone" => {
                    keys::parse_id(&event.run)
                }
                Ok(event) => {
                    tracing::warn!(key = %keys::event(id), event.format, event.kind, "an event of an unknown kind");
                    None
                }
                Err(error) => {
                    tracing::error!(key = %keys::event(id), error, "an event cannot be read");
                    None
                }
            };
            self.with(|state| {
                state.events.insert(id);
                state.deleted.extend(deleted);
            });
        }
        drop(events);
        self.with(|state| state.events_read = Some(begin));
        Ok(())
    }

    async fn read_runs(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        let listed = ids(store, &keys::runs()).await?;
        let unknown = self.with(|state| {
            state.runs.retain(|id, _| listed.contains(id));
            let is_unknown =
                |id: &&Ulid| !state.runs.contains_key(id) && !state.deleted.contains(id);
            listed
                .iter()
                .filter(is_unknown)
                .copied()
                .collect::<Vec<_>>()
        });
        let mut runs = fetch(store, unknown, keys::run);
        while let Some((id, bytes)) = runs.try_next().await? {
            let Some(bytes) = bytes else { continue };
            let run = bytes
                .and_then(|bytes| manifest::decode(id, &bytes).map_err(|error| error.to_string()));
            let run = match run {
                Ok(run) => Some(RunSummary {
                    cards: Vec::new(),
                    problems: Vec::new(),
                    ..run
                }),
                Err(error) => {
                    tracing::error!(key = %keys::run(id), error, "a manifest cannot be read; the run is not listed");
                    None
                }
            };
            self.with(|state| state.runs.insert(id, run));
        }
        Ok(())
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Runs that can be read and were not deleted, oldest first.
    fn live(&self) -> impl DoubleEndedIterator<Item = (Ulid, &RunSummary)> {
        self.runs
            .iter()
            .filter(|(id, _)| !self.deleted.contains(id))
            .filter_map(|(id, run)| run.as_ref().map(|run| (*id, run)))
    }

    fn page(&self, before: Option<Ulid>, limit: usize) -> RunList {
        let mut older = self
            .live()
            .rev()
            .filter(|(id, _)| before.is_none_or(|before| *id < before));
        let runs: Vec<RunSummary> = older
            .by_ref()
            .take(limit)
            .map(|(_, run)| run.clone())
            .collect();
        let next = older
            .next()
            .and_then(|_| runs.last().map(|run| run.id.clone()));
        RunList {
            runs,
            total: self.live().count() as u64,
            next,
        }
    }
}

/// The ids of all objects below a prefix. Keys of another make are skipped.
async fn ids(store: &dyn ObjectStore, prefix: &Path) -> Result<BTreeSet<Ulid>, StorageError> {
    store
        .list(Some(prefix))
        .try_filter_map(|meta| async move { Ok(keys::id_of(&meta.location)) })
        .try_collect()
        .await
        .map_err(StorageError::of)
}

/// An object: its bytes, or why it is damaged; `None` when it vanished since it was listed.
type Fetched = (Ulid, Option<Result<bytes::Bytes, String>>);

/// Fetches several at once. Damage is a result; a store that does not answer is an error.
fn fetch<'a>(
    store: &'a dyn ObjectStore,
    ids: Vec<Ulid>,
    key: fn(Ulid) -> Path,
) -> stream::BoxStream<'a, Result<Fetched, StorageError>> {
    stream::iter(ids)
        .map(move |id| async move {
            match objects::read(store, &key(id)).await {
                Ok(bytes) => Ok((id, bytes.map(Ok))),
                Err(StorageError::Corrupt(what)) => Ok((id, Some(Err(what)))),
                Err(error) => Err(error),
            }
        })
        .buffer_unordered(FETCHES)
        .boxed()
}
