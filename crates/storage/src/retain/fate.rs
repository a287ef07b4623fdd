//! What becomes of a run: it stays, goes, or loses something.
use super::{DAY_MS, Retain};
use crate::catalogue::Event;
use crate::manifest::Stored;
use crate::{RunStore, StorageError, objects};
use bytes::Bytes;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use policy::{Anonymise, Counts, Otherwise, Unreadable};
use ulid::Ulid;

/// What becomes of a run.
pub(super) enum Fate {
    Keep,
    Remove(u32),
    Change(Box<Change>),
    Unreadable(String),
}

/// What a run shall be.
pub(super) struct Change {
    /// Its new bytes, if they are others.
    pub(super) bytes: Option<Vec<u8>>,
    /// Its manifest with what is said there of it, if that is another.
    pub(super) name: Option<String>,
    /// Events about it that are written again.
    pub(super) events: Vec<(Ulid, Bytes)>,
    pub(super) counts: Counts,
}

impl RunStore {
    /// Decides by tags, models and age, else by the bytes of the run and what is said of it.
    pub(super) async fn fate(
        &self,
        retain: &Retain,
        now: u64,
        id: Ulid,
        stored: &Stored,
        about: &[(Ulid, Event)],
    ) -> Result<Fate, StorageError> {
        let run = self.catalogue().edited(id, stored.run.clone()).await?;
        let models = run.models.iter().map(|(model, _)| model.as_str());
        if let Some(days) = retain.policy.days(&run.tags, models) {
            let age = now.saturating_sub(id.timestamp_ms());
            if age > u64::from(days) * DAY_MS {
                return Ok(Fate::Remove(days));
            }
        }
        let Some(rules) = &retain.policy.anonymise else {
            return Ok(Fate::Keep);
        };
        let bytes = match self.whole(&stored.run.path, retain.largest).await {
            Ok(bytes) => bytes,
            Err(StorageError::TooLarge(_)) => {
                return Ok(otherwise(rules, &Unreadable::TooLarge(retain.largest)));
            }
            Err(StorageError::Corrupt(why)) => {
                // Of a deleted run the bytes may be gone already: the rest goes after them.
                let deleted = self.catalogue().is_deleted(&**self.objects(), id).await?;
                return Ok(match deleted {
                    true => Fate::Remove(0),
                    false => Fate::Unreadable(why),
                });
            }
            Err(error) => return Err(error),
        };
        let (asked, largest) = (rules.clone(), retain.largest);
        let done = tokio::task::spawn_blocking(move || asked.file(&bytes, largest)).await;
        let file = match done.map_err(|error| lost(&error))? {
            Ok(file) => file,
            Err(why) => return Ok(otherwise(rules, &why)),
        };
        let mut change = Change {
            counts: file.as_ref().map(|file| file.counts).unwrap_or_default(),
            bytes: file.map(|file| file.bytes),
            name: rules.words(&stored.run.name),
            events: Vec::new(),
        };
        for (event, saying) in about {
            if let Some(anonymous) = saying.anonymous(rules) {
                change.counts.masked += 1;
                change.events.push((*event, objects::json(&anonymous)?));
            }
        }
        change.counts.masked += u64::from(change.name.is_some());
        let same = change.bytes.is_none() && change.name.is_none() && change.events.is_empty();
        Ok(match same {
            true => Fate::Keep,
            false => Fate::Change(Box::new(change)),
        })
    }

    /// The bytes of a blob, at most so many.
    async fn whole(&self, path: &str, largest: usize) -> Result<Bytes, StorageError> {
        let path = Path::from(path);
        let object = self.objects().get(&path).await.map_err(StorageError::of)?;
        if object.meta.size > largest as u64 {
            return Err(StorageError::TooLarge(largest as u64));
        }
        object.bytes().await.map_err(StorageError::of)
    }
}

fn otherwise(rules: &Anonymise, why: &Unreadable) -> Fate {
    match rules.otherwise {
        Otherwise::Remove => Fate::Remove(0),
        Otherwise::Report => Fate::Unreadable(why.to_string()),
    }
}

pub(super) fn lost(error: &tokio::task::JoinError) -> StorageError {
    StorageError::Unavailable(format!("the policy: {error}"))
}
