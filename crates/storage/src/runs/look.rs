//! What there is: lists, manifests, bytes.
use super::RunStore;
use crate::catalogue::RunQuery;
use crate::file::{Expected, FileBody, checked, chunks};
use crate::{StorageError, keys, manifest, objects};
use api::{RunList, RunListQuery, RunSummary};
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore as _};
use std::ops::Range;
use ulid::Ulid;

impl RunStore {
    /// The manifest of a run. `latest` is the last one stored.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::Gone`], [`StorageError::Corrupt`], or what the store says; never
    /// `NotFound` when the store cannot tell.
    pub async fn run(&self, id: &str) -> Result<RunSummary, StorageError> {
        let id = self.resolve(id).await?;
        let key = keys::run(id);
        let (deleted, bytes) = tokio::try_join!(
            self.catalogue.is_deleted(&*self.store, id),
            objects::read(&*self.store, &key)
        )?;
        match bytes {
            _ if deleted => Err(StorageError::Gone(keys::lower(id))),
            None => Err(StorageError::NotFound(keys::lower(id))),
            Some(bytes) => {
                let run = manifest::decode(id, &bytes)?.run;
                self.catalogue.edited(id, run).await
            }
        }
    }

    /// One page, newest first. Manifests that cannot be read are logged and left out.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when `before` is no id, or what the store says.
    pub async fn list(&self, query: &RunListQuery) -> Result<RunList, StorageError> {
        self.find(&query.into()).await
    }

    /// One page of the runs that are asked for, in the order asked for.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when the question is none, or what the store says.
    pub async fn find(&self, query: &RunQuery) -> Result<RunList, StorageError> {
        self.catalogue.refresh(&*self.store).await?;
        self.catalogue.list(query).await
    }

    /// The bytes of a run as received, whole or a range of them. A range may end beyond the file.
    ///
    /// # Errors
    /// As [`RunStore::run`]; [`StorageError::BadRange`] for a range that is empty or begins beyond the file. The
    /// stream ends with an error when the bytes are fewer, more, or (of a whole file) others than those received.
    pub async fn file(
        &self,
        id: &str,
        range: Option<Range<u64>>,
    ) -> Result<FileBody, StorageError> {
        let run = self.run(id).await?;
        let asked = match &range {
            None => 0..run.size,
            Some(range) if range.start < range.end && range.start < run.size => {
                range.start..range.end.min(run.size)
            }
            Some(_) => return Err(StorageError::BadRange(run.size)),
        };
        let options = GetOptions::new().with_range(range.map(|_| asked.clone()));
        // A missing blob is damage, not "no such run": the run exists.
        let object = self
            .store
            .get_opts(&Path::from(run.path.as_str()), options)
            .await
            .map_err(StorageError::of)?;
        if object.meta.size != run.size || object.range != asked {
            let (key, found) = (&run.path, object.meta.size);
            return Err(StorageError::Corrupt(format!(
                "{key} has {found} bytes instead of {}",
                run.size
            )));
        }
        let whole = asked == (0..run.size);
        let expected = Expected {
            key: run.path.clone(),
            length: asked.end - asked.start,
            sha256: whole.then(|| run.sha256.clone()),
        };
        let stream = checked(chunks(object), expected);
        Ok(FileBody {
            run,
            range: asked,
            stream,
        })
    }

    /// The run that is meant; `latest` is the last one stored.
    pub(super) async fn resolve(&self, id: &str) -> Result<Ulid, StorageError> {
        let found = match id {
            "latest" => {
                let one = RunQuery {
                    limit: 1,
                    ..RunQuery::default()
                };
                let newest = self.find(&one).await?.runs.pop();
                newest.and_then(|run| keys::parse_id(&run.id))
            }
            _ => keys::parse_id(id),
        };
        found.ok_or_else(|| StorageError::NotFound(id.to_owned()))
    }
}
