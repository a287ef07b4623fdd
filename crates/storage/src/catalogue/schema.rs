//! The tables, and what happens when the file is missing, damaged, of another store or of another version.
use rusqlite::{Connection, OptionalExtension as _};
use std::path::Path;

/// Another number means: build it again.
pub(in crate::catalogue) const SCHEMA: i64 = 4;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- what was applied or rejected: kind 0 is a run, 1 an event
CREATE TABLE seen (kind INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
-- what must be read although no listing may show it any more: what was announced, and what was written again
CREATE TABLE wanted (key TEXT PRIMARY KEY) WITHOUT ROWID;
-- the events that made others be forgotten: a snapshot that lacks one of them may hold what they took away
CREATE TABLE forgot (event BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE rejected (key TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
-- truth as it was read; nothing refers to anything, since events may come before their run
CREATE TABLE manifests (id BLOB PRIMARY KEY, once TEXT, sha256 TEXT NOT NULL, summary TEXT NOT NULL);
CREATE INDEX manifests_once ON manifests (once, id) WHERE once IS NOT NULL;
-- what was said of generations, in the order in which it was read: the index of generations follows it
CREATE TABLE said (nth INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL UNIQUE, run BLOB NOT NULL, rev INTEGER NOT NULL,
  opinions TEXT NOT NULL);
CREATE TABLE tombstones (run BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE purged (run BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE fields (run BLOB NOT NULL, field TEXT NOT NULL, rev INTEGER NOT NULL, event BLOB NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (run, field)) WITHOUT ROWID;
CREATE TABLE tag_adds (run BLOB NOT NULL, event BLOB NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, event, tag)) WITHOUT ROWID;
CREATE TABLE tag_removes (run BLOB NOT NULL, event BLOB NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, event, tag)) WITHOUT ROWID;
-- links to runs, each by the event that made it, and those that work no more
CREATE TABLE shares (event BLOB PRIMARY KEY, run BLOB NOT NULL, hash TEXT NOT NULL, label TEXT NOT NULL, expires INTEGER) WITHOUT ROWID;
CREATE INDEX shares_run ON shares (run, event);
CREATE TABLE withdrawn (share BLOB PRIMARY KEY) WITHOUT ROWID;
-- what lists show: made from the tables above, run by run
CREATE TABLE shown (id BLOB PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, format TEXT NOT NULL, perplexity REAL NOT NULL)
  WITHOUT ROWID;
-- each with what is filtered by, so that an order is walked without looking rows up
CREATE INDEX shown_name ON shown (name, id, format, perplexity);
CREATE INDEX shown_size ON shown (size, id, format, perplexity, name);
CREATE INDEX shown_format ON shown (format, id, perplexity, name);
CREATE INDEX shown_perplexity ON shown (perplexity, id, format, name);
CREATE TABLE shown_words (kind INTEGER NOT NULL, word TEXT NOT NULL, id BLOB NOT NULL, PRIMARY KEY (kind, word, id)) WITHOUT ROWID;
CREATE INDEX shown_words_id ON shown_words (id);
";

/// Opens the catalogue of a store. What cannot be used is deleted and begun anew: everything in it is in the store too.
pub(super) fn open(place: Option<&Path>, store: &str) -> rusqlite::Result<Connection> {
    let shape = Shape {
        tables: TABLES,
        schema: SCHEMA,
        shared: false,
    };
    open_file(place, store, shape)
}

/// What a database is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// `meta` is one of them.
    pub(crate) tables: &'static str,
    /// Another number means: build it again.
    pub(crate) schema: i64,
    /// It may be large, so it is never in memory, and connections that only read may be opened beside the one that writes.
    pub(crate) shared: bool,
}

/// Opens a database of this shape.
pub(crate) fn open_file(
    place: Option<&Path>,
    store: &str,
    shape: Shape,
) -> rusqlite::Result<Connection> {
    let begin = |new| begin(new, store, shape);
    let Some(file) = place else {
        // What may be large lies in a file without a name, which goes with the process.
        return begin(match shape.shared {
            true => Connection::open("")?,
            false => Connection::open_in_memory()?,
        });
    };
    match usable(file, store, shape) {
        Ok(Some(found)) => return Ok(found),
        Ok(None) => {}
        // Somebody else has it open: it is not ours to delete.
        Err(error) if is_busy(&error) => return Err(error),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "the catalogue is built again")
        }
    }
    remove(file);
    begin(Connection::open(file)?)
}

fn usable(file: &Path, store: &str, shape: Shape) -> rusqlite::Result<Option<Connection>> {
    if !file.exists() {
        return Ok(None);
    }
    let found = Connection::open(file)?;
    prepare(&found, shape)?;
    let known: i64 = found.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if known != shape.schema {
        return Ok(None);
    }
    let check: String = found.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    Ok((check == "ok" && get(&found, "store")?.as_deref() == Some(store)).then_some(found))
}

fn begin(mut new: Connection, store: &str, shape: Shape) -> rusqlite::Result<Connection> {
    prepare(&new, shape)?;
    let change = new.transaction()?;
    change.execute_batch(shape.tables)?;
    set(&change, "store", store)?;
    // Numbers that this database gave are not those of another.
    set(&change, EPOCH, &ulid::Ulid::new().to_string())?;
    change.pragma_update(None, "user_version", shape.schema)?;
    change.commit()?;
    Ok(new)
}

/// What tells a database from the one that was there before.
pub(super) const EPOCH: &str = "epoch";

/// Quick rather than safe: the file can be built again. One process alone.
fn prepare(db: &Connection, shape: Shape) -> rusqlite::Result<()> {
    if !shape.shared {
        db.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    }
    let pages = if shape.shared { -16_384 } else { -65_536 };
    db.pragma_update(None, "cache_size", pages)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; COMMIT;",
    )
}

/// Leaves nothing of what was deleted in the files: pages were overwritten (`secure_delete`), but the log of changes has them
/// still. While somebody reads, a part of it stays until the next time.
pub(crate) fn scrub(db: &Connection) -> rusqlite::Result<()> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

pub(crate) fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}

pub(super) fn get(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| {
        row.get(0)
    })
    .optional()
}

pub(super) fn set(db: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])?;
    Ok(())
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as C;
    matches!(
        error.sqlite_error_code(),
        Some(C::DatabaseBusy | C::DatabaseLocked)
    )
}

/// Whether the file itself is spoilt, so that a new one helps.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as C;
    matches!(
        error.sqlite_error_code(),
        Some(C::DatabaseCorrupt | C::NotADatabase)
    )
}
