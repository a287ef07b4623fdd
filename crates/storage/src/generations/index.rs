//! Runs in, rows out: what is new is read, what was deleted is taken out, what was said is applied.
use super::columns::{self, Columns};
use super::row::Row;
use super::{Access, Generations, opinion};
use crate::catalogue::{blob, ulid};
use crate::{RunStore, StorageError, keys};
use futures::StreamExt as _;
use generations::reader::Span;
use generations::{Generation, Reader};
use rusqlite::{OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use ulid::Ulid;

/// Rows of one transaction.
const BATCH: usize = 256;
/// Rows that are deleted in one transaction.
const SWEEP: usize = 2048;
/// Events that are applied in one transaction.
const EVENTS: usize = 512;
/// Bytes that are read before rows are written.
const PIECE: usize = 64 << 10;
/// Chunks of a blob that may wait for the reader.
const QUEUE: usize = 4;
/// Between two looks.
const POLL: Duration = Duration::from_millis(500);
/// After the store failed.
const PAUSE: Duration = Duration::from_secs(10);

/// How far the index is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// What `Catalogue::changes` said when all of it was applied.
    seen: Option<u64>,
}

impl RunStore {
    /// Reads the generations of new runs in the background until the last other handle of the store is gone. Memory is that
    /// of one record and a few hundred rows, however large a run is.
    pub fn index_generations(&self) -> impl Future<Output = ()> + Send + 'static {
        let upgrade = self.weak();
        async move {
            loop {
                let Some(store) = upgrade() else {
                    return;
                };
                store.generations.followed.store(true, Relaxed);
                let pause = match store.index_all().await {
                    Ok(()) => POLL,
                    Err(error) => {
                        tracing::warn!(%error, "the generations could not be read");
                        PAUSE
                    }
                };
                drop(store);
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Brings the index and the columns up to date.
    ///
    /// # Errors
    /// What the store says.
    pub async fn index_now(&self) -> Result<(), StorageError> {
        self.catalogue_fresh().await?;
        self.index_all().await
    }

    /// Brings the index up to date, unless somebody does so all the time.
    pub(super) async fn refresh_generations(&self) -> Result<(), StorageError> {
        self.catalogue_fresh().await?;
        if self.generations.followed.load(Relaxed) {
            return self.apply_said().await;
        }
        self.index_all().await
    }

    /// Reads every run that is new and forgets every run that is gone.
    pub(crate) async fn index_all(&self) -> Result<(), StorageError> {
        let index = &*self.generations;
        let mut progress = index.turn.lock().await;
        let changes = self.catalogue().changes();
        if progress.seen == Some(changes) {
            return Ok(());
        }
        self.apply_said().await?;
        if progress.seen.is_none() {
            index.forget_done(self.with_columns().await?).await?;
        }
        let living = self.catalogue().living().await?;
        let known = index.runs().await?;
        // Deleted, or of other bytes since a policy was applied.
        let stale = |(run, read): &(&Ulid, &Option<String>)| match (living.get(run), read) {
            (Some(now), Some(read)) => !read.is_empty() && now != read,
            (now, _) => now.is_none(),
        };
        let gone: BTreeSet<Ulid> = known.iter().filter(stale).map(|(run, _)| *run).collect();
        for run in &gone {
            index.forget(*run).await?;
        }
        index
            .forget_opinions(self.catalogue().purged().await?)
            .await?;
        if !gone.is_empty() {
            index.with(|db| crate::catalogue::scrub(db)).await?;
        }
        // The latest first: it is the one that somebody waits for.
        let is_read =
            |run: &Ulid| known.get(run).is_some_and(Option::is_some) && !gone.contains(run);
        let new: Vec<Ulid> = living.into_keys().filter(|run| !is_read(run)).collect();
        for run in new.into_iter().rev() {
            index_run(self, run).await?;
        }
        progress.seen = Some(changes);
        Ok(())
    }

    /// Reads the generations of one run now, unless that was done, and says how many there are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn index_run(&self, id: &str) -> Result<u64, StorageError> {
        let Some(run) = keys::parse_id(id) else {
            return Err(StorageError::NotFound(id.to_owned()));
        };
        // Without a turn: a large run may be on its way in, and reading one twice does no harm.
        let index = &*self.generations;
        if let Some(count) = index.count_of(run).await? {
            return Ok(count);
        }
        index_run(self, run).await?;
        Ok(index.count_of(run).await?.unwrap_or_default())
    }

    /// Applies what was said since the last look.
    pub(crate) async fn apply_said(&self) -> Result<(), StorageError> {
        let index = &*self.generations;
        let epoch = self.catalogue().epoch().await?;
        loop {
            let known = epoch.clone();
            let from = index
                .read(move |db| {
                    let of = |name: &str| {
                        db.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| {
                            row.get::<_, String>(0)
                        })
                        .optional()
                    };
                    // The numbers of another catalogue are others.
                    let same = of("epoch")?.as_deref() == Some(known.as_str());
                    let cursor = of("said")?.and_then(|text| text.parse::<i64>().ok());
                    Ok(cursor.filter(|_| same).unwrap_or(0))
                })
                .await?;
            let said = self.catalogue().said(from, EVENTS).await?;
            let Some((last, ..)) = said.last() else {
                return Ok(());
            };
            let (last, epoch) = (*last, epoch.clone());
            index
                .with(move |db| {
                    let change = db.transaction()?;
                    for (_, event, saying) in &said {
                        let rev = i64::try_from(saying.rev).unwrap_or(i64::MAX);
                        for (nth, (number, opinion)) in (0..).zip(&saying.opinions) {
                            let number = i64::try_from(*number).unwrap_or(i64::MAX);
                            opinion::add(&change, saying.run, number, *event, nth, opinion, rev)?;
                            opinion::show(&change, saying.run, number)?;
                        }
                    }
                    for (name, value) in [("said", last.to_string()), ("epoch", epoch)] {
                        change
                            .execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, &value])?;
                    }
                    change.commit()
                })
                .await?;
        }
    }
}

