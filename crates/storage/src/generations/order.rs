//! Orders of records, and places in them.
//!
//! Each order has an index that is walked from the place where the page before ended, so that no page sorts what it does not
//! show, however many records there are. Records without the value come last in both directions: they are a second walk, over
//! the end of the same index where SQLite keeps the nulls.
use super::filter::Filter;
use crate::catalogue::{blob, ulid};
use crate::{StorageError, keys};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::cmp::Ordering;
use ulid::Ulid;

/// As many records as a filter may find to be fetched and ordered here. One that finds more is put to the records in their
/// order: then some of any few hundred fit, and a page is full soon.
const FEW: usize = 5_000;

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

impl Measure {
    /// All of them: the name in an address, and the column, of which there is an index `generations_COLUMN`.
    const ALL: [(Self, &str, &str); 6] = [
        (Self::Latency, "latency", "latency"),
        (Self::Cost, "cost", "cost"),
        (Self::Tokens, "tokens", "total_tokens"),
        (Self::Perplexity, "perplexity", "perplexity"),
        (Self::Probability, "probability", "probability"),
        (Self::Rating, "rating", "rating"),
    ];

    fn column(self) -> &'static str {
        let known = Self::ALL.iter().find(|(measure, ..)| *measure == self);
        known.map_or("latency", |(.., column)| column)
    }
}

impl GenerationSort {
    /// What [`GenerationSort::parse`] reads, for sentences.
    pub const NAMES: &str = "timestamp, latency, cost, tokens, perplexity, probability or rating, with - before it for the largest first";
    /// All that [`GenerationSort::parse`] reads.
    pub const WORDS: [&str; 14] = [
        "timestamp",
        "-timestamp",
        "latency",
        "-latency",
        "cost",
        "-cost",
        "tokens",
        "-tokens",
        "perplexity",
        "-perplexity",
        "probability",
        "-probability",
        "rating",
        "-rating",
    ];

    /// `timestamp`, `latency` and so on; with `-` in front from large to small.
    pub fn parse(text: &str) -> Option<Self> {
        let (down, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        match name {
            "timestamp" if down => Some(Self::Newest),
            "timestamp" => Some(Self::Oldest),
            _ => {
                let known = Measure::ALL.iter().find(|(_, known, _)| *known == name);
                known.map(|(measure, ..)| Self::By(*measure, down))
            }
        }
    }

    fn is_down(self) -> bool {
        matches!(self, Self::Newest | Self::By(_, true))
    }

    fn column(self) -> &'static str {
        match self {
            Self::By(measure, _) => measure.column(),
            _ => "time",
        }
    }
}

/// A place in an order: `RUN-NUMBER.VALUE`, without a value `RUN-NUMBER.none`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cursor {
    pub(super) run: Ulid,
    pub(super) number: i64,
    /// Null, a whole number or a number.
    value: Value,
}

