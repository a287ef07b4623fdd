//! Keeps the catalogue like the store: lists what is due, fetches what is new, applies it.
use super::apply::{Kind, Object, blob, object_of};
use super::listing::{fetch, list};
use super::tail::{Cursors, Pass};
use super::{Catalogue, schema};
use crate::{StorageError, probe};
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStore;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use ulid::Ulid;

/// Objects that are applied in one transaction.
const BATCH: usize = 512;
/// Deletions by other servers are seen after this time at the latest, also by readers of single runs.
const FRESH: Duration = Duration::from_secs(1);
/// While somebody follows the store all the time, readers trust what was read within this time.
const FOLLOWED: Duration = Duration::from_millis(2500);
/// So long a reader waits for the refresh of somebody else.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often the store's clock is looked at.
const CLOCK_EVERY: Duration = Duration::from_secs(60);

/// Where the listings are, and when the clocks were compared.
#[derive(Debug, Default)]
pub(super) struct Places {
    runs: Cursors,
    events: Cursors,
    clock: Option<Instant>,
}

/// When the last complete readings began.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    runs: Option<Instant>,
    events: Option<Instant>,
    followed: bool,
}

/// Where the catalogue keeps the cursor of the safe passes.
pub(super) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Run => "safe_runs",
        Kind::Event => "safe_events",
    }
}

impl Places {
    pub(super) fn kept(db: &Connection) -> rusqlite::Result<Self> {
        let safe = |kind| -> rusqlite::Result<Cursors> {
            let text = schema::get(db, name(kind))?;
            Ok(Cursors::kept(text.and_then(|text| text.parse().ok())))
        };
        Ok(Self {
            runs: safe(Kind::Run)?,
            events: safe(Kind::Event)?,
            clock: None,
        })
    }

    fn of(&mut self, kind: Kind) -> &mut Cursors {
        match kind {
            Kind::Run => &mut self.runs,
            Kind::Event => &mut self.events,
        }
    }
}

impl Catalogue {
    /// Whether a run was deleted, by any server.
    pub(crate) async fn is_deleted(
        &self,
        store: &dyn ObjectStore,
        id: Ulid,
    ) -> Result<bool, StorageError> {
        // A deletion is for ever, so that a known one needs no look.
        if self.knows_deleted(id).await? {
            return Ok(true);
        }
        self.refresh_events(store).await?;
        self.knows_deleted(id).await
    }

    /// Reads what happened, unless that was done a moment ago.
    pub(crate) async fn refresh_events(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        if !self.is_fresh(&[Kind::Event], FRESH) {
            let mut places = self.turn().await?;
            if !self.is_fresh(&[Kind::Event], FRESH) {
                self.pass(store, &mut places, Kind::Event).await?;
            }
        }
        Ok(())
    }

    /// Brings the catalogue up to date, unless somebody follows the store and did so a moment ago.
    pub(crate) async fn refresh(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        let followed = self
            .fresh
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .followed;
        if followed && self.is_fresh(&[Kind::Event, Kind::Run], FOLLOWED) {
            return Ok(());
        }
        self.look(store).await
    }

    /// As `refresh`, in any case.
    pub(crate) async fn look(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        let mut places = self.turn().await?;
        self.pass(store, &mut places, Kind::Event).await?;
        self.pass(store, &mut places, Kind::Run).await
    }

    /// From now on somebody calls `look` all the time.
    pub(crate) fn set_followed(&self, followed: bool) {
        self.fresh
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .followed = followed;
    }

    /// The store's time in milliseconds, by our clock and the difference that was measured.
    pub(crate) fn now_ms(&self) -> u64 {
        Ulid::new()
            .timestamp_ms()
            .saturating_add_signed(self.offset.load(Relaxed))
    }

