//! The generations of all stored runs: a second SQLite database that every server keeps for itself and fills from the blobs.
//!
//! Like the catalogue it is disposable: it is made from blobs, and from events by way of the catalogue. It is a file of its own,
//! so that a run of a million completions never holds up the list of runs. Each row has the record with its contents cut short;
//! the whole record is read again from the range of bytes that it came from.
//!
//! | module | job |
//! |---|---|
//! | `schema` | the tables |
//! | `index` | runs in, rows out: what is new is read, what was deleted is taken out |
//! | `columns` | the same as Parquet, in the store |
//! | `row` | a record as a row |
//! | `opinion` | what people and evaluations said: the set of events decides, not their order |
//! | [`field`], [`filter`] | what can be asked |
//! | [`query`], `order` | pages of records; the orders they can be in |
//! | `detail` | one record, whole |
//! | `say` | what is said of a record, on its way in |
//! | `facet` | how often each value of a field is there |
//! | `export` | all that a filter finds |
//! | `aggregate`, `price` | figures of groups; what models cost |
pub(crate) mod aggregate;
mod columns;
pub(crate) mod detail;
pub(crate) mod export;
pub(crate) mod facet;
pub mod field;
pub mod filter;
mod index;
pub(crate) mod opinion;
mod order;
pub(crate) mod price;
pub mod query;
mod row;
mod say;
mod schema;

#[cfg(test)]
mod many;
#[cfg(test)]
mod tests;

use crate::StorageError;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::AcqRel};
use std::sync::{Arc, Mutex, PoisonError};

/// The database: one connection writes, others read.
#[derive(Debug)]
pub(crate) struct Generations {
    db: Arc<Mutex<Connection>>,
    file: Option<PathBuf>,
    store_id: String,
    limits: completions::Limits,
    /// One indexing at a time.
    turn: tokio::sync::Mutex<index::Progress>,
    /// Somebody indexes all the time.
    followed: AtomicBool,
    /// Rises with every change, once it can be seen.
    version: Arc<AtomicU64>,
    /// Facets that were counted since the last change.
    counted: facet::Counted,
}

/// What is read for the index, unless told: as much as for the summary of an upload.
const LIMITS: completions::Limits = completions::Limits {
    record_bytes: 64 << 20,
    expanded_bytes: 16 << 30,
    zip_bytes: 256 << 20,
    ..completions::Limits::DEFAULT
};

impl Generations {
    /// Beside the catalogue's file, or in memory.
    pub(crate) fn open(catalogue: Option<&Path>, store_id: &str) -> Result<Self, StorageError> {
        let file = catalogue.map(|file| file.with_extension("generations.sqlite"));
        if let Some(folder) = file.as_deref().and_then(Path::parent) {
            // Where that fails, so does what follows.
            let _ = std::fs::create_dir_all(folder);
        }
        let (db, file) = match schema::open(file.as_deref(), store_id) {
            Ok(db) => (db, file),
            Err(error) => {
                tracing::warn!(%error, "the generations are kept in memory");
                (schema::open(None, store_id).map_err(wrong)?, None)
            }
        };
        Ok(Self {
            db: Arc::new(Mutex::new(db)),
            file,
            store_id: store_id.to_owned(),
            limits: LIMITS,
            turn: tokio::sync::Mutex::default(),
            followed: AtomicBool::new(false),
            version: Arc::default(),
            counted: facet::Counted::default(),
        })
    }

    /// Works on the database, on a thread that may wait.
    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let access = self.access();
        let done = tokio::task::spawn_blocking(move || access.with(act)).await;
        done.map_err(|error| StorageError::Unavailable(format!("the generations: {error}")))?
    }

    /// Reads the database beside whoever writes, on a thread that may wait: a question that takes seconds holds up nobody.
    async fn read<T: Send + 'static>(
        &self,
        act: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let file = self.file.clone();
        let work = move || match &file {
            // Damage is for the writer to find out, and to repair.
            Some(file) => Ok(schema::reader(file).and_then(|db| act(&db)).or(Err(act))),
            None => Err(act),
        };
        let done = tokio::task::spawn_blocking(work).await;
        match done
            .map_err(|error| StorageError::Unavailable(format!("the generations: {error}")))?
        {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(act)) | Err(act) => self.with(move |db| act(db)).await,
        }
    }

    pub(crate) fn limits(&self) -> completions::Limits {
        self.limits
    }

    fn access(&self) -> Access {
        Access {
            db: self.db.clone(),
            file: self.file.clone(),
            store_id: self.store_id.clone(),
            version: self.version.clone(),
        }
    }
}

/// The database for who is on a thread that may wait.
#[derive(Debug, Clone)]
struct Access {
    db: Arc<Mutex<Connection>>,
    file: Option<PathBuf>,
    store_id: String,
    version: Arc<AtomicU64>,
}

impl Access {
    /// A file that turns out to be damaged is replaced by an empty one, which is filled again.
    fn with<T>(
        &self,
        act: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StorageError> {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let before = db.total_changes();
        let done = act(&mut db);
        if done.is_err() || db.total_changes() != before {
            self.version.fetch_add(1, AcqRel);
        }
        let error = match done {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if crate::catalogue::is_damage(&error) {
            tracing::error!(%error, "the generations are damaged and are read again");
            *db = schema::open(None, &self.store_id).map_err(wrong)?;
            if let Some(file) = &self.file {
                crate::catalogue::remove(file);
                *db = schema::open(Some(file), &self.store_id).map_err(wrong)?;
            }
        }
        Err(wrong(error))
    }
}

fn wrong(error: rusqlite::Error) -> StorageError {
    StorageError::Unavailable(format!("the generations: {error}"))
}
