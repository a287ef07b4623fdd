//! Removes blobs that no living run needs: never at once, and never one that might be needed while we look.
//!
//! ```text
//! 1 read every tombstone and every manifest       a blob is needed by a run that lives or was deleted a short time ago
//! 2 list the blobs; what is not needed and is older than the grace time may go
//! 3 remove the pointers to those                  from now on no upload chooses them
//! 4 wait longer than an upload may take from choosing a blob to its manifest
//! 5 read everything again                         a blob that is needed now, or has a pointer again, stays
//! 6 remove the rest
//! ```
//!
//! What uploads left behind when their process was killed goes, too, once it was not written to for the grace time: staging files
//! of a directory, and uploads in parts of MinIO and S3. One in flight is written to all the time.
//!
//! Manifests and tombstones are never removed: a deleted run stays deleted, whatever an old copy of a catalogue says.
//! Snapshots of catalogues go when newer ones are there, or when they may hold what was taken out of the store for good.
use crate::catalogue::{Event, shelf};
use crate::error::is_missing;
use crate::runs::RunStore;
use crate::{StorageError, keys, manifest, objects, pointer};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use ulid::Ulid;

/// No grace time is shorter.
const LEAST: Duration = Duration::from_secs(3600);
/// Objects that are read at once.
const FETCHES: usize = 16;

/// What may be removed.
#[derive(Debug, Clone)]
pub struct Gc {
    /// Remove it; else it is only counted.
    pub apply: bool,
    /// So long ago a run was deleted, a blob was stored that no run needs, or an unfinished upload was written to. At least
    /// an hour, which no upload in flight stands still for.
    pub grace: Duration,
    /// Between the first and the second look. Shorter than [`Gc::SETTLE`] is for tests only.
    pub settle: Duration,
    /// The time, milliseconds since 1970; `None` is that of the store.
    pub now_ms: Option<u64>,
}

impl Gc {
    /// Longer than an upload may take from choosing an older blob to its manifest, which is two minutes.
    pub const SETTLE: Duration = Duration::from_secs(150);
}

impl Default for Gc {
    fn default() -> Self {
        Self {
            apply: false,
            grace: Duration::from_secs(24 * 3600),
            settle: Self::SETTLE,
            now_ms: None,
        }
    }
}

/// What was found, and removed if that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GcReport {
    /// Keys of the blobs with their sizes.
    pub blobs: Vec<(String, u64)>,
    /// Keys of the columns of deleted runs with their sizes. They are made of the run, so nobody else needs them.
    pub columns: Vec<(String, u64)>,
    /// Keys of old snapshots of catalogues with their sizes.
    pub snapshots: Vec<(String, u64)>,
    /// Uploads that were never finished, with the bytes that they take: key of the object to be, and what the store calls them.
    pub unfinished: Vec<(String, u64)>,
    /// Why unfinished uploads could not be looked for: not all servers list them, and not all credentials may.
    pub unfinished_unknown: Option<String>,
    /// Blobs that a run needs.
    pub needed: u64,
    /// Blobs that no run needs, but within the grace time.
    pub young: u64,
    /// Blobs that were to go, but were wanted again at the second look.
    pub wanted_again: u64,
}

impl RunStore {
    /// Looks for blobs that no living run needs, and removes them if that is asked for.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] when a manifest cannot be read, since any blob might be its own: then nothing is
    /// removed. [`StorageError::BadRequest`] for a grace time below an hour. Else what the store says.
    pub async fn gc(&self, gc: &Gc) -> Result<GcReport, StorageError> {
        if gc.grace < LEAST {
            return Err(StorageError::BadRequest(
                "The grace time must be at least an hour.".into(),
            ));
        }
        let store = &**self.objects();
        let now = gc.now_ms.unwrap_or_else(|| self.now_ms());
        let grace = u64::try_from(gc.grace.as_millis()).unwrap_or(u64::MAX);
        let before = now.saturating_sub(grace);
        let mut report = GcReport::default();

        let (deleted, forgot) = deleted(store, before).await?;
        let old = shelf::superfluous(store, forgot, before).await?;
        let named = old.into_iter().map(|(key, size)| (key.to_string(), size));
        report.snapshots = named.collect();
        let mut columns = store.list(Some(&Path::from(keys::COLUMNS)));
        while let Some(meta) = columns.try_next().await.map_err(StorageError::of)? {
            if keys::columns_of(&meta.location).is_some_and(|run| deleted.contains(&run)) {
                report.columns.push((meta.location.to_string(), meta.size));
            }
        }
        drop(columns);
        report.columns.sort();
        let needed = needed(store, &deleted).await?;
        let mut blobs = store.list(Some(&Path::from("blob")));
        while let Some(meta) = blobs.try_next().await.map_err(StorageError::of)? {
            match stored_at(&meta) {
                // Not ours.
                None => {}
                Some(_) if needed.contains(meta.location.as_ref()) => report.needed += 1,
                Some(at) if at >= before => report.young += 1,
                Some(_) => report.blobs.push((meta.location.to_string(), meta.size)),
            }
        }
        drop(blobs);
        report.blobs.sort();
        let unfinished = match self.leftovers().find(before).await {
            Ok(found) => found,
            Err(error) => {
                report.unfinished_unknown = Some(error.to_string());
                Vec::new()
            }
        };
        let named = unfinished.iter().map(|left| (left.name(), left.size));
        report.unfinished = named.collect();
        report.unfinished.sort();
        if !gc.apply {
            return Ok(report);
        }
        for left in &unfinished {
            self.leftovers().remove(left).await?;
            let (name, size) = (left.name(), left.size);
            tracing::info!(name, size, "an unfinished upload was removed");
        }
        for (key, size) in &report.columns {
            remove(store, &Path::from(key.as_str())).await?;
            tracing::info!(key, size, "columns were removed");
        }
        for (key, size) in &report.snapshots {
            remove(store, &Path::from(key.as_str())).await?;
            tracing::info!(key, size, "a snapshot was removed");
        }
        if report.blobs.is_empty() {
            return Ok(report);
        }

        let names: BTreeSet<&str> = report.blobs.iter().map(|(key, _)| key.as_str()).collect();
        for (pointer, blob) in pointers(store).await? {
            if names.contains(blob.as_str()) {
                remove(store, &pointer).await?;
            }
        }
        drop(names);
        tokio::time::sleep(gc.settle).await;
        let (deleted, _) = self::deleted(store, before).await?;
        let mut wanted = self::needed(store, &deleted).await?;
        wanted.extend(pointers(store).await?.into_iter().map(|(_, blob)| blob));
        let found = report.blobs.len();
        report.blobs.retain(|(key, _)| !wanted.contains(key));
        report.wanted_again = (found - report.blobs.len()) as u64;
        for (key, size) in &report.blobs {
            remove(store, &Path::from(key.as_str())).await?;
            tracing::info!(key, size, "a blob was removed");
        }
        Ok(report)
    }
}

