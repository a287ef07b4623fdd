//! What an upload leaves behind when its process is killed: staging files of a local directory, multipart uploads of MinIO
//! and S3 that were never completed. No list of objects shows them, and they take their space for ever.
//!
//! | module | job |
//! |---|---|
//! | `directory` | staging files |
//! | `multipart` | uploads in parts, over either client |
mod directory;
mod multipart;

pub(crate) use directory::Directory;
pub(crate) use multipart::{Multiparts, Wire};

use crate::StorageError;
use async_trait::async_trait;
use std::fmt::Debug;

/// Something that an upload left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leftover {
    /// Key of the object that it was to become, as in the rest of this room: below the store's prefix.
    pub key: String,
    /// What the store calls it: the name of a staging file, the id of a multipart upload.
    pub id: String,
    /// Bytes that it takes.
    pub size: u64,
}

impl Leftover {
    /// How it is named in a report.
    pub(crate) fn name(&self) -> String {
        format!("{} (unfinished, {})", self.key, self.id)
    }
}

/// How a kind of store is asked for what its lists of objects do not show.
#[async_trait]
pub(crate) trait Leftovers: Debug + Send + Sync {
    /// What was written last before this time (milliseconds since 1970). Only what would have become an object of this
    /// room: directory or bucket may hold things of others. An upload in flight is written to all the time.
    async fn find(&self, before_ms: u64) -> Result<Vec<Leftover>, StorageError>;

    /// Removes it; one that is gone meanwhile is no error.
    async fn remove(&self, leftover: &Leftover) -> Result<(), StorageError>;
}

/// A store that keeps nothing of what was not completed.
#[derive(Debug)]
pub(crate) struct Nothing;

#[async_trait]
impl Leftovers for Nothing {
    async fn find(&self, _before_ms: u64) -> Result<Vec<Leftover>, StorageError> {
        Ok(Vec::new())
    }

    async fn remove(&self, _leftover: &Leftover) -> Result<(), StorageError> {
        Ok(())
    }
}