    /// Compares the clocks. A second of difference is that of the store's rounding.
    pub(crate) async fn measure(&self, store: &dyn ObjectStore) -> Result<i64, StorageError> {
        let offset = probe::clock_offset_ms(store).await?;
        self.offset.store(offset, Relaxed);
        Ok(offset)
    }

    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset.load(Relaxed)
    }

    fn is_fresh(&self, kinds: &[Kind], age: Duration) -> bool {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.iter().all(|kind| {
            let began = match kind {
                Kind::Run => fresh.runs,
                Kind::Event => fresh.events,
            };
            began.is_some_and(|began| began.elapsed() < age)
        })
    }

    pub(super) async fn turn(&self) -> Result<tokio::sync::MutexGuard<'_, Places>, StorageError> {
        let turn = timeout(PATIENCE, self.places.lock()).await;
        turn.map_err(|_| {
            StorageError::Timeout(format!("another listing has not ended for {PATIENCE:?}"))
        })
    }

    pub(super) async fn pass(
        &self,
        store: &dyn ObjectStore,
        places: &mut Places,
        kind: Kind,
    ) -> Result<(), StorageError> {
        if places.clock.is_none_or(|seen| seen.elapsed() > CLOCK_EVERY) {
            self.measure(store).await?;
            places.clock = Some(Instant::now());
        }
        let began = Instant::now();
        let now = self.now_ms();
        // A catalogue that was begun anew knows no cursor any more.
        let kept = self.with(move |db| {
            Ok([
                schema::get(db, name(kind))?,
                schema::get(db, name(kind.other()))?,
            ])
        });
        match kept.await? {
            [None, None] => {
                (places.runs, places.events) = (Cursors::default(), Cursors::default());
                if let Some((runs, events)) = self.adopt(store, now).await {
                    places.runs = Cursors::adopted(runs, now);
                    places.events = Cursors::adopted(events, now);
                }
            }
            [None, Some(_)] => *places.of(kind) = Cursors::default(),
            [Some(_), _] => {}
        }
        let pass = places.of(kind).due(now);
        let listed = list(store, kind, pass, now).await?;
        let (unknown, whole) = self.unknown(kind, listed, pass == Pass::All).await?;
        let mut fetched = fetch(store, kind, unknown).ready_chunks(BATCH);
        let mut count = 0;
        while let Some(objects) = fetched.next().await {
            let objects = objects.into_iter().collect::<Result<Vec<_>, _>>()?;
            let objects: Vec<Object> = objects.into_iter().flatten().collect();
            count += objects.len();
            self.apply(objects).await?;
        }
        drop(fetched);
        self.read_wanted(store).await?;
        if count > 0 && (pass == Pass::All || pass == Pass::Days) {
            tracing::info!(?kind, count, "found by a complete listing");
        }
        if let Some(whole) = whole {
            self.forget_missing(whole).await?;
        }
        places.of(kind).done(pass, now);
        if let Some(safe) = places.of(kind).safe {
            self.with(move |db| schema::set(db, name(kind), &safe.to_string()))
                .await?;
        }
        let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        match kind {
            Kind::Run => fresh.runs = Some(began),
            Kind::Event => fresh.events = Some(began),
        }
        Ok(())
    }

    /// The ids that were not applied yet, and for a complete listing of runs all of them.
    async fn unknown(
        &self,
        kind: Kind,
        listed: BTreeSet<Ulid>,
        all: bool,
    ) -> Result<(Vec<Ulid>, Option<BTreeSet<Ulid>>), StorageError> {
        self.with(move |db| {
            let mut seen = db.prepare_cached("SELECT 1 FROM seen WHERE kind = ? AND id = ?")?;
            let mut unknown = Vec::new();
            for id in &listed {
                if !seen.exists(params![kind as i64, blob(*id)])? {
                    unknown.push(*id);
                }
            }
            Ok((unknown, (all && kind == Kind::Run).then_some(listed)))
        })
        .await
    }

    /// Manifests that somebody took out of the store.
    async fn forget_missing(&self, listed: BTreeSet<Ulid>) -> Result<(), StorageError> {
        self.changed();
        self.with(move |db| {
            let change = db.transaction()?;
            let ids: Vec<Vec<u8>> = change
                .prepare("SELECT id FROM seen WHERE kind = 0")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for id in ids.iter().filter_map(|id| super::apply::ulid(id)) {
                if !listed.contains(&id) {
                    change.execute("DELETE FROM seen WHERE kind = 0 AND id = ?", [blob(id)])?;
                    change.execute("DELETE FROM manifests WHERE id = ?", [blob(id)])?;
                    super::apply::show_all_of(&change, id)?;
                }
            }
            change.commit()
        })
        .await
    }

    /// Reads what is wanted: what was announced, and what was written again. It stays wanted until it was read, also by the
    /// next process.
    pub(crate) async fn read_wanted(&self, store: &dyn ObjectStore) -> Result<(), StorageError> {
        loop {
            let wanted: Vec<String> = self
                .with(|db| {
                    let mut rows = db.prepare_cached("SELECT key FROM wanted LIMIT 512")?;
                    let keys = rows.query_map([], |row| row.get(0))?;
                    keys.collect()
                })
                .await?;
            if wanted.is_empty() {
                return Ok(());
            }
            for (kind, id) in wanted.iter().filter_map(|key| object_of(key)) {
                let mut objects = fetch(store, kind, vec![id]);
                let found = objects.try_next().await?.flatten();
                drop(objects);
                self.apply(found.into_iter().collect()).await?;
            }
            // Those that are nowhere, too.
            self.with(move |db| {
                let change = db.transaction()?;
                for key in &wanted {
                    change.execute("DELETE FROM wanted WHERE key = ?", [key])?;
                }
                change.commit()
            })
            .await?;
        }
    }
}
