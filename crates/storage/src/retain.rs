//! What a policy does to what is stored: runs that are too old go, the others lose what they may not hold.
//!
//! ```text
//! 1 read every manifest; by tags, models and age, or by the bytes of the run, decide what becomes of it
//! 2 a run that goes    an event says so to all servers, which forget it; then its events, columns and manifest are removed
//!   one that changes   its new bytes are stored, its manifest and the events about it are written again, its columns are
//!                      removed, and an event tells all servers to read these anew; columns and index follow from the new bytes
//! 3 remove the snapshots of catalogues that do not know of it, and the pointers to blobs that no run needs any more; wait until
//!   no upload can have chosen one, and no server can be in the middle of a snapshot, look again
//! 4 remove those blobs, and such snapshots as came meanwhile
//! ```
//!
//! This is the only code that writes a manifest or an event again. It may be stopped at any point and begun anew: what was
//! done is done, and blobs that were left over are found by [`RunStore::gc`].
mod fate;

use crate::catalogue::{Event, Kind, shelf};
use crate::error::is_missing;
use crate::gc::{needed, pointers, read_all, remove};
use crate::manifest::{self, Stored};
use crate::runs::RunStore;
use crate::{Gc, StorageError, keys, objects};
use bytes::Bytes;
use completions::Importer;
use fate::{Change, Fate, lost};
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use policy::{Counts, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use ulid::Ulid;

const DAY_MS: u64 = 24 * 3_600_000;
/// Keys in one event, at most: events are small objects.
const KEYS: usize = 500;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Retain {
    /// What may be kept.
    pub policy: Policy,
    /// Do it; else it is only found out.
    pub apply: bool,
    /// Files are held in memory: no larger one is made anonymous, in bytes.
    pub largest: usize,
    /// Between the first and the second look at blobs. Shorter than [`Gc::SETTLE`] is for tests only.
    pub settle: Duration,
    /// The time, milliseconds since 1970; `None` is that of the store.
    pub now_ms: Option<u64>,
}

impl Retain {
    /// Finds out what a policy would do.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            apply: false,
            largest: 256 << 20,
            settle: Gc::SETTLE,
            now_ms: None,
        }
    }
}

/// What was found, and done if that was asked for. Runs are named by their ids alone: names may be what has to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RetainReport {
    /// Runs that go, with the days for which such runs are kept; 0 for those that cannot be made anonymous.
    pub removed: Vec<(String, u32)>,
    /// Runs that lose something.
    pub changed: Vec<(String, Counts)>,
    /// Runs that cannot be made anonymous, or not be read, and why. They stay.
    pub unreadable: Vec<(String, String)>,
    /// Runs that may stay as they are.
    pub kept: u64,
    /// Keys of the objects that were removed, with their sizes.
    pub objects: Vec<(String, u64)>,
}

type Events = BTreeMap<Ulid, Vec<(Ulid, Event)>>;

impl RunStore {
    /// Applies a policy to all that is stored, or says what it would do. Run one at a time; servers may go on meanwhile.
    ///
    /// # Errors
    /// What the store says. What was done until then stays done.
    pub async fn retain(&self, retain: &Retain) -> Result<RetainReport, StorageError> {
        let store = &**self.objects();
        self.catalogue().look(store).await?;
        let now = retain.now_ms.unwrap_or_else(|| self.now_ms());
        let events = self.events_by_run().await?;
        let none = Vec::new();
        let mut report = RetainReport::default();
        let mut left = BTreeSet::new();
        for (id, bytes) in read_all(store, &keys::runs()).await? {
            let name = keys::lower(id);
            let stored = match bytes.and_then(|bytes| manifest::decode(id, &bytes)) {
                Ok(stored) => stored,
                Err(error) => {
                    report.unreadable.push((name, error.to_string()));
                    continue;
                }
            };
            let about = events.get(&id).unwrap_or(&none);
            match self.fate(retain, now, id, &stored, about).await? {
                Fate::Keep => report.kept += 1,
                Fate::Unreadable(why) => report.unreadable.push((name, why)),
                Fate::Remove(days) => {
                    if retain.apply {
                        left.insert(stored.run.path);
                        self.purge(id, about, &mut report.objects).await?;
                    }
                    report.removed.push((name, days));
                }
                Fate::Change(change) => {
                    report.changed.push((name, change.counts));
                    if retain.apply {
                        if change.bytes.is_some() {
                            left.insert(stored.run.path.clone());
                        }
                        self.rewrite(id, stored, *change, &mut report.objects)
                            .await?;
                    }
                }
            }
        }
        if retain.apply {
            let any = !report.removed.is_empty() || !report.changed.is_empty();
            self.sweep_snapshots(any, &mut report.objects).await?;
            if any {
                self.sweep(left, retain.settle, &mut report.objects).await?;
                self.sweep_snapshots(any, &mut report.objects).await?;
            }
        }
        Ok(report)
    }

