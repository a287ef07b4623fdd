//! Pages of records: a question and its answer.
use super::filter::Filter;
use super::order::{self, Cursor};
use super::{Generations, opinion};
use crate::catalogue::blob;
use crate::{StorageError, keys};
use generations::Generation;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use ulid::Ulid;

pub use super::order::{GenerationSort, Measure};

/// Records on a page: unless told, and at most.
const PAGE: (u32, u32) = (20, 100);

/// Which records, in which order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GenerationQuery {
    /// All must hold.
    pub filter: Filter,
    /// The order.
    pub sort: GenerationSort,
    /// [`GenerationList::next`] of the page before, in the same order; empty for the first page.
    pub cursor: String,
    /// Records per page, 1 to 100; 0 means 20.
    pub limit: u32,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationList {
    /// The records, with contents cut after 1,000 characters.
    pub generations: Vec<Generation>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Stored runs whose records are still to be read: while it is not 0, more may come.
    pub unread_runs: u64,
}

impl Generations {
    /// One page, as it is known.
    pub(super) async fn list(
        &self,
        query: &GenerationQuery,
    ) -> Result<GenerationList, StorageError> {
        let cursor = Cursor::parse(&query.cursor, query.sort)?;
        let query = query.clone();
        self.read(move |db| list(db, &query, cursor.as_ref())).await
    }
}

fn list(
    db: &Connection,
    query: &GenerationQuery,
    cursor: Option<&Cursor>,
) -> rusqlite::Result<GenerationList> {
    let limit = match query.limit {
        0 => PAGE.0,
        limit => limit.min(PAGE.1),
    } as usize;
    // All of a page is as of one moment, also what is read after its places.
    let db = db.unchecked_transaction()?;
    let mut places = order::page(&db, &query.filter, query.sort, cursor, limit + 1)?;
    let more = places.len() > limit;
    places.truncate(limit);
    let mut all = GenerationList::default();
    let mut row = db.prepare_cached("SELECT record FROM records WHERE run = ? AND number = ?")?;
    for Cursor { run, number, .. } in &places {
        let record: Option<String> = row
            .query_row(params![blob(*run), number], |row| row.get(0))
            .optional()?;
        let record = record.and_then(|text| serde_json::from_str::<Generation>(&text).ok());
        if let Some(mut record) = record {
            opinion::put_on(&db, *run, *number, &mut record)?;
            all.generations.push(record);
        }
    }
    all.next = places.last().filter(|_| more).map(Cursor::text);
    Ok(all)
}

/// A generation among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) run: Ulid,
    pub(crate) number: u64,
}

impl Key {
    /// `RUN-N`, as [`generations::Source::key`] is written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (run, number) = text.split_once('-')?;
        let plain = number.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            run: keys::parse_id(run)?,
            number: number.parse().ok().filter(|_| plain)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_generations() {
        assert_eq!(Key::parse("01jgfjjz00rstv1234567890ab-+7"), None);
        assert!(Key::parse("01jgfjjz00rstv1234567890ab-7").is_some());
    }
}
