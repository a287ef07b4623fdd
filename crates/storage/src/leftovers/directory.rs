//! Staging files: object_store writes `key#number` beside the object and renames it when it is whole.
use super::{Leftover, Leftovers};
use crate::{StorageError, keys};
use async_trait::async_trait;
use object_store::path::Path as Key;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A local directory with a store in it.
#[derive(Debug)]
pub(crate) struct Directory(pub PathBuf);

#[async_trait]
impl Leftovers for Directory {
    async fn find(&self, before_ms: u64) -> Result<Vec<Leftover>, StorageError> {
        let root = self.0.clone();
        blocking(move || {
            let mut found = Vec::new();
            walk(&root, "", before_ms, &mut found)?;
            Ok(found)
        })
        .await
    }

    async fn remove(&self, leftover: &Leftover) -> Result<(), StorageError> {
        let file = self.0.join(&leftover.id);
        blocking(move || match std::fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(StorageError::of_disk),
        Err(error) => Err(StorageError::Unavailable(error.to_string())),
    }
}

/// Looks into a directory and those below it. Links are not followed; what vanishes meanwhile was somebody's upload.
fn walk(root: &Path, below: &str, before_ms: u64, found: &mut Vec<Leftover>) -> io::Result<()> {
    let entries = match std::fs::read_dir(root.join(below)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        // Names that are no text are not of this room.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = match below {
            "" => name,
            below => format!("{below}/{name}"),
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(root, &path, before_ms, found)?;
            continue;
        }
        let Some(key) = target(&path).filter(|_| kind.is_file()) else {
            continue;
        };
        let about = match entry.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            about => about?,
        };
        let written = about.modified()?.duration_since(UNIX_EPOCH);
        let written = written.map_or(0, |time| time.as_millis());
        if written < u128::from(before_ms) {
            found.push(Leftover {
                key: key.to_owned(),
                id: path,
                size: about.len(),
            });
        }
    }
    Ok(())
}

/// The object that a staging file was to become; `None` for every other file.
fn target(path: &str) -> Option<&str> {
    let (key, number) = path.rsplit_once('#')?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && keys::is_ours(&Key::from(key))).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_staging_files_of_our_objects() {
        let id = "01jgfjjz00rstv1234567890ab";
        for (path, expected) in [
            (format!("blob/2025/01/01/{id}#1"), true),
            (format!("run/2025/01/01/{id}.json#12"), true),
            (format!("columns/v1/2025/01/01/{id}.parquet#1"), true),
            ("meta/format.json#3".into(), true),
            (format!("blob/2025/01/01/{id}"), false),
            (format!("blob/2025/01/01/{id}#"), false),
            (format!("blob/2025/01/01/{id}#1a"), false),
            (format!("blob/2025/01/02/{id}#1"), false),
            (format!("mine/2025/01/01/{id}#1"), false),
            ("notes#1".into(), false),
            ("#1".into(), false),
            ("catalogue.sqlite#1".into(), false),
        ] {
            let key = path.split('#').next().filter(|_| expected);
            assert_eq!(target(&path), key, "{path}");
        }
    }
}