    /// Removes snapshots that may hold what was taken out, also by a run of this that was stopped. When it is known that
    /// something was, unfinished ones go as well, and those of other versions.
    async fn sweep_snapshots(
        &self,
        any: bool,
        gone: &mut Vec<(String, u64)>,
    ) -> Result<(), StorageError> {
        let store = &**self.objects();
        let known = self.catalogue().forgot().await?;
        let before = if any { u64::MAX } else { 0 };
        for (key, _) in shelf::superfluous(store, known, before).await? {
            self.take_away(&key, gone).await?;
        }
        Ok(())
    }

    /// All events that say something of a run, but deletions.
    async fn events_by_run(&self) -> Result<Events, StorageError> {
        let mut events = Events::new();
        for (id, bytes) in read_all(&**self.objects(), &keys::events()).await? {
            let event = bytes.ok().and_then(|bytes| Event::about_a_run(&bytes));
            if let Some((run, event)) = event {
                events.entry(run).or_default().push((id, event));
            }
        }
        Ok(events)
    }

    /// Removes all of a run but its blob, which others may need.
    async fn purge(
        &self,
        id: Ulid,
        about: &[(Ulid, Event)],
        gone: &mut Vec<(String, u64)>,
    ) -> Result<(), StorageError> {
        let event = objects::json(&Event::purge(id))?;
        self.publish(Kind::Event, self.new_id(), event).await?;
        for (event, _) in about {
            self.take_away(&keys::event(*event), gone).await?;
        }
        self.take_away(&keys::columns(id), gone).await?;
        // Last: what is left over without it would not be found again.
        self.take_away(&keys::run(id), gone).await?;
        tracing::info!(run = keys::lower(id), "a run was removed by the policy");
        Ok(())
    }

    /// Writes what is left of a run.
    async fn rewrite(
        &self,
        id: Ulid,
        stored: Stored,
        change: Change,
        gone: &mut Vec<(String, u64)>,
    ) -> Result<(), StorageError> {
        let store = &**self.objects();
        let mut keys: Vec<String> = Vec::new();
        let Stored { mut run, once } = stored;
        if let Some(name) = change.name {
            run.name = name;
        }
        if let Some(bytes) = change.bytes {
            let bytes = Bytes::from(bytes);
            let mut upload = self.start_upload(Some(bytes.len() as u64), u64::MAX);
            upload.write(bytes.clone()).await?;
            let uploaded = upload.finish().await?;
            crate::pointer::remember_blob(store, &uploaded).await;
            let (name, cards) = (run.name.clone(), run.cards.len().max(1));
            let limits = self.generations.limits();
            let read = tokio::task::spawn_blocking(move || {
                let mut importer = Importer::summary(limits, cards);
                importer.push(&bytes);
                let import = importer.finish();
                api::RunSummary::of_import(&import, &name, bytes.len() as u64, cards)
            });
            let summary = read.await.map_err(|error| lost(&error))?;
            run = api::RunSummary {
                id: run.id,
                imported_at_ms: run.imported_at_ms,
                path: uploaded.path,
                size: uploaded.size,
                sha256: uploaded.sha256,
                ..summary
            };
        }
        let manifest = manifest::encode(&mut run, once.as_deref())?;
        objects::write_again(store, &keys::run(id), manifest).await?;
        keys.push(keys::run(id).to_string());
        for (event, bytes) in change.events {
            objects::write_again(store, &keys::event(event), bytes).await?;
            keys.push(keys::event(event).to_string());
        }
        self.take_away(&keys::columns(id), gone).await?;
        for keys in keys.chunks(KEYS) {
            let event = objects::json(&Event::rewritten(id, keys.to_vec()))?;
            self.publish(Kind::Event, self.new_id(), event).await?;
            self.catalogue().read_wanted(store).await?;
        }
        tracing::info!(run = keys::lower(id), "a run was made anonymous");
        Ok(())
    }

    /// Removes blobs that no run needs any more, as `gc` does, but at once.
    async fn sweep(
        &self,
        mut left: BTreeSet<String>,
        settle: Duration,
        gone: &mut Vec<(String, u64)>,
    ) -> Result<(), StorageError> {
        let store = &**self.objects();
        let wanted = needed(store, &BTreeSet::new()).await?;
        left.retain(|blob| !wanted.contains(blob));
        for (pointer, blob) in pointers(store).await? {
            if left.contains(&blob) {
                remove(store, &pointer).await?;
            }
        }
        tokio::time::sleep(settle).await;
        let wanted = needed(store, &BTreeSet::new()).await?;
        for blob in left.difference(&wanted) {
            self.take_away(&Path::from(blob.as_str()), gone).await?;
        }
        Ok(())
    }

    /// Removes an object, if it is there.
    async fn take_away(
        &self,
        key: &Path,
        gone: &mut Vec<(String, u64)>,
    ) -> Result<(), StorageError> {
        let store = &**self.objects();
        match store.head(key).await {
            Ok(meta) => gone.push((key.to_string(), meta.size)),
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(StorageError::of(error)),
        }
        remove(store, key).await
    }
}
