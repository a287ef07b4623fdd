//! Bytes on their way out. A body that is too short, too long or not the one that was stored ends in an error.
use crate::StorageError;
use api::RunSummary;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::{GetResult, GetResultPayload};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;

/// A local file is read in blocks of this size.
const BLOCK: u64 = 256 * 1024;

/// Bytes on their way out.
pub struct FileBody {
    /// The run they belong to.
    pub run: RunSummary,
    /// Which bytes of the file.
    pub range: Range<u64>,
    /// The bytes; an error in the middle must break the connection.
    pub stream: BoxStream<'static, Result<Bytes, StorageError>>,
}

type Chunks = BoxStream<'static, Result<Bytes, StorageError>>;

/// The bytes that the store answered with.
pub(crate) fn chunks(object: GetResult) -> Chunks {
    let range = object.range.clone();
    match object.payload {
        GetResultPayload::File(file, _) => blocks(file, range),
        GetResultPayload::Stream(stream) => {
            stream.map(|chunk| chunk.map_err(StorageError::of)).boxed()
        }
    }
}

/// A local file, block by block. The store's own stream takes blocks of 8 KiB, each one a trip to another thread.
fn blocks(file: File, range: Range<u64>) -> Chunks {
    stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let read = move || {
            let size = BLOCK.min(range.end - range.start);
            let mut block = Vec::new();
            file.seek(SeekFrom::Start(range.start))?;
            file.by_ref().take(size).read_to_end(&mut block)?;
            let rest = range.start + size..range.end;
            // A file that ends early is noticed by whoever counts.
            let rest = if (block.len() as u64) < size {
                range.end..range.end
            } else {
                rest
            };
            Ok::<_, std::io::Error>((Bytes::from(block), (file, rest)))
        };
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(step)) => Ok(Some(step)),
            Ok(Err(error)) => Err(StorageError::Unavailable(error.to_string())),
            Err(error) => Err(StorageError::Unavailable(error.to_string())),
        }
    })
    .boxed()
}

/// What a body must be.
pub(crate) struct Expected {
    /// For the log.
    pub key: String,
    /// Bytes in all.
    pub length: u64,
    /// SHA-256 in hex, when the body is a whole file.
    pub sha256: Option<String>,
}

/// Passes a body on and compares it. The last chunk is held back until the hash is known to be right, so that a
/// damaged file never looks complete.
pub(crate) fn checked(chunks: Chunks, expected: Expected) -> Chunks {
    let state = Checking {
        chunks,
        expected,
        seen: 0,
        hash: Sha256::new(),
    };
    stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        let item = state.next().await?;
        let next = item.is_ok().then_some(state);
        Some((item, next))
    })
    .boxed()
}

struct Checking {
    chunks: Chunks,
    expected: Expected,
    seen: u64,
    hash: Sha256,
}

impl Checking {
    async fn next(&mut self) -> Option<Result<Bytes, StorageError>> {
        let Some(chunk) = self.chunks.next().await else {
            return (self.seen < self.expected.length).then(|| {
                let Expected { key, length, .. } = &self.expected;
                Err(StorageError::Corrupt(format!(
                    "{key} ended after {} of {length} bytes",
                    self.seen
                )))
            });
        };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            error => return Some(error),
        };
        self.seen += chunk.len() as u64;
        if self.seen > self.expected.length {
            let Expected { key, length, .. } = &self.expected;
            return Some(Err(StorageError::Corrupt(format!(
                "{key} has more than {length} bytes"
            ))));
        }
        if let Some(sha256) = &self.expected.sha256 {
            self.hash.update(&chunk);
            if self.seen == self.expected.length {
                let found: String = self
                    .hash
                    .clone()
                    .finalize()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                if found != *sha256 {
                    let key = &self.expected.key;
                    tracing::error!(
                        key,
                        found,
                        expected = sha256,
                        "a stored file has another hash"
                    );
                    return Some(Err(StorageError::Corrupt(format!(
                        "{key} has another hash than when it was stored"
                    ))));
                }
            }
        }
        Some(Ok(chunk))
    }
}
