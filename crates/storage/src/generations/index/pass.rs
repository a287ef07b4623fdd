//! One run in: its bytes become rows, and columns in the store.
use super::super::Access;
use super::super::columns::{self, Columns};
use super::super::row::Row;
use crate::catalogue::blob;
use crate::{RunStore, StorageError, keys};
use futures::StreamExt as _;
use generations::reader::Span;
use generations::{Generation, Reader};
use tokio::sync::{mpsc, oneshot};
use ulid::Ulid;

/// Rows of one transaction.
const BATCH: usize = 256;
/// Bytes that are read before rows are written.
const PIECE: usize = 64 << 10;
/// Chunks of a blob that may wait for the reader.
const QUEUE: usize = 4;

/// Reads a run. One whose bytes are lost or damaged is noted, so that it does not hold up the others.
pub(super) async fn index_run(store: &RunStore, run: Ulid) -> Result<(), StorageError> {
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
