//! Runs in, rows out: what is new is read, what was deleted is taken out, what was said is applied.
//!
//! | module | job |
//! |---|---|
//! | `pass` | one run in |
//! | `known` | which runs were read, and taking one out |
mod known;
mod pass;

use super::opinion;
use crate::{RunStore, StorageError, keys};
use pass::index_run;
use rusqlite::OptionalExtension as _;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use ulid::Ulid;

/// Events that are applied in one transaction.
const EVENTS: usize = 512;
/// Between two looks.
const POLL: Duration = Duration::from_millis(500);
/// After the store failed.
const PAUSE: Duration = Duration::from_secs(10);

/// How far the index is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// What `Catalogue::changes` said when all of it was applied.
    seen: Option<u64>,
}

impl RunStore {
    /// Reads the generations of new runs in the background until the last other handle of the store is gone. Memory is that
    /// of one record and a few hundred rows, however large a run is.
    pub fn index_generations(&self) -> impl Future<Output = ()> + Send + 'static {
        let upgrade = self.weak();
        async move {
            loop {
                let Some(store) = upgrade() else {
                    return;
                };
                store.generations.followed.store(true, Relaxed);
                let pause = match store.index_all().await {
                    Ok(()) => POLL,
                    Err(error) => {
                        tracing::warn!(%error, "the generations could not be read");
                        PAUSE
                    }
                };
                drop(store);
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Brings the index and the columns up to date.
    ///
    /// # Errors
    /// What the store says.
    pub async fn index_now(&self) -> Result<(), StorageError> {
        self.catalogue_fresh().await?;
        self.index_all().await
    }

    /// Brings the index up to date, unless somebody does so all the time.
    pub(super) async fn refresh_generations(&self) -> Result<(), StorageError> {
        self.catalogue_fresh().await?;
        if self.generations.followed.load(Relaxed) {
            return self.apply_said().await;
        }
        self.index_all().await
    }

    /// Reads every run that is new and forgets every run that is gone.
    pub(crate) async fn index_all(&self) -> Result<(), StorageError> {
        let index = &*self.generations;
        let mut progress = index.turn.lock().await;
        let changes = self.catalogue().changes();
        if progress.seen == Some(changes) {
            return Ok(());
        }
        self.apply_said().await?;
        if progress.seen.is_none() {
            index.forget_done(self.with_columns().await?).await?;
        }
        let living = self.catalogue().living().await?;
        let known = index.runs().await?;
        // Deleted, or of other bytes since a policy was applied.
        let stale = |(run, read): &(&Ulid, &Option<String>)| match (living.get(run), read) {
            (Some(now), Some(read)) => !read.is_empty() && now != read,
            (now, _) => now.is_none(),
        };
        let gone: BTreeSet<Ulid> = known.iter().filter(stale).map(|(run, _)| *run).collect();
        for run in &gone {
            index.forget(*run).await?;
        }
        index
            .forget_opinions(self.catalogue().purged().await?)
            .await?;
        if !gone.is_empty() {
            index.with(|db| crate::catalogue::scrub(db)).await?;
        }
        // The latest first: it is the one that somebody waits for.
        let is_read =
            |run: &Ulid| known.get(run).is_some_and(Option::is_some) && !gone.contains(run);
        let new: Vec<Ulid> = living.into_keys().filter(|run| !is_read(run)).collect();
        for run in new.into_iter().rev() {
            index_run(self, run).await?;
        }
        progress.seen = Some(changes);
        Ok(())
    }

    /// Reads the generations of one run now, unless that was done, and says how many there are.
    ///
    /// # Errors
    /// What the store says.
    pub async fn index_run(&self, id: &str) -> Result<u64, StorageError> {
        let Some(run) = keys::parse_id(id) else {
            return Err(StorageError::NotFound(id.to_owned()));
        };
        // Without a turn: a large run may be on its way in, and reading one twice does no harm.
        let index = &*self.generations;
        if let Some(count) = index.count_of(run).await? {
            return Ok(count);
        }
        index_run(self, run).await?;
        Ok(index.count_of(run).await?.unwrap_or_default())
    }

    /// Applies what was said since the last look.
    pub(crate) async fn apply_said(&self) -> Result<(), StorageError> {
        let index = &*self.generations;
        let epoch = self.catalogue().epoch().await?;
        loop {
            let known = epoch.clone();
            let from = index
                .read(move |db| {
                    let of = |name: &str| {
                        db.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| {
                            row.get::<_, String>(0)
                        })
                        .optional()
                    };
                    // The numbers of another catalogue are others.
                    let same = of("epoch")?.as_deref() == Some(known.as_str());
                    let cursor = of("said")?.and_then(|text| text.parse::<i64>().ok());
                    Ok(cursor.filter(|_| same).unwrap_or(0))
                })
                .await?;
            let said = self.catalogue().said(from, EVENTS).await?;
            let Some((last, ..)) = said.last() else {
                return Ok(());
            };
            let (last, epoch) = (*last, epoch.clone());
            index
                .with(move |db| {
                    let change = db.transaction()?;
                    for (_, event, saying) in &said {
                        let rev = i64::try_from(saying.rev).unwrap_or(i64::MAX);
                        for (nth, (number, opinion)) in (0..).zip(&saying.opinions) {
                            let number = i64::try_from(*number).unwrap_or(i64::MAX);
                            opinion::add(&change, saying.run, number, *event, nth, opinion, rev)?;
                            opinion::show(&change, saying.run, number)?;
                        }
                    }
                    for (name, value) in [("said", last.to_string()), ("epoch", epoch)] {
                        change
                            .execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, &value])?;
                    }
                    change.commit()
                })
                .await?;
        }
    }
}
