//! The parts of a large upload: at most two of them are on their way.
use bytes::Bytes;
use object_store::path::Path;
use object_store::{MultipartUpload, Result};
use tokio::task::JoinSet;

/// Parts on their way at once.
const IN_FLIGHT: usize = 2;

/// A multipart upload with its parts under way.
#[derive(Debug)]
pub(crate) struct Parts {
    upload: Box<dyn MultipartUpload>,
    tasks: JoinSet<Result<()>>,
}

impl Parts {
    pub(crate) fn new(upload: Box<dyn MultipartUpload>) -> Self {
        Self {
            upload,
            tasks: JoinSet::new(),
        }
    }

    /// Starts a part once fewer than [`IN_FLIGHT`] are on their way: so the sender of the bytes has to wait.
    pub(crate) async fn send(&mut self, part: Bytes) -> Result<()> {
        while self.tasks.len() >= IN_FLIGHT {
            self.join_one().await?;
        }
        self.tasks.spawn(self.upload.put_part(part.into()));
        Ok(())
    }

    async fn join_one(&mut self) -> Result<()> {
        match self.tasks.join_next().await {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(error)) => Err(object_store::Error::JoinError { source: error }),
        }
    }

    /// Waits for the parts, then makes the object.
    pub(crate) async fn complete(&mut self) -> Result<()> {
        while !self.tasks.is_empty() {
            self.join_one().await?;
        }
        self.upload.complete().await.map(|_| ())
    }

    /// A failing abort is left to the janitor; it never replaces the first error.
    pub(crate) async fn abort(mut self, key: &Path) {
        // Parts that arrive after the abort would stay behind.
        self.tasks.shutdown().await;
        if let Err(error) = self.upload.abort().await {
            tracing::warn!(%key, %error, "an upload could not be aborted");
        }
    }
}
