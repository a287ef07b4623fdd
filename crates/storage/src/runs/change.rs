//! What happens to a run later. Each change is an event of its own.
use super::RunStore;
use crate::catalogue::{Event, Kind};
use crate::change::RunChange;
use crate::{StorageError, keys, objects};
use api::RunSummary;

impl RunStore {
    /// Changes name, tags or note. All servers come to the same result in whatever order they hear of changes.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] with what is wrong with the change, else as [`RunStore::run`].
    pub async fn change(&self, id: &str, change: RunChange) -> Result<RunSummary, StorageError> {
        let change = change.checked()?;
        let id = self.resolve(id).await?;
        let mut run = self.run(&keys::lower(id)).await?;
        if let Some(edit) = self.catalogue.plan(run.clone(), id, change).await? {
            let event = objects::json(&Event::edit(id, edit))?;
            self.publish(Kind::Event, self.new_id(), event).await?;
            run = self.catalogue.edited(id, run).await?;
            tracing::info!(run = run.id, "a run was changed");
        }
        Ok(run)
    }

    /// Marks a run as deleted. Its bytes stay until a janitor removes them.
    ///
    /// # Errors
    /// As [`RunStore::run`], but a damaged manifest can be deleted too.
    pub async fn delete(&self, id: &str) -> Result<(), StorageError> {
        let id = self.resolve(id).await?;
        if self.catalogue.is_deleted(&*self.store, id).await? {
            return Err(StorageError::Gone(keys::lower(id)));
        }
        // Read rather than asked for: the answer to a HEAD has no body, so that it does not tell a missing bucket from a
        // missing run.
        match objects::read(&*self.store, &keys::run(id)).await {
            Ok(Some(_)) | Err(StorageError::Corrupt(_)) => {}
            Ok(None) => return Err(StorageError::NotFound(keys::lower(id))),
            Err(error) => return Err(error),
        }
        let tombstone = objects::json(&Event::tombstone(id))?;
        self.publish(Kind::Event, self.new_id(), tombstone).await?;
        tracing::info!(run = keys::lower(id), "a run was deleted");
        Ok(())
    }
}
