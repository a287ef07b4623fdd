//! Snapshots of the catalogue in the store: a server that begins anew adopts one and tails from its cursor, instead of fetching
//! every manifest.
//!
//! | module | job |
//! |---|---|
//! | `file` | from the database to a packed file, and back with distrust |
//! | `shelf` | which snapshots lie in the store, and which of them may go |
//!
//! A snapshot holds nothing that cannot be read elsewhere in the store, so any of them may be lost, and one that cannot be used is
//! passed over. What a policy took out of the store must not live on in one: each says how many events that took something away
//! it knows of, and whoever knows of more removes it.
pub(super) mod file;
pub(crate) mod shelf;

use super::apply::Kind;
use super::{Catalogue, StorageError};
use crate::gc::remove;
use crate::{keys, objects};
use file::{Packed, Unfit};
use object_store::buffered::BufWriter;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use shelf::Descriptor;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use ulid::Ulid;

/// Between two looks at the snapshots; each server adds up to a half of it, so that they do not all publish at once.
const EVERY: Duration = Duration::from_secs(120);
/// No snapshot is made within this time of the last one, by whichever server.
const PAUSE_MS: u64 = 10 * 60_000;
/// Fewer objects are fetched quickly enough without one.
const FEW: u64 = 1_000;
/// Bytes of a part, of which two are under way.
const PART: usize = 8 << 20;

impl Catalogue {
    /// Looks after the snapshots until the last other handle of the catalogue is gone.
    pub(crate) async fn keep_snapshots(store: Arc<dyn ObjectStore>, catalogue: Weak<Self>) {
        loop {
            let more = EVERY.mul_f64((Ulid::new().random() % 500) as f64 / 1000.0);
            tokio::time::sleep(EVERY + more).await;
            let Some(catalogue) = catalogue.upgrade() else {
                return;
            };
            if let Err(error) = catalogue.tend_snapshots(&store).await {
                tracing::warn!(%error, "the snapshots of the catalogue could not be looked after");
            }
        }
    }

    /// Removes snapshots that may go, and makes one when much has happened since the last. Returns the key of a new one.
    pub(crate) async fn tend_snapshots(
        &self,
        store: &Arc<dyn ObjectStore>,
    ) -> Result<Option<String>, StorageError> {
        let (rows, forgot) = self.with(|db| file::counts(db)).await?;
        let now = self.now_ms();
        let day_ago = now.saturating_sub(super::tail::DAY_MS);
        for (key, _) in shelf::superfluous(&**store, forgot, day_ago).await? {
            remove(&**store, &key).await?;
        }
        let last = shelf::newest(&**store).await?;
        match is_due(rows, last.map(|(id, of)| (id.timestamp_ms(), of.rows)), now) {
            true => self.publish(store).await,
            false => Ok(None),
        }
    }

    /// Makes a snapshot. Its key; `None` when nothing was listed yet, or something was taken away meanwhile.
    pub(crate) async fn publish(
        &self,
        store: &Arc<dyn ObjectStore>,
    ) -> Result<Option<String>, StorageError> {
        let id = Ulid::from_parts(self.now_ms(), Ulid::new().random());
        let scratch = file::scratch(self.file()).map_err(unwritten)?;
        let place = scratch.path().to_owned();
        let Some(made) = self.with(move |db| file::make(db, &place)).await? else {
            return Ok(None);
        };
        let key = keys::snapshot(file::SCHEMA, id);
        let packed = match upload(store, &key, scratch).await {
            Ok(packed) => packed,
            Err(error) => {
                let _ = store.delete(&key).await;
                return Err(error);
            }
        };
        let descriptor = keys::descriptor(file::SCHEMA, id);
        let tells = objects::json(&Descriptor::new(&self.store_id, &made, &packed))?;
        objects::write(&**store, &descriptor, tells).await?;
        // Whoever took something away meanwhile has looked for snapshots, perhaps before this one was there.
        let same = self.forgot_only(&**store, made.forgot).await;
        if !matches!(same, Ok(true)) {
            remove(&**store, &descriptor).await?;
            remove(&**store, &key).await?;
            return same.map(|_| None);
        }
        tracing::info!(%key, rows = made.rows, size = packed.size, "a snapshot of the catalogue was made");
        Ok(Some(key.to_string()))
    }

    /// Whether, by the latest events, nothing more was taken away than this.
    async fn forgot_only(&self, store: &dyn ObjectStore, known: u64) -> Result<bool, StorageError> {
        let mut places = self.turn().await?;
        self.pass(store, &mut places, Kind::Event).await?;
        Ok(self.forgot().await? == known)
    }

