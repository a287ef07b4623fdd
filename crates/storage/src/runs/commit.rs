//! From bytes to a run: the manifest is the commit.
use super::RunStore;
use crate::catalogue::Kind;
use crate::{StorageError, Upload, Uploaded, keys, manifest, objects, pointer};
use api::RunSummary;
use object_store::path::Path;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// From choosing a blob to its manifest: at most. Half of what [`crate::Gc::SETTLE`] allows for, with the PUT.
const CHOICE: Duration = Duration::from_secs(60);

/// What is said to whoever uses a key for a second file.
pub const OTHER_FILE: &str =
    "This Idempotency-Key was used for another file; take a new key for each file.";

/// A client's key as it is kept: hashed, since it may be a secret of the client.
fn once(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl RunStore {
    /// Begins an upload. `length` is the announced size, `limit` the largest one allowed; they choose the part size.
    pub fn start_upload(&self, length: Option<u64>, limit: u64) -> Upload {
        Upload::new(self.store.clone(), self.new_id(), length, limit)
    }

    /// Writes the manifest: from now on the run exists. Fills id, path, time, size and hash of the summary, and
    /// shortens it where the manifest would become larger than 64 KiB.
    ///
    /// # Errors
    /// What the store says; the run then does not exist, except that a store which never answers leaves it unknown.
    pub async fn commit(
        &self,
        uploaded: Uploaded,
        summary: RunSummary,
    ) -> Result<RunSummary, StorageError> {
        self.write_manifest(uploaded, summary, None).await
    }

    /// As [`RunStore::commit`], but of all commits under one key only the first one makes a run; the others give it
    /// back, with `false`. Two servers at the same moment may both store; then all lists show the first one only.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when the key was used for other bytes, else as [`RunStore::commit`].
    pub async fn commit_once(
        &self,
        uploaded: Uploaded,
        summary: RunSummary,
        key: &str,
    ) -> Result<(RunSummary, bool), StorageError> {
        let _turn = self.once.lock().await;
        if let Some(run) = self.stored_once(key, Some(&uploaded.sha256)).await? {
            return Ok((run, false));
        }
        let once = once(key);
        let run = self.write_manifest(uploaded, summary, Some(&once)).await?;
        Ok((run, true))
    }

    /// The run that was stored under this key, by any server. With `sha256`, only if it has these bytes.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when the key was used for other bytes, else as [`RunStore::run`].
    pub async fn stored_once(
        &self,
        key: &str,
        sha256: Option<&str>,
    ) -> Result<Option<RunSummary>, StorageError> {
        self.catalogue.look(&*self.store).await?;
        match self.catalogue.stored_once(once(key)).await? {
            None => Ok(None),
            Some((_, found)) if sha256.is_some_and(|sha256| sha256 != found) => {
                Err(StorageError::BadRequest(OTHER_FILE.into()))
            }
            Some((id, _)) => self.run(&id).await.map(Some),
        }
    }

    async fn write_manifest(
        &self,
        uploaded: Uploaded,
        mut summary: RunSummary,
        once: Option<&str>,
    ) -> Result<RunSummary, StorageError> {
        // A blob that was chosen longer ago may just be on its way out, see `gc`.
        if uploaded.chosen.elapsed() > CHOICE {
            return Err(StorageError::Unavailable(format!(
                "{} waited too long for its manifest",
                uploaded.path
            )));
        }
        // An older blob may have been chosen a moment ago, so look again just before it counts.
        if !objects::has(
            &*self.store,
            &Path::from(uploaded.path.as_str()),
            uploaded.size,
        )
        .await?
        {
            return Err(StorageError::Unavailable(format!(
                "{} vanished before it was committed",
                uploaded.path
            )));
        }
        pointer::remember_blob(&*self.store, &uploaded).await;
        // Only now: the id is the time of publication, however long the upload took.
        let id = self.new_id();
        summary.id = keys::lower(id);
        summary.imported_at_ms = id.timestamp_ms();
        summary.path = uploaded.path;
        summary.size = uploaded.size;
        summary.sha256 = uploaded.sha256;
        let bytes = manifest::encode(&mut summary, once)?;
        self.publish(Kind::Run, id, bytes).await?;
        tracing::info!(run = summary.id, size = summary.size, "a run was stored");
        Ok(summary)
    }
}
