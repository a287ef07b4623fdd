//! One record, whole.
use super::query::{GenerationList, GenerationQuery, Key};
use super::row::Place;
use super::{opinion, query};
use crate::catalogue::{blob, ulid};
use crate::{RunStore, StorageError, keys};
use futures::StreamExt as _;
use generations::reader::{Span, again};
use generations::{Feedback, Generation, Reader};
use rusqlite::{OptionalExtension as _, params};
use serde::Serialize;
use std::sync::atomic::Ordering::Relaxed;

/// One record with all that was said of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationDetail {
    /// The record, with its whole contents.
    #[serde(flatten)]
    pub generation: Generation,
    /// All feedback, the oldest first. Of each user the last one counts.
    pub feedback_history: Vec<Feedback>,
}

impl RunStore {
    /// One page of the generations that are asked for.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when the cursor is none, or what the store says.
    pub async fn generations(
        &self,
        query: &GenerationQuery,
    ) -> Result<GenerationList, StorageError> {
        self.refresh_generations().await?;
        let mut list = self.generations.list(query).await?;
        list.unread_runs = self.unread_runs().await?;
        Ok(list)
    }

    /// Stored runs whose records are still to be read.
    pub(super) async fn unread_runs(&self) -> Result<u64, StorageError> {
        let living = self.catalogue().count_living().await?;
        Ok(living.saturating_sub(self.generations.count_done().await?))
    }

    /// One generation: by the key of its source, or by its id. Of several with one id it is the one stored last.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], [`StorageError::Gone`] when its run was deleted, or what the store says.
    pub async fn generation(&self, id: &str) -> Result<GenerationDetail, StorageError> {
        let key = self.generation_key(id).await?;
        let missing = || StorageError::NotFound(id.to_owned());
        // Says whether the run is there, by the store itself.
        let run = self.run(&keys::lower(key.run)).await?;
        let known = self.generation_row(key).await?;
        let near = match &known {
            Some((record, place)) if !place.far => {
                self.read_near(&run.id, key, record, place).await?
            }
            _ => None,
        };
        let read = match near {
            Some(read) => Some(read),
            None => self.read_far(&run.id, key).await?,
        };
        let mut generation = read.ok_or_else(missing)?;
        // That values are placeholders does not show in one record, but did in its run.
        if known
            .as_ref()
            .is_some_and(|(record, _)| record.metrics.is_none())
        {
            generation.metrics = None;
        }
        self.apply_said().await?;
        let number = number(key);
        self.generations
            .with(move |db| {
                // What the file says is among the opinions once its run was read.
                let of_file = (
                    generation.feedback.take(),
                    std::mem::take(&mut generation.scores),
                );
                opinion::put_on(db, key.run, number, &mut generation)?;
                let mut feedback_history = opinion::history(db, key.run, number)?;
                if known.is_none() {
                    let (feedback, scores) = of_file;
                    feedback_history.splice(0..0, feedback.clone());
                    generation.feedback = generation.feedback.or(feedback);
                    if generation.scores.is_empty() {
                        generation.scores = scores;
                    }
                }
                Ok(GenerationDetail {
                    generation,
                    feedback_history,
                })
            })
            .await
    }

    /// Which generation is meant.
    pub(super) async fn generation_key(&self, id: &str) -> Result<Key, StorageError> {
        if let Some(key) = Key::parse(id) {
            return Ok(key);
        }
        self.refresh_generations().await?;
        let name = id.to_owned();
        let sql = "SELECT run, number FROM generations WHERE id = ? ORDER BY run DESC, number DESC LIMIT 1";
        let found = self.generations.read(move |db| {
            db.query_row(sql, [&name], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))
            })
            .optional()
        });
        let found = found.await?.and_then(|(run, number)| {
            Some(Key {
                run: ulid(&run)?,
                number: u64::try_from(number).ok()?,
            })
        });
        found.ok_or_else(|| StorageError::NotFound(id.to_owned()))
    }

    /// The row of a record: with its contents cut short, and where its bytes are.
    pub(super) async fn generation_row(
        &self,
        key: Key,
    ) -> Result<Option<(Generation, Place)>, StorageError> {
        let sql = "SELECT record, place FROM records WHERE run = ? AND number = ?";
        let found = self.generations.read(move |db| {
            db.query_row(sql, params![blob(key.run), number(key)], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()
        });
        let found = found.await?;
        Ok(found.and_then(|(record, place)| {
            Some((
                serde_json::from_str(&record).ok()?,
                serde_json::from_str(&place).ok()?,
            ))
        }))
    }

    /// Reads the record by its range of bytes.
    pub(super) async fn read_near(
        &self,
        run: &str,
        key: Key,
        record: &Generation,
        place: &Place,
    ) -> Result<Option<Generation>, StorageError> {
        let range = place.start..place.start + place.len;
        let mut body = self.file(run, Some(range)).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.stream.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        let span = Span {
            source: 0,
            start: place.start,
            len: place.len,
            form: place.form,
            packed: false,
            nth: place.nth,
            joined: false,
            number: key.number,
        };
        let like = record.source.clone();
        let read = tokio::task::spawn_blocking(move || again(&bytes, span, &like));
        read.await
            .map_err(|error| StorageError::Unavailable(format!("the generation: {error}")))
    }

    /// Reads the run from its beginning up to the record.
    async fn read_far(&self, run: &str, key: Key) -> Result<Option<Generation>, StorageError> {
        let mut body = self.file(run, None).await?;
        let mut reader = Some(Reader::new(run, self.generations.limits));
        let mut found = None;
        while let (Some(chunk), Some(mut now)) = (body.stream.next().await, reader.take()) {
            let chunk = chunk?;
            let step = tokio::task::spawn_blocking(move || {
                let mut found = None;
                now.push(&chunk, &mut |generation, span| {
                    if span.number == key.number {
                        found = Some(generation);
                    }
                });
                (now, found)
            });
            let (now, read) = step
                .await
                .map_err(|error| StorageError::Unavailable(format!("the generation: {error}")))?;
            if read.is_some() {
                return Ok(read);
            }
            reader = Some(now);
        }
        if let Some(reader) = reader {
            reader.finish(&mut |generation, span| {
                if span.number == key.number {
                    found = Some(generation);
                }
            });
        }
        Ok(found)
    }

    /// Nobody waits for the index: it is filled in the background.
    pub fn generations_are_followed(&self) -> bool {
        self.generations.followed.load(Relaxed)
    }
}

fn number(key: query::Key) -> i64 {
    i64::try_from(key.number).unwrap_or(i64::MAX)
}
