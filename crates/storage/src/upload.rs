//! Bytes on their way in: counted, hashed, cut into parts of which at most two are under way.
use crate::error::StorageError;
use crate::parts::Parts;
use crate::pointer::known_blob;
use crate::{keys, objects};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Instant;
use ulid::Ulid;

/// Up to here an upload is a single request; no part but the last is smaller.
const PART: u64 = 8 * 1024 * 1024;
/// S3 allows 10,000 parts; a few are kept in reserve.
const PARTS: u64 = 9_000;
/// No part is larger, whatever the limit: each one lies in memory. With 9,000 parts this is 4.4 TiB.
const LARGEST_PART: u64 = 512 * 1024 * 1024;
/// The buffer begins with this much: most files are small.
const FIRST_BUFFER: usize = 256 * 1024;

/// An upload on its way in. Dropped without `finish`, it leaves nothing visible behind.
#[derive(Debug)]
pub struct Upload {
    store: Arc<dyn ObjectStore>,
    key: Path,
    limit: u64,
    part_size: usize,
    received: u64,
    hash: Sha256,
    buffer: Vec<u8>,
    parts: Option<Parts>,
    /// After an error only giving up is left.
    failed: bool,
    /// What the client says that the hash is.
    expected: Option<String>,
}

/// A blob that is complete but belongs to no run yet.
#[derive(Debug)]
pub struct Uploaded {
    /// Key of the blob.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// When it was known which blob has the bytes.
    pub(crate) chosen: Instant,
}

impl Upload {
    pub(crate) fn new(
        store: Arc<dyn ObjectStore>,
        id: Ulid,
        length: Option<u64>,
        limit: u64,
    ) -> Self {
        Self {
            store,
            key: keys::blob(id),
            limit,
            part_size: part_size(length, limit),
            received: 0,
            hash: Sha256::new(),
            buffer: Vec::new(),
            parts: None,
            failed: false,
            expected: None,
        }
    }

    /// Refuses at the end bytes that have another SHA-256 (lower-case hex) than this.
    #[must_use]
    pub fn expect_sha256(mut self, sha256: Option<String>) -> Self {
        self.expected = sha256;
        self
    }

    /// Takes the next bytes; waits while two parts are on their way.
    ///
    /// # Errors
    /// [`StorageError::TooLarge`] past the limit, or what the store says. The upload is then given up: what was stored
    /// of it is removed, and every further call is an error.
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StorageError> {
        if self.failed {
            return Err(StorageError::BadRequest(
                "The upload has failed before.".into(),
            ));
        }
        // Whoever drops this future in the middle has lost bytes: then, too, only giving up is left.
        self.failed = true;
        let result = self.take(&chunk).await;
        self.failed = result.is_err();
        if result.is_err() {
            self.give_up().await;
        }
        result
    }

    async fn take(&mut self, mut chunk: &[u8]) -> Result<(), StorageError> {
        self.received = self.received.saturating_add(chunk.len() as u64);
        if self.received > self.limit {
            return Err(StorageError::TooLarge(self.limit));
        }
        self.hash.update(chunk);
        while !chunk.is_empty() {
            // A full buffer is sent only when more comes: an upload of exactly one part is a single request.
            if self.buffer.len() == self.part_size {
                self.send_part().await?;
            }
            let (now, later) = chunk.split_at(chunk.len().min(self.part_size - self.buffer.len()));
            self.reserve(now.len());
            self.buffer.extend_from_slice(now);
            chunk = later;
        }
        Ok(())
    }

    /// Grows the buffer by doubling, but never beyond one part.
    fn reserve(&mut self, more: usize) {
        let needed = self.buffer.len() + more;
        if needed > self.buffer.capacity() {
            let target = needed
                .max(self.buffer.capacity() * 2)
                .max(FIRST_BUFFER)
                .min(self.part_size);
            self.buffer.reserve_exact(target - self.buffer.len());
        }
    }

