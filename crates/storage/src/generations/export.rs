//! All records that a filter finds, in the order of runs and numbers, a few hundred in memory at a time.
//!
//! Rows have contents cut short. Where whole ones are asked for, the records that were cut are read again: by their ranges of
//! bytes when they are few, else in one pass over their run.
use super::filter::Filter;
use super::opinion;
use super::query::Key;
use super::row::Place;
use crate::catalogue::{blob, ulid};
use crate::{RunStore, StorageError, keys};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use generations::{Generation, Reader};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::VecDeque;
use ulid::Ulid;

/// Rows that are read at once.
const BATCH: usize = 256;
/// Records of one run that are read by their ranges of bytes; more of them are worth a pass over the run.
const FEW: i64 = 64;

/// A row that was found.
struct Found {
    key: Key,
    record: Generation,
    place: Place,
}

/// Where an export is.
struct Export {
    store: RunStore,
    filter: Filter,
    /// Contents must be whole.
    whole: bool,
    after: Option<Key>,
    pass: Option<Pass>,
}

/// One pass over a run.
struct Pass {
    run: Ulid,
    /// Cut records of this run are read by this pass; else by their ranges.
    body: Option<BoxStream<'static, Result<Bytes, StorageError>>>,
    reader: Option<Reader>,
    ready: VecDeque<(u64, Generation)>,
}

impl RunStore {
    /// The records that a filter finds, in batches. With `whole` their contents are not cut short.
    ///
    /// # Errors
    /// What the store says; in the middle of the stream, too.
    pub async fn export(
        &self,
        filter: Filter,
        whole: bool,
    ) -> Result<BoxStream<'static, Result<Vec<Generation>, StorageError>>, StorageError> {
        self.refresh_generations().await?;
        let export = Export {
            store: self.clone(),
            filter,
            whole,
            after: None,
            pass: None,
        };
        let batches = stream::try_unfold(export, |mut export| async move {
            let batch = export.next().await?;
            Ok((!batch.is_empty()).then_some((batch, export)))
        });
        Ok(batches.boxed())
    }
}

impl Export {
    /// The next records; none at the end.
    async fn next(&mut self) -> Result<Vec<Generation>, StorageError> {
        let (filter, after) = (self.filter.clone(), self.after);
        let index = &self.store.generations;
        let found = index.read(move |db| rows(db, &filter, after)).await?;
        let mut records = Vec::with_capacity(found.len());
        for one in found {
            self.after = Some(one.key);
            let is_cut = one.record.input.truncated || one.record.output.truncated;
            if !self.whole || !is_cut {
                records.push(one.record);
                continue;
            }
            match self.read(&one).await {
                Ok(Some(mut record)) => {
                    record.feedback = one.record.feedback;
                    record.scores = one.record.scores;
                    if one.record.metrics.is_none() {
                        record.metrics = None;
                    }
                    records.push(record);
                }
                // Gone since it was found, as its row will be.
                Ok(None) | Err(StorageError::Gone(_) | StorageError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(records)
    }

    /// A record with its whole contents.
    async fn read(&mut self, one: &Found) -> Result<Option<Generation>, StorageError> {
        let run = keys::lower(one.key.run);
        if self
            .pass
            .as_ref()
            .is_none_or(|pass| pass.run != one.key.run)
        {
            let few = self.few(one.key.run).await? && !one.place.far;
            let body = if few {
                None
            } else {
                Some(self.store.file(&run, None).await?.stream)
            };
            let limits = self.store.generations.limits();
            self.pass = Some(Pass {
                run: one.key.run,
                reader: body.is_some().then(|| Reader::new(&run, limits)),
                body,
                ready: VecDeque::new(),
            });
        }
        match &mut self.pass {
            Some(pass)
                if pass.body.is_some() || pass.reader.is_some() || !pass.ready.is_empty() =>
            {
                pass.up_to(one.key.number).await
            }
            _ => {
                let store = &self.store;
                store
                    .read_near(&run, one.key, &one.record, &one.place)
                    .await
            }
        }
    }

    /// The filter finds few records of a run.
    async fn few(&mut self, run: Ulid) -> Result<bool, StorageError> {
        let (mut condition, mut bound) = self.filter.sql();
        condition += if condition.is_empty() {
            " WHERE "
        } else {
            " AND "
        };
        condition += "generations.run = ?";
        bound.push(Value::from(blob(run).to_vec()));
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM generations{condition} LIMIT {})",
            FEW + 1
        );
        let count = self.store.generations.read(move |db| {
            db.query_row(&sql, params_from_iter(&bound), |row| row.get::<_, i64>(0))
        });
        Ok(count.await? <= FEW)
    }
}

impl Pass {
    /// Reads on until the generation of this number; those before it are passed over.
    async fn up_to(&mut self, number: u64) -> Result<Option<Generation>, StorageError> {
        loop {
            while let Some((at, generation)) = self.ready.pop_front() {
                if at == number {
                    return Ok(Some(generation));
                }
            }
            let Some(mut reader) = self.reader.take() else {
                return Ok(None);
            };
            let chunk = match &mut self.body {
                Some(body) => body.next().await.transpose()?,
                None => None,
            };
            if chunk.is_none() {
                self.body = None;
            }
            let step = tokio::task::spawn_blocking(move || {
                let mut ready = VecDeque::new();
                let mut take = |generation, span: generations::reader::Span| {
                    if span.number >= number {
                        ready.push_back((span.number, generation));
                    }
                };
                let reader = match chunk {
                    Some(chunk) => {
                        reader.push(&chunk, &mut take);
                        Some(reader)
                    }
                    None => {
                        reader.finish(&mut take);
                        None
                    }
                };
                (reader, ready)
            });
            let step = step.await;
            (self.reader, self.ready) =
                step.map_err(|error| StorageError::Unavailable(format!("the export: {error}")))?;
        }
    }
}

fn rows(db: &Connection, filter: &Filter, after: Option<Key>) -> rusqlite::Result<Vec<Found>> {
    let (mut condition, mut bound) = filter.sql();
    if let Some(key) = after {
        condition += if condition.is_empty() {
            " WHERE "
        } else {
            " AND "
        };
        condition += "(generations.run, generations.number) > (?, ?)";
        bound.push(Value::from(blob(key.run).to_vec()));
        bound.push(Value::from(i64::try_from(key.number).unwrap_or(i64::MAX)));
    }
    let sql = format!(
        "SELECT generations.run, generations.number, record, place FROM generations
         CROSS JOIN records ON records.run = generations.run AND records.number = generations.number{condition}
         ORDER BY generations.run, generations.number LIMIT {BATCH}"
    );
    let mut rows = db.prepare_cached(&sql)?;
    let rows = rows.query_map(params_from_iter(&bound), |row| {
        Ok((
            row.get::<_, Vec<u8>>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
        ))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (run, at, record, place) = row?;
        let read = || {
            let key = Key {
                run: ulid(&run)?,
                number: u64::try_from(at).ok()?,
            };
            Some(Found {
                key,
                record: serde_json::from_str(&record).ok()?,
                place: serde_json::from_str(&place).ok()?,
            })
        };
        if let Some(mut one) = read() {
            if opinion::any(db, one.key.run, at)? {
                opinion::put_on(db, one.key.run, at, &mut one.record)?;
            }
            found.push(one);
        }
    }
    Ok(found)
}
