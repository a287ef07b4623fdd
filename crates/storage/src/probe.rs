//! Whether a store works, asked at start and by the health route.
use crate::{StorageError, keys, objects};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// The layout of section "keys"; a store with another number is not touched.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Format {
    format: u32,
    /// Tells this store from all others.
    store: String,
}

/// Writes, reads, lists and deletes a probe, and begins and aborts a multipart upload.
pub(crate) async fn works(store: &dyn ObjectStore) -> Result<(), StorageError> {
    let id = Ulid::new();
    let key = keys::probe(id);
    let bytes = Bytes::from(keys::lower(id));
    let step =
        |verb: &'static str| move |error: object_store::Error| name(verb, StorageError::of(error));

    store
        .put(&key, bytes.clone().into())
        .await
        .map_err(step("write"))?;
    let size = store.head(&key).await.map_err(step("read"))?.size;
    let found = async { store.get(&key).await?.bytes().await }
        .await
        .map_err(step("read"))?;
    if size != bytes.len() as u64 || found != bytes {
        return Err(StorageError::Corrupt(
            "the store does not give back what was written".into(),
        ));
    }
    let folder = Path::from("probe");
    let listed: Vec<_> = store
        .list(Some(&folder))
        .map_ok(|meta| meta.location)
        .try_collect()
        .await
        .map_err(step("list"))?;
    if !listed.contains(&key) {
        return Err(StorageError::Misconfigured(
            "The store does not list at once what was written to it.".into(),
        ));
    }
    store.delete(&key).await.map_err(step("delete"))?;
    // An ability that small files do not need.
    if let Err(error) = multipart(store).await {
        tracing::warn!(%error, "the store takes no uploads in parts: files above 8 MiB cannot be stored");
    }
    Ok(())
}

async fn multipart(store: &dyn ObjectStore) -> object_store::Result<()> {
    let mut upload = store.put_multipart(&keys::probe(Ulid::new())).await?;
    let part = upload.put_part(Bytes::from_static(b"probe").into()).await;
    let abort = upload.abort().await;
    part.and(abort)
}

/// Says what the store refuses.
fn name(verb: &str, error: StorageError) -> StorageError {
    match error {
        StorageError::Denied(text) => StorageError::Denied(format!(
            "it must be possible to write, read, list and delete, but not to {verb}: {text}"
        )),
        other => other,
    }
}

/// Milliseconds that the store's clock is ahead of ours, rather too few than too many: a listing that begins too early
/// only lists more. Only the time of an object tells it through every kind of store.
pub(crate) async fn clock_offset_ms(store: &dyn ObjectStore) -> Result<i64, StorageError> {
    let key = keys::clock(Ulid::new());
    store
        .put(&key, Bytes::from_static(b"clock").into())
        .await
        .map_err(StorageError::of)?;
    let ours = chrono::Utc::now().timestamp_millis();
    let theirs = store.head(&key).await.map_err(StorageError::of)?;
    if let Err(error) = store.delete(&key).await {
        tracing::warn!(%key, %error, "a probe of the clock stays behind");
    }
    Ok(theirs.last_modified.timestamp_millis() - ours)
}

/// Writes the format number into a new store, and refuses one of a later version. Gives the id of the store.
pub(crate) async fn format(store: &dyn ObjectStore) -> Result<String, StorageError> {
    match objects::read_json::<Format>(store, &keys::format()).await? {
        Some(format) => check(&format).map(|()| format.store),
        None => {
            let format = Format {
                format: FORMAT,
                store: keys::lower(Ulid::new()),
            };
            objects::write(store, &keys::format(), objects::json(&format)?).await?;
            Ok(format.store)
        }
    }
}

/// One cheap read.
pub(crate) async fn is_formatted(store: &dyn ObjectStore) -> Result<(), StorageError> {
    match objects::read_json::<Format>(store, &keys::format()).await? {
        Some(format) => check(&format),
        None => Err(StorageError::Corrupt(format!(
            "{} is missing",
            keys::format()
        ))),
    }
}

fn check(format: &Format) -> Result<(), StorageError> {
    match format.format {
        FORMAT => Ok(()),
        other => Err(StorageError::Misconfigured(format!(
            "The store was written by a later version of Surprisal (format {other}); use that version, or another store."
        ))),
    }
}
