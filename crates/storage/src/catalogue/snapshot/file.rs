//! From the database to a packed file, and back. Whoever can write to the bucket can put anything there, so a file is compared
//! with its descriptor before it is opened, and with the tables of this version before a row of it is used.
use super::super::apply::Kind;
use super::super::{schema, sync, tail};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

pub(super) use super::super::schema::SCHEMA;

/// What is packed at once; each piece is a frame of its own, so that memory is bounded.
const PIECE: u64 = 8 << 20;
/// The end of the names of files that are on their way.
const SUFFIX: &str = ".snapshot";

/// Why a snapshot is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// Its descriptor is missing or no descriptor: it was never finished, or is damaged.
    #[error("it is not whole: {0}")]
    Unfinished(String),
    /// Another version made it, with other tables.
    #[error("it is of another version (tables {0}, here {SCHEMA})")]
    Version(i64),
    /// It belongs to another store.
    #[error("it is of another store")]
    Foreign,
    /// Its bytes are not those that were written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Its tables are not ours, although their number is.
    #[error("its tables are not those of this version")]
    Tables,
    /// Its cursor is missing or lies in the future: what came before would never be listed.
    #[error("its time is wrong")]
    Time,
    /// The store, the disk or the database failed.
    #[error("{0}")]
    Lost(String),
}

impl From<std::io::Error> for Unfit {
    fn from(error: std::io::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        match schema::is_damage(&error) {
            true => Self::Damaged(error.to_string()),
            false => Self::Lost(error.to_string()),
        }
    }
}

/// What a copy of the database holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    /// Objects that were applied.
    pub(crate) rows: u64,
    /// Events among them that took something away.
    pub(crate) forgot: u64,
}

/// What was stored of it.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    /// Bytes in the store.
    pub(crate) size: u64,
    /// Bytes of the database.
    pub(crate) unpacked: u64,
    /// SHA-256 of the bytes in the store, lower-case hex.
    pub(crate) sha256: String,
}

/// A database that may be taken over.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) db: Connection,
    /// Of runs and of events.
    pub(crate) cursors: (u64, u64),
}

/// A file for a while, beside the catalogue, where there is room for it; without a catalogue's file, where such files lie.
pub(crate) fn scratch(catalogue: Option<&Path>) -> std::io::Result<NamedTempFile> {
    let mut new = tempfile::Builder::new();
    new.suffix(SUFFIX);
    match catalogue.and_then(|file| Some((file.parent()?, prefix(file)?))) {
        Some((folder, prefix)) => new.prefix(&prefix).tempfile_in(folder),
        None => new.prefix("surprisal-").tempfile(),
    }
}

/// Removes what a killed process left beside a catalogue.
pub(crate) fn remove_scratch(catalogue: &Path) {
    let Some((folder, prefix)) = catalogue.parent().zip(prefix(catalogue)) else {
        return;
    };
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(SUFFIX) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn prefix(catalogue: &Path) -> Option<String> {
    Some(format!("{}.", catalogue.file_name()?.to_str()?))
}

/// Objects that were applied, and events among them that took something away.
pub(crate) fn counts(db: &Connection) -> rusqlite::Result<(u64, u64)> {
    let count = |table: &str| -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = db.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    };
    Ok((count("seen")?, count("forgot")?))
}

/// Copies the database as it is now, without what was deleted in it; `None` when no listing was ever complete.
pub(crate) fn make(db: &Connection, place: &Path) -> rusqlite::Result<Option<Made>> {
    if cursors(db)?.is_none() {
        return Ok(None);
    }
    db.execute("VACUUM INTO ?", [place.to_string_lossy()])?;
    let (rows, forgot) = counts(db)?;
    Ok(Some(Made { rows, forgot }))
}

fn cursors(db: &Connection) -> rusqlite::Result<Option<(u64, u64)>> {
    let at = |kind| -> rusqlite::Result<Option<u64>> {
        Ok(schema::get(db, sync::name(kind))?.and_then(|text| text.parse().ok()))
    };
    Ok(at(Kind::Run)?.zip(at(Kind::Event)?))
}

/// Packs a file, frame by frame, until `give` returns `false`. Returns the size of the file.
pub(crate) fn pack(place: &Path, mut give: impl FnMut(Vec<u8>) -> bool) -> std::io::Result<u64> {
    let mut file = File::open(place)?;
    let mut size = 0;
    loop {
        let mut piece = Vec::new();
        (&mut file).take(PIECE).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return Ok(size);
        }
        size += piece.len() as u64;
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        if !give(ruzstd::encoding::compress_to_vec(piece.as_slice(), level)) {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
    }
}

/// Unpacks a file, which must come out with this size.
pub(crate) fn unpack(packed: &File, place: &Path, size: u64) -> Result<(), Unfit> {
    let damaged = |error: &dyn std::fmt::Display| Unfit::Damaged(error.to_string());
    let end = packed.metadata()?.len();
    let mut source = Counted {
        source: BufReader::with_capacity(1 << 20, packed),
        count: 0,
    };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(place)?);
    let mut found = 0;
    while source.count < end {
        let frame = ruzstd::decoding::StreamingDecoder::new(&mut source);
        let frame = frame.map_err(|error| damaged(&error))?;
        // One more than it may have, so that too much is noticed without being written.
        let copied = std::io::copy(&mut frame.take(size - found + 1), &mut out);
        found += copied.map_err(|error| damaged(&error))?;
        if found > size {
            break;
        }
    }
    out.flush()?;
    match found == size {
        true => Ok(()),
        false => Err(Unfit::Damaged(format!("{found} bytes of {size} came out"))),
    }
}

/// Knows how much was read.
struct Counted<R> {
    source: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

/// Looks whether a file is a catalogue of this store and version that may be tailed at this time.
pub(crate) fn look(place: &Path, store: &str, now: u64) -> Result<Found, Unfit> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(place, flags)?;
    db.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")?;
    db.query_row("PRAGMA journal_mode = MEMORY", [], |_| Ok(()))?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != SCHEMA {
        return Err(Unfit::Version(version));
    }
    if tables(&db)? != tables(&schema::open(None, store)?)? {
        return Err(Unfit::Tables);
    }
    let check: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if check != "ok" {
        return Err(Unfit::Damaged(check));
    }
    if schema::get(&db, "store")?.as_deref() != Some(store) {
        return Err(Unfit::Foreign);
    }
    let late = now + tail::LATE_MS;
    let cursors = cursors(&db)?.filter(|(runs, events)| runs.max(events) <= &late);
    let cursors = cursors.ok_or(Unfit::Time)?;
    // Numbers that its maker gave are not ours: the index of generations must not take them for those that it knows.
    schema::set(&db, schema::EPOCH, &ulid::Ulid::new().to_string())?;
    Ok(Found { db, cursors })
}

/// All tables and indexes as they were defined; nothing else may be there.
fn tables(db: &Connection) -> rusqlite::Result<Vec<(String, String, Option<String>)>> {
    let mut all = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// Puts what was found in place of the catalogue, all of it or nothing.
pub(crate) fn take(db: &mut Connection, from: &Connection) -> rusqlite::Result<()> {
    let copy = Backup::new(from, db)?;
    match copy.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
            Some("the catalogue is in use".into()),
        )),
    }
}
