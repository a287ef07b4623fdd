//! Which snapshots lie in the store, and which of them may go.
use super::file::{Made, Packed, SCHEMA, Unfit};
use crate::{StorageError, keys, objects};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use tokio::io::AsyncWriteExt as _;
use ulid::Ulid;

/// Of this version so many stay: a reader may be in the middle of one, and the last one may be damaged.
const KEPT: usize = 3;
/// A larger one is not ours. Four million runs have about 8 GB.
const LARGEST: u64 = 64 << 30;

/// What is said of a snapshot. All versions write and read it alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Descriptor {
    /// The number of its tables.
    schema: i64,
    /// The id of the store.
    store: String,
    /// Bytes of the file in the store.
    size: u64,
    /// Their SHA-256, lower-case hex.
    sha256: String,
    /// Bytes of the database.
    pub(super) unpacked: u64,
    /// Objects that were applied.
    pub(super) rows: u64,
    /// Events among them that took something out of the store for good.
    forgot: u64,
}

impl Descriptor {
    pub(super) fn new(store: &str, made: &Made, packed: &Packed) -> Self {
        Self {
            schema: SCHEMA,
            store: store.to_owned(),
            size: packed.size,
            sha256: packed.sha256.clone(),
            unpacked: packed.unpacked,
            rows: made.rows,
            forgot: made.forgot,
        }
    }
}

/// A snapshot as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Snapshot {
    schema: i64,
    id: Ulid,
    /// Sizes of the file and of its descriptor, where they are there.
    file: Option<u64>,
    descriptor: Option<u64>,
}

impl Snapshot {
    pub(super) fn file_key(&self) -> Path {
        keys::snapshot(self.schema, self.id)
    }

    fn descriptor_key(&self) -> Path {
        keys::descriptor(self.schema, self.id)
    }

    /// Its objects with their sizes; the descriptor first, since a file without one is nothing.
    fn objects(&self) -> impl Iterator<Item = (Path, u64)> {
        let descriptor = self.descriptor.map(|size| (self.descriptor_key(), size));
        let file = self.file.map(|size| (self.file_key(), size));
        descriptor.into_iter().chain(file)
    }
}

/// All snapshots of all versions, newest first.
pub(super) async fn list(store: &dyn ObjectStore) -> Result<Vec<Snapshot>, StorageError> {
    let mut all: BTreeMap<(Ulid, i64), Snapshot> = BTreeMap::new();
    let mut listed = store.list(Some(&Path::from(keys::SNAPSHOTS)));
    while let Some(meta) = listed.try_next().await.map_err(StorageError::of)? {
        let Some((schema, id)) = keys::snapshot_of(&meta.location) else {
            continue;
        };
        let one = all.entry((id, schema)).or_insert(Snapshot {
            schema,
            id,
            file: None,
            descriptor: None,
        });
        match meta.location == one.descriptor_key() {
            true => one.descriptor = Some(meta.size),
            false => one.file = Some(meta.size),
        }
    }
    Ok(all.into_values().rev().collect())
}

/// What is said of a snapshot, if this store and version may use it.
pub(super) async fn describe(
    store: &dyn ObjectStore,
    one: &Snapshot,
    store_id: &str,
) -> Result<Descriptor, Unfit> {
    if one.schema != SCHEMA {
        return Err(Unfit::Version(one.schema));
    }
    let (Some(size), Some(_)) = (one.file, one.descriptor) else {
        return Err(Unfit::Unfinished("a part of it is missing".into()));
    };
    let descriptor = match read(store, one).await {
        Ok(Some(descriptor)) => descriptor,
        Ok(None) => return Err(Unfit::Unfinished("a part of it is missing".into())),
        Err(StorageError::Corrupt(what)) => return Err(Unfit::Unfinished(what)),
        Err(error) => return Err(Unfit::Lost(error.to_string())),
    };
    if descriptor.schema != SCHEMA {
        return Err(Unfit::Version(descriptor.schema));
    }
    if descriptor.store != store_id {
        return Err(Unfit::Foreign);
    }
    if descriptor.size != size || descriptor.unpacked > LARGEST {
        let expected = descriptor.size;
        return Err(Unfit::Damaged(format!(
            "{size} bytes instead of {expected}"
        )));
    }
    Ok(descriptor)
}

async fn read(store: &dyn ObjectStore, one: &Snapshot) -> Result<Option<Descriptor>, StorageError> {
    objects::read_json(store, &one.descriptor_key()).await
}

/// Writes the bytes of a snapshot into a file, and compares them with what is said of them.
pub(super) async fn fetch(
    store: &dyn ObjectStore,
    key: &Path,
    descriptor: &Descriptor,
    place: &std::path::Path,
) -> Result<(), Unfit> {
    let lost = |error: object_store::Error| Unfit::Lost(StorageError::of(error).to_string());
    let mut chunks = store.get(key).await.map_err(lost)?.into_stream();
    let mut file = tokio::fs::File::create(place).await?;
    let (mut size, mut hash) = (0, Sha256::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(lost)?;
        size += chunk.len() as u64;
        if size > descriptor.size {
            break;
        }
        hash.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    match size == descriptor.size && hex(hash) == descriptor.sha256 {
        true => Ok(()),
        false => Err(Unfit::Damaged("its SHA-256 is another one".into())),
    }
}

/// The newest whole snapshot of this version.
pub(super) async fn newest(
    store: &dyn ObjectStore,
) -> Result<Option<(Ulid, Descriptor)>, StorageError> {
    for one in list(store).await? {
        if one.schema != SCHEMA || one.file.is_none() || one.descriptor.is_none() {
            continue;
        }
        match read(store, &one).await {
            Ok(found) => return Ok(found.map(|found| (one.id, found))),
            Err(StorageError::Corrupt(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The objects of snapshots that may go, with their sizes:
///
/// - at once, those that lack an event by which something was taken out of the store for good, when so many are known;
/// - at once, those of this version beyond the newest three;
/// - those of other versions, unfinished and damaged ones, once they are older than a time of the store's clock.
pub(crate) async fn superfluous(
    store: &dyn ObjectStore,
    forgot: u64,
    before_ms: u64,
) -> Result<Vec<(Path, u64)>, StorageError> {
    let mut gone = Vec::new();
    let mut kept = 0;
    for one in list(store).await? {
        let is_old = one.id.timestamp_ms() < before_ms;
        let descriptor = match one.file.and(one.descriptor) {
            None => None,
            Some(_) => match read(store, &one).await {
                Ok(found) => found,
                Err(StorageError::Corrupt(_)) => None,
                Err(error) => return Err(error),
            },
        };
        let goes = match descriptor {
            None => is_old,
            Some(found) if found.forgot < forgot => true,
            Some(_) if one.schema != SCHEMA => is_old,
            Some(_) => {
                kept += 1;
                kept > KEPT
            }
        };
        if goes {
            gone.extend(one.objects());
        }
    }
    Ok(gone)
}

/// A hash as lower-case hex.
pub(super) fn hex(hash: Sha256) -> String {
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