impl Cursor {
    pub(super) fn parse(text: &str, sort: GenerationSort) -> Result<Option<Self>, StorageError> {
        if text.is_empty() {
            return Ok(None);
        }
        let read = || {
            let (place, value) = text.split_once('.')?;
            let (run, number) = place.split_once('-')?;
            let value = match (sort, value) {
                (GenerationSort::By(..), "none") => Value::Null,
                (GenerationSort::By(..), value) => {
                    value.parse::<f64>().ok().filter(|n| !n.is_nan())?.into()
                }
                (_, value) => value.parse::<i64>().ok()?.into(),
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

    pub(super) fn text(&self) -> String {
        let place = format!("{}-{}", keys::lower(self.run), self.number);
        match &self.value {
            Value::Integer(number) => format!("{place}.{number}"),
            Value::Real(number) => format!("{place}.{number}"),
            _ => format!("{place}.none"),
        }
    }

    fn has_value(&self) -> bool {
        self.value != Value::Null
    }

    /// Which one comes first.
    fn compare(&self, other: &Self, sort: GenerationSort) -> Ordering {
        let value = |cursor: &Self| match cursor.value {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts of tokens are below 2^53"
            )]
            Value::Integer(number) if sort.column() != "time" => number as f64,
            Value::Real(number) => number,
            _ => 0.0,
        };
        let time = |cursor: &Self| match cursor.value {
            Value::Integer(number) => number,
            _ => 0,
        };
        let order = match sort {
            // As SQLite: it keeps no NaN, and -0 is 0.
            GenerationSort::By(..) => value(self)
                .partial_cmp(&value(other))
                .unwrap_or(Ordering::Equal),
            _ => time(self).cmp(&time(other)),
        };
        let order = order.then((self.run, self.number).cmp(&(other.run, other.number)));
        let order = if sort.is_down() {
            order.reverse()
        } else {
            order
        };
        other.has_value().cmp(&self.has_value()).then(order)
    }
}

/// The places of a page: of so many records, the first ones after a place.
pub(super) fn page(
    db: &Connection,
    filter: &Filter,
    sort: GenerationSort,
    after: Option<&Cursor>,
    most: usize,
) -> rusqlite::Result<Vec<Cursor>> {
    if !filter.is_empty()
        && let Some(mut all) = few(db, filter, sort)?
    {
        all.retain(|one| after.is_none_or(|after| after.compare(one, sort).is_lt()));
        all.sort_by(|one, other| one.compare(other, sort));
        all.truncate(most);
        return Ok(all);
    }
    let mut found = Vec::new();
    for part in [Part::With, Part::Without] {
        if let Some((sql, bound)) = walk(filter, sort, part, after) {
            let limit = most - found.len();
            found.extend(cursors(db, &format!("{sql} LIMIT {limit}"), &bound)?);
        }
        if found.len() >= most || matches!(sort, GenerationSort::Newest | GenerationSort::Oldest) {
            break;
        }
    }
    Ok(found)
}

/// All that a filter finds, in no order, if that is not much.
fn few(
    db: &Connection,
    filter: &Filter,
    sort: GenerationSort,
) -> rusqlite::Result<Option<Vec<Cursor>>> {
    let (condition, bound) = filter.sql();
    let column = sort.column();
    let sql = format!(
        "SELECT run, number, {column} FROM generations{condition} LIMIT {}",
        FEW + 1
    );
    let found = cursors(db, &sql, &bound)?;
    Ok((found.len() <= FEW).then_some(found))
}

/// Which records of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Those that have the value.
    With,
    /// Those that have none, after the others.
    Without,
}

/// What walks a part of an order after a place; `None` when the place is behind the part.
fn walk(
    filter: &Filter,
    sort: GenerationSort,
    part: Part,
    after: Option<&Cursor>,
) -> Option<(String, Vec<Value>)> {
    let column = sort.column();
    let (sign, way) = match sort.is_down() {
        true => ("<", "DESC"),
        false => (">", "ASC"),
    };
    let (mut condition, mut bound) = filter.sql_in_order_of(column);
    let mut and = |text: &str| {
        condition += if condition.is_empty() {
            " WHERE "
        } else {
            " AND "
        };
        condition += text;
    };
    let place = |cursor: &Cursor| {
        [
            Value::from(blob(cursor.run).to_vec()),
            Value::from(cursor.number),
        ]
    };
    let order = match part {
        Part::With => {
            match after {
                None if sort.column() == "time" => {}
                // A bound that an index can begin at: nulls are before all numbers.
                None => and(&format!("{column} >= -9e999")),
                Some(after) if !after.has_value() => return None,
                Some(after) => {
                    and(&format!("({column}, run, number) {sign} (?, ?, ?)"));
                    bound.push(after.value.clone());
                    bound.extend(place(after));
                }
            }
            format!("{column} {way}, run {way}, number {way}")
        }
        Part::Without => {
            and(&format!("{column} IS NULL"));
            if let Some(after) = after.filter(|after| !after.has_value()) {
                and(&format!("(run, number) {sign} (?, ?)"));
                bound.extend(place(after));
            }
            format!("run {way}, number {way}")
        }
    };
    // Of the indexes that begin with a model, a user and so on each goes on with the time: the planner chooses among them. Of a
    // measure there is one index, and the planner does not know that a filter finds much.
    let index = match sort {
        GenerationSort::By(measure, _) => format!(" INDEXED BY generations_{}", measure.column()),
        _ => String::new(),
    };
    let sql =
        format!("SELECT run, number, {column} FROM generations{index}{condition} ORDER BY {order}");
    Some((sql, bound))
}

fn cursors(db: &Connection, sql: &str, bound: &[Value]) -> rusqlite::Result<Vec<Cursor>> {
    let mut rows = db.prepare_cached(sql)?;
    let rows = rows.query_map(params_from_iter(bound), |row| {
        let run: Vec<u8> = row.get(0)?;
        Ok(Cursor {
            run: ulid(&run).unwrap_or_default(),
            number: row.get(1)?,
            value: row.get(2)?,
        })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests;