/// The later of the time in its key, when the upload began, and the time that the store noted.
fn stored_at(meta: &ObjectMeta) -> Option<u64> {
    let key = meta.location.as_ref();
    let id = keys::parse_id(key.rsplit('/').next()?).filter(|_| keys::is_blob(key))?;
    let noted = u64::try_from(meta.last_modified.timestamp_millis()).unwrap_or_default();
    Some(id.timestamp_ms().max(noted))
}

/// The runs that were deleted before a time, and how many events took something out of the store for good.
async fn deleted(
    store: &dyn ObjectStore,
    before: u64,
) -> Result<(BTreeSet<Ulid>, u64), StorageError> {
    // A run may be deleted twice; the later one counts, so that nothing goes too early.
    let mut deleted: BTreeMap<Ulid, u64> = BTreeMap::new();
    let mut forgot = 0;
    let events = read_all(store, &keys::events()).await?;
    for (id, bytes) in events {
        // A damaged event deletes nothing.
        let Ok(bytes) = bytes else { continue };
        forgot += u64::from(Event::takes_away(&bytes));
        let Some(run) = Event::deleted_run(&bytes) else {
            continue;
        };
        let at = deleted.entry(run).or_default();
        *at = id.timestamp_ms().max(*at);
    }
    let ago = deleted.into_iter().filter(|(_, at)| *at < before);
    Ok((ago.map(|(run, _)| run).collect(), forgot))
}

/// The blobs of all runs but those that were deleted long enough ago.
pub(crate) async fn needed(
    store: &dyn ObjectStore,
    deleted: &BTreeSet<Ulid>,
) -> Result<BTreeSet<String>, StorageError> {
    let mut needed = BTreeSet::new();
    let mut damaged = Vec::new();
    for (id, bytes) in read_all(store, &keys::runs()).await? {
        if deleted.contains(&id) {
            continue;
        }
        match bytes.and_then(|bytes| manifest::decode(id, &bytes)) {
            Ok(stored) => drop(needed.insert(stored.run.path)),
            Err(error) => damaged.push(error),
        }
    }
    match damaged.first() {
        None => Ok(needed),
        Some(first) => Err(StorageError::Corrupt(format!(
            "{} manifests cannot be read, and any blob may be theirs, so that nothing is removed; delete those runs \
             first ({first})",
            damaged.len()
        ))),
    }
}

/// All pointers with the blobs that they name. One that cannot be read names none.
pub(crate) async fn pointers(store: &dyn ObjectStore) -> Result<Vec<(Path, String)>, StorageError> {
    let keys: Vec<Path> = store
        .list(Some(&Path::from("sha")))
        .map_ok(|meta| meta.location)
        .try_collect()
        .await
        .map_err(StorageError::of)?;
    let read = stream::iter(keys).map(|key| async move {
        match pointer::blob_of(store, &key).await {
            Ok(blob) => Ok(blob.map(|blob| (key, blob))),
            Err(StorageError::Corrupt(_)) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let all: Vec<_> = read.buffer_unordered(FETCHES).try_collect().await?;
    Ok(all.into_iter().flatten().collect())
}

pub(crate) type Read = Vec<(Ulid, Result<bytes::Bytes, StorageError>)>;

/// Every object below a prefix, by id: what is reported of them is the same each time, in whatever order answers come. Damage
/// is a result; a store that does not answer is an error.
pub(crate) async fn read_all(store: &dyn ObjectStore, prefix: &Path) -> Result<Read, StorageError> {
    let keys: Vec<Path> = store
        .list(Some(prefix))
        .map_ok(|meta| meta.location)
        .try_collect()
        .await
        .map_err(StorageError::of)?;
    let ids = keys
        .into_iter()
        .filter_map(|key| Some((keys::id_of(&key)?, key)));
    let read = stream::iter(ids).map(|(id, key)| async move {
        match objects::read(store, &key).await {
            Ok(bytes) => Ok(bytes.map(|bytes| (id, Ok(bytes)))),
            Err(error @ StorageError::Corrupt(_)) => Ok(Some((id, Err(error)))),
            Err(error) => Err(error),
        }
    });
    let all: Vec<_> = read.buffer_unordered(FETCHES).try_collect().await?;
    let mut all: Read = all.into_iter().flatten().collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    Ok(all)
}

/// Somebody else may have removed it meanwhile.
pub(crate) async fn remove(store: &dyn ObjectStore, key: &Path) -> Result<(), StorageError> {
    match store.delete(key).await {
        Err(error) if !is_missing(&error) => Err(StorageError::of(error)),
        _ => Ok(()),
    }
}