/// Reads a run. One whose bytes are lost or damaged is noted, so that it does not hold up the others.
async fn index_run(store: &RunStore, run: Ulid) -> Result<(), StorageError> {
    let id = keys::lower(run);
    let body = match store.file(&id, None).await {
        Ok(body) => body,
        Err(StorageError::Gone(_) | StorageError::NotFound(_)) => return Ok(()),
        Err(error @ StorageError::Corrupt(_)) => {
            tracing::error!(run = id, %error, "the generations of a run cannot be read");
            return store
                .generations
                .note(run, 0, Some(error.to_string()), String::new())
                .await;
        }
        Err(error) => return Err(error),
    };
    let sha256 = body.run.sha256.clone();
    let (columns, upload) = columns::begin(store.objects(), run).await?.unzip();
    let (queue, chunks) = mpsc::channel(QUEUE);
    let limits = store.generations.limits;
    let mut pass = Pass {
        run,
        access: store.generations.access(),
        columns,
        rows: Vec::new(),
        count: 0,
    };
    let (whole, is_whole) = oneshot::channel();
    let reading = tokio::task::spawn_blocking(move || pass.read(chunks, limits, is_whole));
    let mut stream = body.stream;
    let mut broken = None;
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => {
                // Nobody listens when the database failed: the reader says how.
                if queue.send(chunk).await.is_err() {
                    break;
                }
            }
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
    }
    // Half a run gets no columns.
    let _ = whole.send(broken.is_none());
    drop(queue);
    let count = reading
        .await
        .map_err(|error| StorageError::Unavailable(format!("the generations: {error}")))??;
    match broken {
        None => {
            let written = match upload {
                Some(upload) => upload.finish().await,
                None => Ok(()),
            };
            // They are made when a server starts the next time.
            let reason = written.err().map(|error| {
                tracing::warn!(run = id, %error, "the columns of a run were not written");
                error.to_string()
            });
            store.generations.note(run, count, reason, sha256).await
        }
        Some(error @ StorageError::Corrupt(_)) => {
            tracing::error!(run = id, %error, "the generations of a run were read in part");
            store
                .generations
                .note(run, count, Some(error.to_string()), sha256)
                .await
        }
        Some(error) => Err(error),
    }
}

/// One reading of a run, on a thread of its own.
struct Pass {
    run: Ulid,
    access: Access,
    columns: Option<Columns>,
    rows: Vec<Row>,
    count: u64,
}

impl Pass {
    /// Reads chunks, and writes rows and columns. Returns the number of generations.
    fn read(
        &mut self,
        mut chunks: mpsc::Receiver<bytes::Bytes>,
        limits: completions::Limits,
        is_whole: oneshot::Receiver<bool>,
    ) -> Result<u64, StorageError> {
        let mut reader = Reader::new(&keys::lower(self.run), limits);
        while let Some(chunk) = chunks.blocking_recv() {
            // A record may be as large as a chunk or span many: pieces keep the rows that wait few.
            for piece in chunk.chunks(PIECE) {
                reader.push(piece, &mut |record, span| self.take(record, span));
                if self.rows.len() >= BATCH {
                    self.write()?;
                }
            }
        }
        reader.finish(&mut |record, span| self.take(record, span));
        self.write()?;
        let whole = is_whole.blocking_recv().unwrap_or(false);
        if let Some(columns) = self.columns.take().filter(|_| whole && self.count > 0) {
            columns.finish();
        }
        Ok(self.count)
    }

