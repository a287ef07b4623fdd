//! Pages of records: a question and its answer.
use super::filter::Filter;
use super::{Generations, opinion};
use crate::catalogue::{blob, ulid};
use crate::{StorageError, keys};
use generations::Generation;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;
use ulid::Ulid;

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

/// An order; equal records are ordered by run and number. Records without the value come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GenerationSort {
    /// By time. A record without one counts as of the time when it was stored.
    #[default]
    Newest,
    /// By time.
    Oldest,
    /// By a number, from small to large or from large to small.
    By(Measure, bool),
}

/// What records can be ordered by, besides their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `performance.latency`.
    Latency,
    /// `usage.cost`.
    Cost,
    /// `usage.totalTokens`.
    Tokens,
    /// `metrics.perplexity`.
    Perplexity,
    /// `metrics.meanProb`.
    Probability,
    /// `feedback.rating`.
    Rating,
}

impl GenerationSort {
    /// What [`GenerationSort::parse`] reads, for sentences.
    pub const NAMES: &str = "timestamp, latency, cost, tokens, perplexity, probability or rating, with - before it for the largest first";

    /// `timestamp`, `latency` and so on; with `-` in front from large to small.
    pub fn parse(text: &str) -> Option<Self> {
        let (down, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let measure = match name {
            "timestamp" if down => return Some(Self::Newest),
            "timestamp" => return Some(Self::Oldest),
            "latency" => Measure::Latency,
            "cost" => Measure::Cost,
            "tokens" => Measure::Tokens,
            "perplexity" => Measure::Perplexity,
            "probability" => Measure::Probability,
            "rating" => Measure::Rating,
            _ => return None,
        };
        Some(Self::By(measure, down))
    }

    /// The expression, and whether it goes down. It is never null.
    fn expression(self) -> (String, bool) {
        let (measure, down) = match self {
            Self::Newest => return ("time".into(), true),
            Self::Oldest => return ("time".into(), false),
            Self::By(measure, down) => (measure, down),
        };
        let column = match measure {
            Measure::Latency => "latency",
            Measure::Cost => "cost",
            Measure::Tokens => "total_tokens",
            Measure::Perplexity => "perplexity",
            Measure::Probability => "probability",
            Measure::Rating => "rating",
        };
        let last = if down { "-1e308" } else { "1e308" };
        (format!("ifnull({column}, {last})"), down)
    }
}

/// A place in an order: `RUN-NUMBER.VALUE`.
#[derive(Debug, Clone, PartialEq)]
struct Cursor {
    run: Ulid,
    number: i64,
    value: Value,
}

impl Cursor {
    fn parse(text: &str, sort: GenerationSort) -> Result<Option<Self>, StorageError> {
        if text.is_empty() {
            return Ok(None);
        }
        let read = || {
            let (place, value) = text.split_once('.')?;
            let (run, number) = place.split_once('-')?;
            let value = match sort {
                GenerationSort::By(..) => value.parse::<f64>().ok().filter(|n| !n.is_nan())?.into(),
                _ => value.parse::<i64>().ok()?.into(),
            };
            Some(Self {
                run: keys::parse_id(run)?,
                number: number.parse().ok()?,
                value,
            })
        };
        match read() {
            Some(cursor) => Ok(Some(cursor)),
            None => Err(StorageError::BadRequest(
                "`cursor` must be the `next` of the page before, in the same order; begin again with the first page."
                    .into(),
            )),
        }
    }

    fn text(&self) -> String {
        let place = format!("{}-{}", keys::lower(self.run), self.number);
        match &self.value {
            Value::Integer(number) => format!("{place}.{number}"),
            Value::Real(number) => format!("{place}.{number}"),
            _ => place,
        }
    }
}

impl Generations {
    /// One page, as it is known.
    pub(super) async fn list(
        &self,
        query: &GenerationQuery,
    ) -> Result<GenerationList, StorageError> {
        let cursor = Cursor::parse(&query.cursor, query.sort)?;
        let query = query.clone();
        self.read(move |db| list(db, &query, cursor.clone())).await
    }
}

fn list(
    db: &Connection,
    query: &GenerationQuery,
    cursor: Option<Cursor>,
) -> rusqlite::Result<GenerationList> {
    let (mut condition, mut bound) = query.filter.sql();
    let (expression, down) = query.sort.expression();
    let (sign, way) = if down { ("<", "DESC") } else { (">", "ASC") };
    if let Some(cursor) = cursor {
        condition += if condition.is_empty() {
            " WHERE "
        } else {
            " AND "
        };
        condition += &format!("({expression}, run, number) {sign} (?, ?, ?)");
        bound.extend([
            cursor.value,
            Value::from(blob(cursor.run).to_vec()),
            Value::from(cursor.number),
        ]);
    }
    let limit = match query.limit {
        0 => PAGE.0,
        limit => limit.min(PAGE.1),
    } as usize;
    let text = format!(
        "SELECT page.run, page.number, page.value, records.record
         FROM (SELECT run, number, {expression} AS value FROM generations{condition}
               ORDER BY {expression} {way}, run {way}, number {way} LIMIT {}) AS page
         CROSS JOIN records ON records.run = page.run AND records.number = page.number
         ORDER BY page.value {way}, page.run {way}, page.number {way}",
        limit + 1
    );
    let mut rows = db.prepare_cached(&text)?;
    let rows = rows.query_map(params_from_iter(&bound), |row| {
        Ok((
            row.get::<_, Vec<u8>>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, Value>(2)?,
            row.get::<_, String>(3)?,
        ))
    })?;
    let mut found: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let mut all = GenerationList::default();
    let mut last = None;
    for (run, number, value, record) in found {
        let Some((run, mut record)) =
            ulid(&run).zip(serde_json::from_str::<Generation>(&record).ok())
        else {
            continue;
        };
        opinion::put_on(db, run, number, &mut record)?;
        all.generations.push(record);
        last = Some(Cursor { run, number, value });
    }
    all.next = last.filter(|_| more).map(|cursor| cursor.text());
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
    fn orders_and_places() {
        for (text, sort) in [
            ("timestamp", Some(GenerationSort::Oldest)),
            ("-timestamp", Some(GenerationSort::Newest)),
            ("cost", Some(GenerationSort::By(Measure::Cost, false))),
            ("-rating", Some(GenerationSort::By(Measure::Rating, true))),
            ("--rating", None),
            ("", None),
        ] {
            assert_eq!(GenerationSort::parse(text), sort, "{text}");
        }
        let newest = GenerationSort::Newest;
        let by = GenerationSort::By(Measure::Cost, true);
        for (text, sort) in [
            ("01jgfjjz00rstv1234567890ab-7.1735689600000", newest),
            ("01jgfjjz00rstv1234567890ab-7.0.1", by),
            ("01jgfjjz00rstv1234567890ab-7.-1e308", by),
        ] {
            let cursor = Cursor::parse(text, sort).unwrap().unwrap();
            let again = Cursor::parse(&cursor.text(), sort).unwrap().unwrap();
            assert_eq!(again, cursor, "{text}");
        }
        for (text, sort) in [
            ("x", newest),
            ("01jgfjjz00rstv1234567890ab-7", newest),
            ("01jgfjjz00rstv1234567890ab-7.1.5", newest),
            ("01jgfjjz00rstv1234567890ab-7.NaN", by),
        ] {
            assert!(Cursor::parse(text, sort).is_err(), "{text}");
        }
        assert_eq!(Key::parse("01jgfjjz00rstv1234567890ab-+7"), None);
        assert!(Key::parse("01jgfjjz00rstv1234567890ab-7").is_some());
    }
}
