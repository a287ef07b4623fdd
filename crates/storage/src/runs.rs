//! Runs: upload, commit, read, list, delete.
use crate::catalogue::{Catalogue, Event};
use crate::error::is_missing;
use crate::file::{Expected, checked, chunks};
use crate::{Secrets, StorageError, StoreSetting};
use crate::{keys, manifest, objects, open, pointer, probe};
use api::{RunList, RunListQuery, RunSummary};
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use ulid::Ulid;

pub use crate::file::FileBody;
pub use crate::upload::{Upload, Uploaded};

/// The runs of one store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RunStore {
    store: Arc<dyn ObjectStore>,
    catalogue: Arc<Catalogue>,
    last_id: Arc<Mutex<Ulid>>,
}

impl RunStore {
    /// Opens the store and checks that it works: write, read, list, delete of a probe.
    ///
    /// # Errors
    /// The text says what to do: make the directory or bucket, set the credentials, start MinIO.
    pub async fn open(setting: &StoreSetting, secrets: &Secrets) -> Result<Self, StorageError> {
        let store = open::open(setting, secrets).await?;
        let runs = Self::on(store).await?;
        tracing::info!(store = %setting, "the store is open");
        Ok(runs)
    }

    /// The runs of any object store, checked as by [`RunStore::open`].
    ///
    /// # Errors
    /// The store does not work, or was written by a later version.
    pub async fn on(store: Arc<dyn ObjectStore>) -> Result<Self, StorageError> {
        probe::works(&*store).await?;
        probe::format(&*store).await?;
        Ok(Self {
            store,
            catalogue: Arc::default(),
            last_id: Arc::new(Mutex::new(Ulid::nil())),
        })
    }

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
        mut summary: RunSummary,
    ) -> Result<RunSummary, StorageError> {
        // An older blob may have been chosen minutes ago, so look again just before it counts.
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
        let bytes = manifest::encode(&mut summary)?;
        objects::write(&*self.store, &keys::run(id), bytes).await?;
        tracing::info!(run = summary.id, size = summary.size, "a run was stored");
        Ok(summary)
    }

    /// The manifest of a run. `latest` is the last one stored.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::Gone`], [`StorageError::Corrupt`], or what the store says; never
    /// `NotFound` when the store cannot tell.
    pub async fn run(&self, id: &str) -> Result<RunSummary, StorageError> {
        let id = self.resolve(id).await?;
        let key = keys::run(id);
        let (deleted, bytes) = tokio::try_join!(
            self.catalogue.is_deleted(&*self.store, id),
            objects::read(&*self.store, &key)
        )?;
        match bytes {
            _ if deleted => Err(StorageError::Gone(keys::lower(id))),
            None => Err(StorageError::NotFound(keys::lower(id))),
            Some(bytes) => manifest::decode(id, &bytes),
        }
    }

    /// One page, newest first. Manifests that cannot be read are logged and left out.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when `before` is no id, or what the store says.
    pub async fn list(&self, query: &RunListQuery) -> Result<RunList, StorageError> {
        self.catalogue.list(&*self.store, query).await
    }

    /// Marks a run as deleted. Its bytes stay until a janitor removes them.
    ///
    /// # Errors
    /// As [`RunStore::run`], but a damaged manifest can be deleted too.
    pub async fn delete(&self, id: &str) -> Result<(), StorageError> {
        let id = self.resolve(id).await?;
        if self.catalogue.is_deleted(&*self.store, id).await? {
            return Err(StorageError::Gone(keys::lower(id)));
        }
        match self.store.head(&keys::run(id)).await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {
                return Err(StorageError::NotFound(keys::lower(id)));
            }
            Err(error) => return Err(StorageError::of(error)),
        }
        let tombstone = objects::json(&Event::tombstone(id))?;
        objects::write(&*self.store, &keys::event(self.new_id()), tombstone).await?;
        self.catalogue.mark_deleted(id);
        tracing::info!(run = keys::lower(id), "a run was deleted");
        Ok(())
    }

    /// The bytes of a run as received, whole or a range of them. A range may end beyond the file.
    ///
    /// # Errors
    /// As [`RunStore::run`]; [`StorageError::BadRange`] for a range that is empty or begins beyond the file. The
    /// stream ends with an error when the bytes are fewer, more, or (of a whole file) others than those received.
    pub async fn file(
        &self,
        id: &str,
        range: Option<Range<u64>>,
    ) -> Result<FileBody, StorageError> {
        let run = self.run(id).await?;
        let asked = match &range {
            None => 0..run.size,
            Some(range) if range.start < range.end && range.start < run.size => {
                range.start..range.end.min(run.size)
            }
            Some(_) => return Err(StorageError::BadRange(run.size)),
        };
        let options = GetOptions::new().with_range(range.map(|_| asked.clone()));
        // A missing blob is damage, not "no such run": the run exists.
        let object = self
            .store
            .get_opts(&Path::from(run.path.as_str()), options)
            .await
            .map_err(StorageError::of)?;
        if object.meta.size != run.size || object.range != asked {
            let (key, found) = (&run.path, object.meta.size);
            return Err(StorageError::Corrupt(format!(
                "{key} has {found} bytes instead of {}",
                run.size
            )));
        }
        let whole = asked == (0..run.size);
        let expected = Expected {
            key: run.path.clone(),
            length: asked.end - asked.start,
            sha256: whole.then(|| run.sha256.clone()),
        };
        let stream = checked(chunks(object), expected);
        Ok(FileBody {
            run,
            range: asked,
            stream,
        })
    }

    /// One cheap read, for the health route.
    ///
    /// # Errors
    /// What the store says, or that it is empty where it should not be.
    pub async fn check(&self) -> Result<(), StorageError> {
        probe::is_formatted(&*self.store).await
    }

    async fn resolve(&self, id: &str) -> Result<Ulid, StorageError> {
        let found = match id {
            "latest" => self.catalogue.latest(&*self.store).await?,
            _ => keys::parse_id(id),
        };
        found.ok_or_else(|| StorageError::NotFound(id.to_owned()))
    }

    /// A new id, larger than all earlier ones of this process: the order of a list is that of the commits.
    fn new_id(&self) -> Ulid {
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Ulid::new();
        let id = if new > *last {
            new
        } else {
            last.increment().unwrap_or(new)
        };
        *last = id;
        id
    }
}