    fn take(&mut self, record: Generation, span: Span) {
        if let Some(columns) = &mut self.columns {
            columns.push(&record);
        }
        self.rows.extend(Row::new(self.run, record, span));
    }

    fn write(&mut self) -> Result<(), StorageError> {
        let run = self.run;
        for batch in self.rows.chunks(BATCH) {
            self.access.with(|db| {
                let change = db.transaction()?;
                change.execute(
                    "INSERT OR IGNORE INTO runs VALUES (?, 0, 0, NULL, NULL)",
                    [blob(run)],
                )?;
                for row in batch {
                    row.insert(&change, run)?;
                }
                change.commit()
            })?;
        }
        self.count += self.rows.len() as u64;
        self.rows.clear();
        Ok(())
    }
}

impl Generations {
    /// All runs of which there may be rows; those that were read to their end with the hash of the bytes that were read, empty
    /// where they are lost.
    async fn runs(&self) -> Result<BTreeMap<Ulid, Option<String>>, StorageError> {
        self.read(|db| {
            let mut rows =
                db.prepare("SELECT id, iif(done, ifnull(sha256, ''), NULL) FROM runs")?;
            let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
            rows.filter_map(|row| match row {
                Ok((id, sha256)) => ulid(&id).map(|id| Ok((id, sha256))),
                Err(error) => Some(Err(error)),
            })
            .collect()
        })
        .await
    }

    /// How many generations a run has, if it was read to its end.
    async fn count_of(&self, run: Ulid) -> Result<Option<u64>, StorageError> {
        let sql = "SELECT count FROM runs WHERE id = ? AND done = 1";
        let count = self.read(move |db| {
            db.query_row(sql, [blob(run)], |row| row.get::<_, i64>(0))
                .optional()
        });
        Ok(count.await?.and_then(|count| u64::try_from(count).ok()))
    }

    /// Runs that were read to their end.
    pub(super) async fn count_done(&self) -> Result<u64, StorageError> {
        let sql = "SELECT count(*) FROM runs WHERE done = 1";
        let count = self.read(move |db| db.query_row(sql, [], |row| row.get::<_, i64>(0)));
        Ok(u64::try_from(count.await?).unwrap_or_default())
    }

    /// Runs without columns count as not read, so that they get some.
    async fn forget_done(&self, have: BTreeSet<Ulid>) -> Result<(), StorageError> {
        let known = self.runs().await?.into_iter();
        let done = known.filter_map(|(run, read)| read.map(|_| run));
        let without: Vec<Ulid> = done.filter(|run| !have.contains(run)).collect();
        self.with(move |db| {
            let change = db.transaction()?;
            for run in without {
                change.execute(
                    "UPDATE runs SET done = 0 WHERE id = ? AND count > 0",
                    [blob(run)],
                )?;
            }
            change.commit()
        })
        .await
    }

    async fn note(
        &self,
        run: Ulid,
        count: u64,
        reason: Option<String>,
        sha256: String,
    ) -> Result<(), StorageError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.with(move |db| {
            db.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, 1, ?, ?, ?)",
                params![blob(run), count, reason, sha256],
            )
        })
        .await
        .map(|_| ())
    }

    /// Nothing is kept of runs that were purged.
    async fn forget_opinions(&self, purged: Vec<Ulid>) -> Result<(), StorageError> {
        if purged.is_empty() {
            return Ok(());
        }
        self.with(move |db| {
            let change = db.transaction()?;
            for run in purged {
                change
                    .prepare_cached("DELETE FROM opinions WHERE run = ?")?
                    .execute([blob(run)])?;
            }
            change.commit()
        })
        .await
    }

    /// Takes a run out, a few rows at a time.
    async fn forget(&self, run: Ulid) -> Result<(), StorageError> {
        loop {
            let gone = self
                .with(move |db| {
                    let change = db.transaction()?;
                    let mut gone = 0;
                    // What was said by events stays: a run may be shown again, when one that hid it is deleted.
                    change.execute("DELETE FROM opinions WHERE run = ?1 AND event = ?1", [blob(run)])?;
                    for table in ["generations", "records", "tags", "scores"] {
                        let key = match table {
                            "generations" | "records" => "run, number",
                            "tags" => "tag, run, number",
                            _ => "run, number, name, source",
                        };
                        let sql = format!(
                            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE run = ? LIMIT {SWEEP})"
                        );
                        gone += change.execute(&sql, [blob(run)])?;
                    }
                    if gone == 0 {
                        change.execute("DELETE FROM runs WHERE id = ?", [blob(run)])?;
                    }
                    change.commit()?;
                    Ok(gone)
                })
                .await?;
            if gone == 0 {
                return Ok(());
            }
        }
    }
}
