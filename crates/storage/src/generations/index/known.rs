//! Which runs were read, and taking one out.
use super::super::Generations;
use crate::StorageError;
use crate::catalogue::{blob, ulid};
use rusqlite::{OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};
use ulid::Ulid;

/// Rows that are deleted in one transaction.
const SWEEP: usize = 2048;

impl Generations {
    /// All runs of which there may be rows; those that were read to their end with the hash of the bytes that were read, empty
    /// where they are lost.
    pub(super) async fn runs(&self) -> Result<BTreeMap<Ulid, Option<String>>, StorageError> {
        self.read(|db| {
            let mut rows =
                db.prepare("SELECT id, iif(done, ifnull(sha256, ''), NULL) FROM runs")?;
            let rows = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))?;
            rows.filter_map(|row| match row {
                Ok((id, sha256)) => ulid(&id).map(|id| Ok((id, sha256))),
                Err(error) => Some(Err(error)),
            })
            .collect()
        })
        .await
    }

    /// How many generations a run has, if it was read to its end.
    pub(super) async fn count_of(&self, run: Ulid) -> Result<Option<u64>, StorageError> {
        let sql = "SELECT count FROM runs WHERE id = ? AND done = 1";
        let count = self.read(move |db| {
            db.query_row(sql, [blob(run)], |row| row.get::<_, i64>(0))
                .optional()
        });
        Ok(count.await?.and_then(|count| u64::try_from(count).ok()))
    }

    /// Runs that were read to their end.
    pub(in crate::generations) async fn count_done(&self) -> Result<u64, StorageError> {
        let sql = "SELECT count(*) FROM runs WHERE done = 1";
        let count = self.read(move |db| db.query_row(sql, [], |row| row.get::<_, i64>(0)));
        Ok(u64::try_from(count.await?).unwrap_or_default())
    }

    /// Runs without columns count as not read, so that they get some.
    pub(super) async fn forget_done(&self, have: BTreeSet<Ulid>) -> Result<(), StorageError> {
        let known = self.runs().await?.into_iter();
        let done = known.filter_map(|(run, read)| read.map(|_| run));
        let without: Vec<Ulid> = done.filter(|run| !have.contains(run)).collect();
        self.with(move |db| {
            let change = db.transaction()?;
            for run in without {
                change.execute(
                    "UPDATE runs SET done = 0 WHERE id = ? AND count > 0",
                    [blob(run)],
                )?;
            }
            change.commit()
        })
        .await
    }

    pub(super) async fn note(
        &self,
        run: Ulid,
        count: u64,
        reason: Option<String>,
        sha256: String,
    ) -> Result<(), StorageError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.with(move |db| {
            db.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, 1, ?, ?, ?)",
                params![blob(run), count, reason, sha256],
            )
        })
        .await
        .map(|_| ())
    }

    /// Nothing is kept of runs that were purged.
    pub(super) async fn forget_opinions(&self, purged: Vec<Ulid>) -> Result<(), StorageError> {
        if purged.is_empty() {
            return Ok(());
        }
        self.with(move |db| {
            let change = db.transaction()?;
            for run in purged {
                change
                    .prepare_cached("DELETE FROM opinions WHERE run = ?")?
                    .execute([blob(run)])?;
            }
            change.commit()
        })
        .await
    }

    /// Takes a run out, a few rows at a time.
    pub(super) async fn forget(&self, run: Ulid) -> Result<(), StorageError> {
        loop {
            let gone = self
                .with(move |db| {
                    let change = db.transaction()?;
                    let mut gone = 0;
                    // What was said by events stays: a run may be shown again, when one that hid it is deleted.
                    change.execute("DELETE FROM opinions WHERE run = ?1 AND event = ?1", [blob(run)])?;
                    for table in ["generations", "records", "tags", "scores"] {
                        let key = match table {
                            "generations" | "records" => "run, number",
                            "tags" => "tag, run, number",
                            _ => "run, number, name, source",
                        };
                        let sql = format!(
                            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE run = ? LIMIT {SWEEP})"
                        );
                        gone += change.execute(&sql, [blob(run)])?;
                    }
                    if gone == 0 {
                        change.execute("DELETE FROM runs WHERE id = ?", [blob(run)])?;
                    }
                    change.commit()?;
                    Ok(gone)
                })
                .await?;
            if gone == 0 {
                return Ok(());
            }
        }
    }
}
