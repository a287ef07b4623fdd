//! The summary of an upload, read while the bytes pass by.
use crate::{config::Limits, failure::Failure};
use api::RunSummary;
use bytes::Bytes;
use completions::Importer;
use tokio::{sync::mpsc, task::JoinHandle};

/// Chunks that may wait for the importer.
const QUEUE: usize = 8;

/// Sequences in the manifest of a run: what its page shows before and without wasm.
const CARDS: usize = 20;

/// An importer at work on a thread of its own, because reading is computing and would hold up other requests.
/// It keeps no columns but those of the cards: memory does not grow with the tokens of the file.
/// Dropped, it stops after the chunks that wait.
pub(super) struct Reading {
    queue: mpsc::Sender<Bytes>,
    summary: JoinHandle<RunSummary>,
}

impl Reading {
    pub(super) fn start(name: String, limits: &Limits) -> Self {
        let limits = completions::Limits {
            record_bytes: usize::try_from(limits.max_record_bytes).unwrap_or(usize::MAX),
            expanded_bytes: limits.max_unpacked_bytes,
            zip_bytes: usize::try_from(limits.max_zip_bytes).unwrap_or(usize::MAX),
            ..completions::Limits::default()
        };
        let (queue, mut chunks) = mpsc::channel::<Bytes>(QUEUE);
        let summary = tokio::task::spawn_blocking(move || {
            let mut importer = Importer::summary(limits, CARDS);
            let mut size = 0;
            while let Some(chunk) = chunks.blocking_recv() {
                size += chunk.len() as u64;
                importer.push(&chunk);
            }
            RunSummary::of_import(&importer.finish(), &name, size, CARDS)
        });
        Self { queue, summary }
    }

    /// Hands on the next bytes; waits while the importer is behind.
    pub(super) async fn push(&mut self, chunk: Bytes) {
        // Fails only when the importer has panicked: `finish` tells.
        let _ = self.queue.send(chunk).await;
    }

    /// The summary of all bytes.
    pub(super) async fn finish(self) -> Result<RunSummary, Failure> {
        drop(self.queue);
        self.summary
            .await
            .map_err(|error| Failure::internal(&error))
    }
}
