//! The columns of each run as Parquet beside it, for engines that are pointed at the bucket: `crates/storage/COLUMNS.md` is their
//! schema. They are made while a run is read for the index, by whichever server does so first; the bytes are a function of the
//! run, so it does not matter when two do.
use crate::{RunStore, StorageError, keys};
use bytes::Bytes;
use futures::TryStreamExt as _;
use generations::Generation;
use generations::table::{Format, Writer};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use ulid::Ulid;

/// Bytes of a part, of which two are under way.
const PART: usize = 8 << 20;
/// Pieces that may wait for the store.
const QUEUE: usize = 2;

/// What goes to the store.
#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    /// The table is whole. Without it nothing becomes visible.
    End,
}

/// A table on its way into the store.
#[derive(Debug)]
pub(super) struct Columns {
    writer: Writer,
    queue: mpsc::Sender<Piece>,
    /// The store failed: the rest is for nothing.
    lost: bool,
}

/// The store's end of it.
#[derive(Debug)]
pub(super) struct Upload(JoinHandle<Result<(), StorageError>>);

/// Begins the columns of a run; `None` when they are there.
pub(super) async fn begin(
    store: &Arc<dyn ObjectStore>,
    run: Ulid,
) -> Result<Option<(Columns, Upload)>, StorageError> {
    let key = keys::columns(run);
    match store.head(&key).await {
        Ok(_) => return Ok(None),
        Err(error) if crate::error::is_missing(&error) => {}
        Err(error) => return Err(StorageError::of(error)),
    }
    let (queue, pieces) = mpsc::channel(QUEUE);
    let upload = tokio::spawn(upload(store.clone(), key, pieces));
    let writer = Writer::new(Format::Parquet, None)
        .map_err(|error| StorageError::Corrupt(format!("the columns: {error}")))?;
    let columns = Columns {
        writer,
        queue,
        lost: false,
    };
    Ok(Some((columns, Upload(upload))))
}

async fn upload(
    store: Arc<dyn ObjectStore>,
    key: Path,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<(), StorageError> {
    let mut out = BufWriter::with_capacity(store, key, PART).with_max_concurrency(2);
    loop {
        match pieces.recv().await {
            Some(Piece::Bytes(bytes)) => {
                if let Err(error) = out.put(bytes).await {
                    let _ = out.abort().await;
                    return Err(StorageError::of(error));
                }
            }
            Some(Piece::End) => return out.shutdown().await.map_err(StorageError::of_writer),
            None => {
                let _ = out.abort().await;
                return Ok(());
            }
        }
    }
}

impl Columns {
    /// Adds a record, on a thread that may wait.
    pub(super) fn push(&mut self, record: &Generation) {
        if self.lost {
            return;
        }
        if let Err(error) = self.writer.push(record) {
            tracing::error!(%error, "a record does not fit into columns");
            self.lost = true;
            return;
        }
        let piece = self.writer.take();
        if !piece.is_empty() {
            let sent = self.queue.blocking_send(Piece::Bytes(piece.into()));
            self.lost = sent.is_err();
        }
    }

    /// The table is whole.
    pub(super) fn finish(self) {
        if self.lost {
            return;
        }
        match self.writer.finish() {
            Ok(rest) => {
                // Who does not listen has failed, and says so.
                let _ = self.queue.blocking_send(Piece::Bytes(rest.into()));
                let _ = self.queue.blocking_send(Piece::End);
            }
            Err(error) => tracing::error!(%error, "columns could not be finished"),
        }
    }
}

impl Upload {
    /// Waits for the store.
    pub(super) async fn finish(self) -> Result<(), StorageError> {
        let done = self.0.await;
        done.map_err(|error| StorageError::Unavailable(format!("the columns: {error}")))?
    }
}

impl RunStore {
    /// The runs that have columns.
    pub(crate) async fn with_columns(&self) -> Result<BTreeSet<Ulid>, StorageError> {
        let listed = self.objects().list(Some(&Path::from(keys::COLUMNS)));
        let ids = listed.try_filter_map(|meta| async move { Ok(keys::columns_of(&meta.location)) });
        ids.try_collect().await.map_err(StorageError::of)
    }
}
