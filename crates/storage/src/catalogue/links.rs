//! Links to runs, as they are known.
use super::apply::{blob, ulid};
use super::{Catalogue, Link};
use crate::StorageError;
use crate::share::Known;
use rusqlite::{OptionalExtension as _, Row};
use ulid::Ulid;

const COLUMNS: &str =
    "event, run, hash, label, expires, EXISTS (SELECT 1 FROM withdrawn WHERE share = event)";

impl Catalogue {
    /// All links to a run, the last one made first.
    pub(crate) async fn links(&self, run: Ulid) -> Result<Vec<Known>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM shares WHERE run = ? ORDER BY event DESC");
        self.with(move |db| {
            let mut rows = db.prepare_cached(&sql)?;
            let rows = rows.query_map([blob(run)], known)?;
            rows.filter_map(Result::transpose).collect()
        })
        .await
    }

    /// The link that an event made.
    pub(crate) async fn link(&self, event: Ulid) -> Result<Option<Known>, StorageError> {
        let sql = format!("SELECT {COLUMNS} FROM shares WHERE event = ?");
        let found = self.with(move |db| db.query_row(&sql, [blob(event)], known).optional());
        Ok(found.await?.flatten())
    }
}

/// `None` for a row that cannot be read, which nobody writes.
fn known(row: &Row) -> rusqlite::Result<Option<Known>> {
    let (event, run): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let end: Option<i64> = row.get(4)?;
    let link = Link {
        hash: row.get(2)?,
        label: row.get(3)?,
        expires_at_ms: end.map(|end| u64::try_from(end).unwrap_or_default()),
    };
    let withdrawn = row.get(5)?;
    Ok(ulid(&event).zip(ulid(&run)).map(|(event, run)| Known {
        event,
        run,
        link,
        withdrawn,
    }))
}
