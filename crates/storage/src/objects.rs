//! Small JSON objects: written with certainty, read whole.
use crate::StorageError;
use crate::error::is_missing;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::de::DeserializeOwned;

/// No small object is larger; what is larger is not ours.
pub(crate) const LARGEST: u64 = 64 * 1024;

/// Writes an object under a key that nobody else uses.
///
/// An error of a write does not mean that it failed: the answer may be lost, and a local directory may have failed to
/// sync after the rename. So the store is asked what it has.
pub(crate) async fn write(
    store: &dyn ObjectStore,
    key: &Path,
    bytes: Bytes,
) -> Result<(), StorageError> {
    let Err(error) = store.put(key, bytes.clone().into()).await else {
        return Ok(());
    };
    let error = StorageError::of(error);
    if error.is_doubtful() {
        let found = async { store.get(key).await?.bytes().await }.await;
        if found.is_ok_and(|found| found == bytes) {
            tracing::warn!(%key, %error, "a write failed, but the object is there");
            return Ok(());
        }
    }
    Err(error)
}

/// Writes an object in place of another: what a policy takes out of it must go. Everything else is written once.
pub(crate) async fn write_again(
    store: &dyn ObjectStore,
    key: &Path,
    bytes: Bytes,
) -> Result<(), StorageError> {
    if bytes.len() as u64 > LARGEST {
        let size = bytes.len();
        return Err(StorageError::Corrupt(format!(
            "{key} would have {size} bytes"
        )));
    }
    write(store, key, bytes).await
}

/// Reads an object; `None` when it is not there.
pub(crate) async fn read(
    store: &dyn ObjectStore,
    key: &Path,
) -> Result<Option<Bytes>, StorageError> {
    let object = match store.get(key).await {
        Ok(object) if object.meta.size > LARGEST => {
            return Err(StorageError::Corrupt(format!(
                "{key} has {} bytes",
                object.meta.size
            )));
        }
        Ok(object) => object,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(StorageError::of(error)),
    };
    object.bytes().await.map(Some).map_err(StorageError::of)
}

/// Reads JSON; `None` when the object is not there.
pub(crate) async fn read_json<T: DeserializeOwned>(
    store: &dyn ObjectStore,
    key: &Path,
) -> Result<Option<T>, StorageError> {
    let Some(bytes) = read(store, key).await? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes);
    value
        .map(Some)
        .map_err(|error| StorageError::Corrupt(format!("{key}: {error}")))
}

/// Whether an object is there, with this size.
pub(crate) async fn has(
    store: &dyn ObjectStore,
    key: &Path,
    size: u64,
) -> Result<bool, StorageError> {
    match store.head(key).await {
        Ok(meta) => Ok(meta.size == size),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(StorageError::of(error)),
    }
}

/// As JSON. The types of this room always can be written so.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<Bytes, StorageError> {
    let bytes =
        serde_json::to_vec(value).map_err(|error| StorageError::Corrupt(error.to_string()))?;
    Ok(bytes.into())
}
