//! What is known of all runs: a SQLite database that every server keeps for itself and fills from the store.
//!
//! Its state depends on the set of objects that were read, never on their order, and losing it loses nothing: a file
//! that is missing, damaged, of another store or of another version is built again.
mod apply;
mod cursor;
mod event;
mod links;
mod listing;
mod query;
mod schema;
mod snapshot;
mod sync;
mod tail;

#[cfg(test)]
mod tests;

pub(crate) use apply::{Kind, Object, blob, ulid};
pub(crate) use event::{Edit, Event, Link, Said};
pub use query::{RunQuery, Sort};
pub(crate) use schema::{Shape, is_damage, open_file, remove, scrub};
pub(crate) use snapshot::shelf;
pub(crate) use tail::LATE_MS;

use crate::{StorageError, keys};
use api::{RunList, RunSummary};
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use sync::Places;
use ulid::Ulid;

/// The catalogue. One refresh at a time; readers of the database never wait for the store.
#[derive(Debug)]
pub(crate) struct Catalogue {
    places: tokio::sync::Mutex<Places>,
    db: Arc<Mutex<Connection>>,
    file: Option<PathBuf>,
    store_id: String,
    /// Milliseconds that the store's clock is ahead of ours.
    offset: AtomicI64,
    /// How often something was applied.
    changes: AtomicU64,
    /// When the last complete readings began.
    fresh: Mutex<sync::Fresh>,
}

impl Catalogue {
    /// The catalogue of a store, in a file or in memory. A file that another process uses is left to it.
    pub(crate) fn open(file: Option<PathBuf>, store_id: &str) -> Result<Self, StorageError> {
        if let Some(folder) = file.as_deref().and_then(std::path::Path::parent) {
            // Where that fails, so does what follows.
            let _ = std::fs::create_dir_all(folder);
        }
        let (db, file) = match schema::open(file.as_deref(), store_id) {
            Ok(db) => (db, file),
            Err(error) => {
                let place = file.as_ref().map(|file| file.display().to_string());
                tracing::warn!(file = place, %error, "the catalogue is kept in memory");
                (schema::open(None, store_id).map_err(wrong)?, None)
            }
        };
        if let Some(file) = &file {
            // What a server that was killed left behind.
            snapshot::file::remove_scratch(file);
        }
        let places = Places::kept(&db).map_err(wrong)?;
        Ok(Self {
            places: tokio::sync::Mutex::new(places),
            db: Arc::new(Mutex::new(db)),
            file,
            store_id: store_id.to_owned(),
            offset: AtomicI64::new(0),
            changes: AtomicU64::new(0),
            fresh: Mutex::default(),
        })
    }

    /// The file that is ours alone; `None` when it is in memory.
    pub(crate) fn file(&self) -> Option<&std::path::Path> {
        self.file.as_deref()
    }