    /// How many events that took something away were read.
    pub(crate) async fn forgot(&self) -> Result<u64, StorageError> {
        self.with(|db| file::counts(db))
            .await
            .map(|(_, forgot)| forgot)
    }

    /// Takes over the newest snapshot that can be used, and returns its cursors: of runs and of events, by the store's clock.
    /// One that cannot be used is never an error: then everything is listed.
    pub(super) async fn adopt(&self, store: &dyn ObjectStore, now: u64) -> Option<(u64, u64)> {
        let all = match shelf::list(store).await {
            Ok(all) => all,
            Err(error) => {
                tracing::warn!(%error, "the snapshots of the catalogue could not be listed");
                return None;
            }
        };
        for one in all {
            let key = one.file_key();
            match self.take(store, &one, now).await {
                Ok((cursors, rows)) => {
                    self.changed();
                    tracing::info!(%key, rows, "a snapshot of the catalogue was adopted");
                    return Some(cursors);
                }
                Err(error) => tracing::warn!(%key, %error, "a snapshot is passed over"),
            }
        }
        None
    }

    async fn take(
        &self,
        store: &dyn ObjectStore,
        one: &shelf::Snapshot,
        now: u64,
    ) -> Result<((u64, u64), u64), Unfit> {
        let descriptor = shelf::describe(store, one, &self.store_id).await?;
        let rows = descriptor.rows;
        let packed = file::scratch(self.file())?;
        let place = packed.path().to_owned();
        shelf::fetch(store, &one.file_key(), &descriptor, &place).await?;
        let (scratch, store_id) = (file::scratch(self.file())?, self.store_id.clone());
        let look = move || {
            file::unpack(packed.as_file(), scratch.path(), descriptor.unpacked)?;
            let found = file::look(scratch.path(), &store_id, now)?;
            Ok::<_, Unfit>((scratch, found))
        };
        let looked = tokio::task::spawn_blocking(look).await;
        let (scratch, found) = looked.map_err(|error| Unfit::Lost(error.to_string()))??;
        let cursors = found.cursors;
        let taken = self.with(move |db| file::take(db, &found.db)).await;
        drop(scratch);
        taken.map_err(|error| Unfit::Lost(error.to_string()))?;
        Ok((cursors, rows))
    }
}

/// Whether a snapshot is worth its while: with what was applied so far, the time and the rows of the last one, and the time.
fn is_due(rows: u64, last: Option<(u64, u64)>, now: u64) -> bool {
    let (at, known) = last.unwrap_or_default();
    rows.saturating_sub(known) >= FEW.max(known / 10) && now.saturating_sub(at) >= PAUSE_MS
}

/// Packs a file into the store, and removes it. Memory is that of a few parts.
async fn upload(
    store: &Arc<dyn ObjectStore>,
    key: &object_store::path::Path,
    scratch: tempfile::NamedTempFile,
) -> Result<Packed, StorageError> {
    let mut out =
        BufWriter::with_capacity(store.clone(), key.clone(), PART).with_max_concurrency(2);
    let (queue, mut frames) = mpsc::channel::<bytes::Bytes>(1);
    let packing = tokio::task::spawn_blocking(move || {
        // Who does not listen has failed, and says so.
        file::pack(scratch.path(), |frame| {
            queue.blocking_send(frame.into()).is_ok()
        })
    });
    let (mut size, mut hash) = (0, Sha256::new());
    while let Some(frame) = frames.recv().await {
        size += frame.len() as u64;
        hash.update(&frame);
        if let Err(error) = out.put(frame).await {
            let _ = out.abort().await;
            return Err(StorageError::of(error));
        }
    }
    let unpacked = match packing.await {
        Ok(Ok(unpacked)) => unpacked,
        Ok(Err(error)) => {
            let _ = out.abort().await;
            return Err(unwritten(error));
        }
        Err(error) => {
            let _ = out.abort().await;
            return Err(StorageError::Unavailable(format!("the snapshot: {error}")));
        }
    };
    out.shutdown().await.map_err(StorageError::of_writer)?;
    Ok(Packed {
        size,
        unpacked,
        sha256: shelf::hex(hash),
    })
}

fn unwritten(error: std::io::Error) -> StorageError {
    StorageError::Unavailable(format!("the snapshot of the catalogue: {error}"))
}

#[cfg(test)]
mod tests;