    async fn send_part(&mut self) -> Result<(), StorageError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => {
                let upload = self
                    .store
                    .put_multipart(&self.key)
                    .await
                    .map_err(StorageError::of)?;
                none.insert(Parts::new(upload))
            }
        };
        let part = Bytes::from(std::mem::take(&mut self.buffer));
        parts.send(part).await.map_err(StorageError::of)
    }

    /// All bytes were written: stores the last part and completes the blob.
    ///
    /// When the store already holds the same bytes, what was sent is dropped and that blob is used.
    ///
    /// # Errors
    /// What the store says; nothing is left behind then.
    pub async fn finish(mut self) -> Result<Uploaded, StorageError> {
        if self.failed {
            return Err(StorageError::BadRequest(
                "The upload has failed before.".into(),
            ));
        }
        let result = self.complete().await;
        if result.is_err() {
            self.give_up().await;
        }
        result
    }

    async fn complete(&mut self) -> Result<Uploaded, StorageError> {
        let sha256: String = self
            .hash
            .finalize_reset()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if self
            .expected
            .as_ref()
            .is_some_and(|expected| *expected != sha256)
        {
            return Err(StorageError::BadRequest(
                "The file did not arrive as it was sent: its SHA-256 is not that of Content-Digest. Try again.".into(),
            ));
        }
        let size = self.received;
        let store = self.store.clone();
        // The whole body was received and hashed, so its owner has it: knowing that it was here before tells nothing.
        let chosen = Instant::now();
        if let Some(path) = known_blob(&*store, &sha256, size).await {
            self.give_up().await;
            return Ok(Uploaded {
                path,
                size,
                sha256,
                chosen,
            });
        }
        if self.parts.is_some() || self.buffer.len() as u64 > PART {
            self.send_part().await?;
            self.complete_parts(size).await?;
        } else {
            let body = Bytes::from(std::mem::take(&mut self.buffer));
            objects::write(&*store, &self.key, body).await?;
        }
        Ok(Uploaded {
            path: self.key.to_string(),
            size,
            sha256,
            // Its own blob is new, so that nobody removes it.
            chosen: Instant::now(),
        })
    }

    async fn complete_parts(&mut self, size: u64) -> Result<(), StorageError> {
        let Some(mut parts) = self.parts.take() else {
            return Ok(());
        };
        if let Err(error) = parts.complete().await {
            let error = StorageError::of(error);
            // The answer may be lost although the object is there.
            if !(error.is_doubtful()
                && objects::has(&*self.store, &self.key, size)
                    .await
                    .unwrap_or(false))
            {
                self.parts = Some(parts);
                return Err(error);
            }
            tracing::warn!(key = %self.key, %error, "an upload was completed without an answer");
        }
        if objects::has(&*self.store, &self.key, size).await? {
            Ok(())
        } else {
            Err(StorageError::Corrupt(format!(
                "{} does not have the {size} bytes that were sent",
                self.key
            )))
        }
    }

    /// Gives up and removes what was stored.
    pub async fn abort(mut self) {
        self.give_up().await;
    }

    async fn give_up(&mut self) {
        self.failed = true;
        self.buffer = Vec::new();
        if let Some(parts) = self.parts.take() {
            parts.abort(&self.key).await;
        }
    }
}

impl Drop for Upload {
    /// The client went away in the middle: what was stored is removed in the background.
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        let key = self.key.clone();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move { parts.abort(&key).await })),
            Err(_) => {
                tracing::warn!(%key, "an upload was dropped outside of the runtime; its parts stay for the janitor")
            }
        }
    }
}

/// Equal parts, few enough for S3. Without a length the limit takes its place.
fn part_size(length: Option<u64>, limit: u64) -> usize {
    let most = length.map_or(limit, |length| length.min(limit));
    usize::try_from(most.div_ceil(PARTS).clamp(PART, LARGEST_PART)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_sizes() {
        const GIB: u64 = 1 << 30;
        for (length, limit, expected) in [
            (Some(0), 4 * GIB, PART),
            (Some(10 * GIB), 100 * GIB, PART),
            (None, 4 * GIB, PART),
            (None, u64::MAX, LARGEST_PART),
            (Some(9000 * PART), u64::MAX, PART),
            (Some(9000 * PART + 1), u64::MAX, PART + 1),
            (None, 9000 * (PART + 5), PART + 5),
            (Some(u64::MAX), 9000 * (PART + 5), PART + 5),
        ] {
            assert_eq!(
                part_size(length, limit) as u64,
                expected,
                "{length:?} {limit}"
            );
        }
    }
}
