//! Runs: upload, commit, read, list, delete.
//!
//! | module | job |
//! |---|---|
//! | `commit` | from bytes to a run |
//! | `look` | lists, manifests, bytes |
//! | `change` | name, tags, note; deletion |
mod change;
mod commit;
mod look;

use crate::catalogue::{Catalogue, Event, Kind, LATE_MS};
use crate::generations::Generations;
use crate::leftovers::{Leftovers, Nothing};
use crate::open::Place;
use crate::{Secrets, StorageError, StoreSetting};
use crate::{keys, objects, open, probe};
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use ulid::Ulid;

/// Between two looks of somebody who follows a store.
const POLL: Duration = Duration::from_secs(1);

pub use crate::file::FileBody;
pub use crate::upload::{Upload, Uploaded};
pub use commit::OTHER_FILE;

/// The runs of one store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RunStore {
    store: Arc<dyn ObjectStore>,
    leftovers: Arc<dyn Leftovers>,
    catalogue: Arc<Catalogue>,
    pub(crate) generations: Arc<Generations>,
    last_id: Arc<Mutex<Ulid>>,
    /// Commits under a key take turns.
    once: Arc<tokio::sync::Mutex<()>>,
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
        let place = open::open(setting, secrets).await?;
        let runs = Self::with_catalogue(place, catalogue).await?;
        tracing::info!(store = %setting, "the store is open");
        Ok(runs)
    }

    /// The runs of any object store, checked as by [`RunStore::open`].
    ///
    /// # Errors
    /// The store does not work, or was written by a later version.
    pub async fn on(store: Arc<dyn ObjectStore>) -> Result<Self, StorageError> {
        Self::with_catalogue((store, Arc::new(Nothing)), None).await
    }

    pub(crate) async fn with_catalogue(
        (store, leftovers): Place,
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
            leftovers,
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
        let leftovers = self.leftovers.clone();
        let catalogue = Arc::downgrade(&self.catalogue);
        let generations = Arc::downgrade(&self.generations);
        move || {
            Some(Self {
                store: store.clone(),
                leftovers: leftovers.clone(),
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

    /// What uploads have left in the store that its lists do not show.
    pub(crate) fn leftovers(&self) -> &dyn Leftovers {
        &*self.leftovers
    }

    /// The store's time, milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.catalogue.now_ms()
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
