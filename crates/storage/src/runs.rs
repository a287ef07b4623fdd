//! Runs: upload, commit, read, list, delete.
use crate::catalogue::{Catalogue, Event, Kind, LATE_MS, RunQuery};
use crate::change::RunChange;
use crate::file::{Expected, checked, chunks};
use crate::generations::Generations;
use crate::{Secrets, StorageError, StoreSetting};
use crate::{keys, manifest, objects, open, pointer, probe};
use api::{RunList, RunListQuery, RunSummary};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use ulid::Ulid;

/// From choosing a blob to its manifest: at most. Half of what [`crate::Gc::SETTLE`] allows for, with the PUT.
const CHOICE: Duration = Duration::from_secs(60);
/// Between two looks of somebody who follows a store.
const POLL: Duration = Duration::from_secs(1);

pub use crate::file::FileBody;
pub use crate::upload::{Upload, Uploaded};

/// The runs of one store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RunStore {
    store: Arc<dyn ObjectStore>,
    catalogue: Arc<Catalogue>,
    pub(crate) generations: Arc<Generations>,
    last_id: Arc<Mutex<Ulid>>,
    /// Commits under a key take turns.
    once: Arc<tokio::sync::Mutex<()>>,
}

/// A client's key as it is kept: hashed, since it may be a secret of the client.
fn once(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl RunStore {
    /// Opens the store and checks that it works: write, read, list, delete of a probe.
    ///
    /// # Errors
    /// The text says what to do: make the directory or bucket, set the credentials, start MinIO.
    pub async fn open(setting: &StoreSetting, secrets: &Secrets) -> Result<Self, StorageError> {
        Self::open_with(setting, secrets, None).await
    }

    /// As [`RunStore::open`], with the catalogue in this file. It may be deleted at any time while nobody uses it: it
    /// is built again from the store. Without a file, or when another process uses it, the catalogue is in memory.
    ///
    /// # Errors
    /// As [`RunStore::open`].
    pub async fn open_with(
        setting: &StoreSetting,
        secrets: &Secrets,
        catalogue: Option<PathBuf>,
    ) -> Result<Self, StorageError> {
        let store = open::open(setting, secrets).await?;
        let runs = Self::with_catalogue(store, catalogue).await?;
        tracing::info!(store = %setting, "the store is open");
        Ok(runs)
    }

    /// The runs of any object store, checked as by [`RunStore::open`].
    ///
    /// # Errors
    /// The store does not work, or was written by a later version.
    pub async fn on(store: Arc<dyn ObjectStore>) -> Result<Self, StorageError> {
        Self::with_catalogue(store, None).await
    }

    pub(crate) async fn with_catalogue(
        store: Arc<dyn ObjectStore>,
        file: Option<PathBuf>,
    ) -> Result<Self, StorageError> {
        probe::works(&*store).await?;
        let id = probe::format(&*store).await?;
        let catalogue = Catalogue::open(file, &id)?;
        // Beside a file that is ours alone nobody else has one.
        let generations = Generations::open(catalogue.file(), &id)?;
        catalogue.measure(&*store).await?;
        Ok(Self {
            store,
            catalogue: Arc::new(catalogue),
            generations: Arc::new(generations),
            last_id: Arc::new(Mutex::new(Ulid::nil())),
            once: Arc::default(),
        })
    }

    /// Follows the store until the last other handle of it is gone, so that listings need not look themselves: what
    /// other servers do is seen within two seconds. Ends at once when it is dropped.
    /// Now and then it leaves a snapshot of its catalogue in the store, for those that begin anew.
    pub fn follow(&self) -> impl Future<Output = ()> + Send + 'static {
        let (store, catalogue) = (self.store.clone(), Arc::downgrade(&self.catalogue));
        let snapshots = Catalogue::keep_snapshots(store.clone(), catalogue.clone());
        let looking = async move {
            loop {
                let Some(catalogue) = catalogue.upgrade() else {
                    return;
                };
                let looked = catalogue.look(&*store).await;
                catalogue.set_followed(looked.is_ok());
                if let Err(error) = looked {
                    tracing::warn!(%error, "the store could not be followed");
                }
                drop(catalogue);
                tokio::time::sleep(POLL).await;
            }
        };
        async move {
            tokio::select! {
                () = looking => {}
                () = snapshots => {}
            }
        }
    }

    /// Leaves a snapshot of the catalogue in the store, so that a server that begins anew reads one object instead of every
    /// manifest. Its key; `None` when nothing was listed yet, or when meanwhile something was taken out of the store for good.
    ///
    /// # Errors
    /// What the store says; no snapshot is left then.
    pub async fn publish_snapshot(&self) -> Result<Option<String>, StorageError> {
        self.catalogue.publish(&self.store).await
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
                Err(StorageError::BadRequest(
                    "This Idempotency-Key was used for another file; take a new key for each file."
                        .into(),
                ))
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
            Some(bytes) => {
                let run = manifest::decode(id, &bytes)?.run;
                self.catalogue.edited(id, run).await
            }
        }
    }

    /// One page, newest first. Manifests that cannot be read are logged and left out.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when `before` is no id, or what the store says.
    pub async fn list(&self, query: &RunListQuery) -> Result<RunList, StorageError> {
        self.find(&query.into()).await
    }

    /// One page of the runs that are asked for, in the order asked for.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when the question is none, or what the store says.
    pub async fn find(&self, query: &RunQuery) -> Result<RunList, StorageError> {
        self.catalogue.refresh(&*self.store).await?;
        self.catalogue.list(query).await
    }

    /// Changes name, tags or note. All servers come to the same result in whatever order they hear of changes.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] with what is wrong with the change, else as [`RunStore::run`].
    pub async fn change(&self, id: &str, change: RunChange) -> Result<RunSummary, StorageError> {
        let change = change.checked()?;
        let id = self.resolve(id).await?;
        let mut run = self.run(&keys::lower(id)).await?;
        if let Some(edit) = self.catalogue.plan(run.clone(), id, change).await? {
            let event = objects::json(&Event::edit(id, edit))?;
            self.publish(Kind::Event, self.new_id(), event).await?;
            run = self.catalogue.edited(id, run).await?;
            tracing::info!(run = run.id, "a run was changed");
        }
        Ok(run)
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
        // Read rather than asked for: the answer to a HEAD has no body, so that it does not tell a missing bucket from a
        // missing run.
        match objects::read(&*self.store, &keys::run(id)).await {
            Ok(Some(_)) | Err(StorageError::Corrupt(_)) => {}
            Ok(None) => return Err(StorageError::NotFound(keys::lower(id))),
            Err(error) => return Err(error),
        }
        let tombstone = objects::json(&Event::tombstone(id))?;
        self.publish(Kind::Event, self.new_id(), tombstone).await?;
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
        self.clock_is_right()?;
        probe::is_formatted(&*self.store).await
    }

    fn clock_is_right(&self) -> Result<(), StorageError> {
        let offset = self.catalogue.offset_ms();
        if offset.unsigned_abs() <= LATE_MS {
            return Ok(());
        }
        Err(StorageError::Misconfigured(format!(
            "the clocks of this machine and of the store are {} seconds apart; set them right.",
            offset.unsigned_abs() / 1000
        )))
    }

    /// Writes a manifest or an event, so that every server will hear of it, and applies it here.
    pub(crate) async fn publish(
        &self,
        kind: Kind,
        id: Ulid,
        bytes: Bytes,
    ) -> Result<(), StorageError> {
        self.clock_is_right()?;
        let key = match kind {
            Kind::Run => keys::run(id),
            Kind::Event => keys::event(id),
        };
        let limit = Duration::from_millis(LATE_MS);
        tokio::time::timeout(limit, objects::write(&*self.store, &key, bytes.clone()))
            .await
            .map_err(|_| StorageError::Timeout(format!("{key} was not written in {limit:?}")))??;
        self.catalogue.apply(vec![(kind, id, Ok(bytes))]).await?;
        // Accepted long after its id was taken, it may lie behind the cursor of somebody.
        let accepted = match self.store.head(&key).await {
            Ok(meta) => u64::try_from(meta.last_modified.timestamp_millis()).unwrap_or_default(),
            Err(_) => self.catalogue.now_ms(),
        };
        if accepted.saturating_sub(id.timestamp_ms()) > LATE_MS {
            tracing::warn!(%key, "published late, so it is announced");
            let event = objects::json(&Event::announce(key.to_string()))?;
            objects::write(&*self.store, &keys::event(self.new_id()), event).await?;
        }
        Ok(())
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Brings the catalogue up to date, as for a list.
    pub(crate) async fn catalogue_fresh(&self) -> Result<(), StorageError> {
        self.catalogue.refresh(&*self.store).await
    }

    /// A handle that does not keep the store open.
    pub(crate) fn weak(&self) -> impl Fn() -> Option<Self> + Send + 'static {
        let (store, last_id, once) = (self.store.clone(), self.last_id.clone(), self.once.clone());
        let catalogue = Arc::downgrade(&self.catalogue);
        let generations = Arc::downgrade(&self.generations);
        move || {
            Some(Self {
                store: store.clone(),
                catalogue: catalogue.upgrade()?,
                generations: generations.upgrade()?,
                last_id: last_id.clone(),
                once: once.clone(),
            })
        }
    }

    pub(crate) fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The store's time, milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.catalogue.now_ms()
    }

    async fn resolve(&self, id: &str) -> Result<Ulid, StorageError> {
        let found = match id {
            "latest" => {
                let one = RunQuery {
                    limit: 1,
                    ..RunQuery::default()
                };
                let newest = self.find(&one).await?.runs.pop();
                newest.and_then(|run| keys::parse_id(&run.id))
            }
            _ => keys::parse_id(id),
        };
        found.ok_or_else(|| StorageError::NotFound(id.to_owned()))
    }

    /// A new id, larger than all earlier ones of this process: the order of a list is that of the commits.
    pub(crate) fn new_id(&self) -> Ulid {
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = Ulid::new();
        // By the store's clock where ours is off by more than its rounding.
        let new = match self.catalogue.offset_ms() {
            -2000..=2000 => ours,
            _ => Ulid::from_parts(self.catalogue.now_ms(), ours.random()),
        };
        let id = if new > *last {
            new
        } else {
            last.increment().unwrap_or(new)
        };
        *last = id;
        id
    }
}