    /// Whether a deletion of this run has been read.
    async fn knows_deleted(&self, id: Ulid) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM tombstones WHERE run = ?";
        self.with(move |db| db.query_row(sql, [apply::blob(id)], |_| Ok(())).optional())
            .await
            .map(|found| found.is_some())
    }

    /// One page, as it is known; who wants it fresh refreshes before.
    pub(crate) async fn list(&self, query: &RunQuery) -> Result<RunList, StorageError> {
        let before = query::check(query)?;
        let query = query.clone();
        self.with(move |db| query::list(db, &query, before)).await
    }

    /// Puts on a run what was changed since it was stored.
    pub(crate) async fn edited(
        &self,
        id: Ulid,
        mut run: RunSummary,
    ) -> Result<RunSummary, StorageError> {
        self.with(move |db| query::edited(db, id, &mut run).map(|()| run))
            .await
    }

    /// The name, note and tags that a run shall have, as an event that changes no more than needed; `None` when it has
    /// them already.
    pub(crate) async fn plan(
        &self,
        run: RunSummary,
        id: Ulid,
        wanted: crate::RunChange,
    ) -> Result<Option<Edit>, StorageError> {
        self.with(move |db| {
            let mut edit = Edit::default();
            for (field, now, text, slot) in [
                ("title", &run.name, wanted.name, &mut edit.title),
                ("note", &run.note, wanted.note, &mut edit.note),
            ] {
                let rev = apply::text_of(db, id, field)?.map_or(0, |(_, rev)| rev);
                edit.rev = edit.rev.max(u64::try_from(rev).unwrap_or_default());
                *slot = text.filter(|text| text != now);
            }
            if let Some(tags) = wanted.tags {
                let adds = apply::tags(db, id)?;
                let is_there = |tag: &String| adds.iter().any(|(_, there)| there == tag);
                edit.tags = tags.iter().filter(|tag| !is_there(tag)).cloned().collect();
                edit.untags = adds
                    .into_iter()
                    .filter(|(_, tag)| !tags.contains(tag))
                    .collect();
            }
            let same = edit.title.is_none()
                && edit.note.is_none()
                && edit.tags.is_empty()
                && edit.untags.is_empty();
            edit.rev += 1;
            Ok((!same).then_some(edit))
        })
        .await
    }

    /// The living run that was stored under an idempotency key: its id and hash.
    pub(crate) async fn stored_once(
        &self,
        once: String,
    ) -> Result<Option<(String, String)>, StorageError> {
        let sql = "SELECT id, sha256 FROM manifests WHERE once = ? AND NOT EXISTS (SELECT 1 FROM tombstones WHERE run = id)
                   ORDER BY id LIMIT 1";
        let found = self
            .with(move |db| {
                db.query_row(sql, [once], |row| {
                    Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?))
                })
                .optional()
            })
            .await?;
        Ok(found.and_then(|(id, sha256)| Some((keys::lower(apply::ulid(&id)?), sha256))))
    }

    /// Applies objects in one transaction.
    pub(crate) async fn apply(&self, objects: Vec<Object>) -> Result<(), StorageError> {
        if objects.is_empty() {
            return Ok(());
        }
        self.with(move |db| {
            let change = db.transaction()?;
            for object in &objects {
                apply::apply(&change, object)?;
            }
            change.commit()?;
            if objects.iter().any(apply::takes_away) {
                schema::scrub(db)?;
            }
            Ok(())
        })
        .await?;
        self.changed();
        Ok(())
    }

    /// Grows whenever something was applied: who has seen all of it need not look again before.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The runs that lists show, with the hashes of their bytes.
    pub(crate) async fn living(&self) -> Result<BTreeMap<Ulid, String>, StorageError> {
        self.with(|db| {
            let mut rows = db.prepare_cached(
                "SELECT s.id, m.sha256 FROM shown AS s JOIN manifests AS m ON m.id = s.id",
            )?;
            let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
            rows.filter_map(|row| match row {
                Ok((id, sha256)) => ulid(&id).map(|id| Ok((id, sha256))),
                Err(error) => Some(Err(error)),
            })
            .collect()
        })
        .await
    }

    /// The runs of which nothing is kept.
    pub(crate) async fn purged(&self) -> Result<Vec<Ulid>, StorageError> {
        self.with(|db| {
            let mut rows = db.prepare_cached("SELECT run FROM purged")?;
            let rows = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            rows.filter_map(|row| row.map(|id| ulid(&id)).transpose())
                .collect()
        })
        .await
    }

    /// How many they are.
    pub(crate) async fn count_living(&self) -> Result<u64, StorageError> {
        let sql = "SELECT count(*) FROM shown";
        let count = self.with(move |db| db.query_row(sql, [], |row| row.get::<_, i64>(0)));
        Ok(u64::try_from(count.await?).unwrap_or_default())
    }

    /// Numbers of [`Catalogue::said`] mean something as long as this stays the same.
    pub(crate) async fn epoch(&self) -> Result<String, StorageError> {
        let epoch = self.with(|db| schema::get(db, schema::EPOCH)).await?;
        Ok(epoch.unwrap_or_default())
    }

    /// What was said of generations, behind this number: each with its number and its event.
    pub(crate) async fn said(
        &self,
        from: i64,
        count: usize,
    ) -> Result<Vec<(i64, Ulid, Said)>, StorageError> {
        let sql =
            "SELECT nth, event, run, rev, opinions FROM said WHERE nth > ? ORDER BY nth LIMIT ?";
        self.with(move |db| {
            let mut rows = db.prepare_cached(sql)?;
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let rows = rows.query_map([from, count], |row| {
                let event: Vec<u8> = row.get(1)?;
                let run: Vec<u8> = row.get(2)?;
                let rev: i64 = row.get(3)?;
                let opinions: String = row.get(4)?;
                let read = || {
                    let said = Said {
                        run: ulid(&run)?,
                        rev: u64::try_from(rev).ok()?,
                        opinions: serde_json::from_str(&opinions).ok()?,
                    };
                    Some((ulid(&event)?, said))
                };
                Ok((row.get(0)?, read()))
            })?;
            let readable = |row: rusqlite::Result<(i64, Option<(Ulid, Said)>)>| match row {
                Ok((nth, said)) => said.map(|(event, said)| Ok((nth, event, said))),
                Err(error) => Some(Err(error)),
            };
            rows.filter_map(readable).collect()
        })
        .await
    }

    /// Works on the database, on a thread that may wait. A file that turns out to be damaged is replaced by an empty
    /// one, which the next refresh fills.
    async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StorageError> {
        let db = self.db.clone();
        let (file, store_id) = (self.file.clone(), self.store_id.clone());
        let work = move || {
            let mut db = db.lock().unwrap_or_else(PoisonError::into_inner);
            let error = match act(&mut db) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if schema::is_damage(&error) {
                tracing::error!(%error, "the catalogue is damaged and is built again");
                // Closed before its file is removed.
                *db = schema::open(None, &store_id)?;
                if let Some(file) = &file {
                    schema::remove(file);
                    *db = schema::open(Some(file), &store_id)?;
                }
            }
            Err(error)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| StorageError::Unavailable(format!("the catalogue: {error}")))?
            .map_err(wrong)
    }
}

fn wrong(error: rusqlite::Error) -> StorageError {
    StorageError::Unavailable(format!("the catalogue: {error}"))
}
