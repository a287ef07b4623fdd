//! From a content hash to the blob that holds those bytes, so that equal files are stored once.
use crate::{StorageError, Uploaded, keys, objects};
use object_store::ObjectStore;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

/// The blob that holds certain bytes: a hint, looked at before it is followed.
#[derive(Debug, Serialize, Deserialize)]
struct Pointer {
    blob: String,
    size: u64,
}

/// The blob that already holds these bytes. A hint that cannot be read is no hint.
pub(crate) async fn known_blob(store: &dyn ObjectStore, sha256: &str, size: u64) -> Option<String> {
    let pointer: Pointer = match objects::read_json(store, &keys::pointer(sha256)).await {
        Ok(pointer) => pointer?,
        Err(error) => {
            tracing::warn!(sha256, %error, "the pointer to equal bytes cannot be read");
            return None;
        }
    };
    if pointer.size != size || !keys::is_blob(&pointer.blob) {
        tracing::warn!(sha256, ?pointer, "the pointer to equal bytes is wrong");
        return None;
    }
    let found = objects::has(store, &Path::from(pointer.blob.as_str()), size).await;
    matches!(found, Ok(true)).then_some(pointer.blob)
}

/// The blob that a pointer names; `None` when the pointer is gone.
pub(crate) async fn blob_of(
    store: &dyn ObjectStore,
    key: &Path,
) -> Result<Option<String>, StorageError> {
    let pointer: Option<Pointer> = objects::read_json(store, key).await?;
    Ok(pointer.map(|pointer| pointer.blob))
}

/// Notes where these bytes lie. A failure costs a later duplicate, nothing more.
pub(crate) async fn remember_blob(store: &dyn ObjectStore, uploaded: &Uploaded) {
    let key = keys::pointer(&uploaded.sha256);
    let known = objects::read_json::<Pointer>(store, &key).await;
    if matches!(known, Ok(Some(pointer)) if pointer.blob == uploaded.path) {
        return;
    }
    let pointer = Pointer {
        blob: uploaded.path.clone(),
        size: uploaded.size,
    };
    let written = match objects::json(&pointer) {
        Ok(bytes) => objects::write(store, &key, bytes).await,
        Err(error) => Err(error),
    };
    if let Err(error) = written {
        tracing::warn!(%key, %error, "the pointer to a blob could not be written");
    }
}
