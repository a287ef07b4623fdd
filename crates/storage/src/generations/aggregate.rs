//! Figures of groups of records. One pass over the rows in their order, so that all servers get the same bits; memory is a few
//! numbers for each row of a group that has them.
mod figures;
mod tally;

pub use figures::{Cost, Distribution, Figures};

use super::Generations;
use super::field::Field;
use super::filter::{AS_THEY_LIE, Filter};
use super::price::Prices;
use crate::{RunStore, StorageError};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row, params_from_iter};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::HashMap;
use tally::Tally;
use utoipa::ToSchema;

/// Groups of an answer, at most.
const MOST: usize = 10_000;
/// Fields of one question.
const FIELDS: usize = 4;

/// By what records are put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Group {
    /// The day of its time, UTC.
    Day,
    /// A record is in the group of each of its tags.
    Tag,
    /// The value of a field.
    Field(Field),
}

impl Group {
    /// `model`, `day`, `tag`, `user`, `session`, `type`, or the dotted name of a field.
    ///
    /// # Errors
    /// A sentence with the name.
    pub fn parse(name: &str) -> Result<Self, String> {
        const SHORT: [(&str, &str); 4] = [
            ("model", "model.id"),
            ("user", "metadata.userId"),
            ("session", "metadata.sessionId"),
            ("type", "output.type"),
        ];
        match name {
            "day" => return Ok(Self::Day),
            "tag" | "metadata.tags" => return Ok(Self::Tag),
            _ => {}
        }
        let long = SHORT.iter().find(|(short, _)| *short == name);
        let field = Field::parse(long.map_or(name, |(_, long)| long))?;
        Ok(Self::Field(field))
    }

    /// Several of them, with commas between.
    ///
    /// # Errors
    /// A sentence with the name, or that there are too many.
    pub fn several(names: &str) -> Result<Vec<(String, Self)>, String> {
        let named = |name: &str| Ok((name.to_owned(), Self::parse(name)?));
        let all: Vec<_> = names
            .split(',')
            .map(|name| named(name.trim()))
            .collect::<Result<_, String>>()?;
        if all.len() > FIELDS {
            return Err(format!("`group_by` has at most {FIELDS} names."));
        }
        Ok(all)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AggregateQuery {
    /// Which records.
    pub filter: Filter,
    /// By what they are put together, with the names that the answer has; nothing for all of them as one group.
    pub groups: Vec<(String, Group)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Aggregate {
    /// Ordered by their values.
    pub groups: Vec<Figures>,
    /// Stored runs whose records are still to be read.
    pub unread_runs: u64,
}

impl RunStore {
    /// Figures of groups of generations. Costs are those of the records, else computed from the price table.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] when there are more than 10,000 groups, or what the store says.
    pub async fn aggregate(&self, query: AggregateQuery) -> Result<Aggregate, StorageError> {
        self.refresh_generations().await?;
        let prices = self.prices().await?;
        let mut answer = self.generations.aggregate(query, prices).await?;
        answer.unread_runs = self.unread_runs().await?;
        Ok(answer)
    }
}

impl Generations {
    pub(super) async fn aggregate(
        &self,
        query: AggregateQuery,
        prices: Prices,
    ) -> Result<Aggregate, StorageError> {
        let groups = self.read(move |db| aggregate(db, &query, &prices)).await?;
        let groups = groups.ok_or_else(|| {
            StorageError::BadRequest(format!(
                "There are more than {MOST} groups; ask for fewer by a filter."
            ))
        })?;
        Ok(Aggregate {
            groups,
            unread_runs: 0,
        })
    }
}

/// `None` when there are too many groups.
fn aggregate(
    db: &Connection,
    query: &AggregateQuery,
    prices: &Prices,
) -> rusqlite::Result<Option<Vec<Figures>>> {
    let mut expressions = Vec::new();
    let mut bound = Vec::new();
    let mut joined = "";
    for (_, group) in &query.groups {
        match group {
            Group::Day => expressions
                .push("strftime('%Y-%m-%d', generations.time / 1000, 'unixepoch')".to_owned()),
            Group::Tag => {
                joined = " LEFT JOIN tags ON tags.run = generations.run AND tags.number = generations.number";
                expressions.push("tags.tag".to_owned());
            }
            Group::Field(field) => {
                let (expression, inside) = field
                    .expression()
                    .unwrap_or_else(|| ("NULL".into(), Vec::new()));
                expressions.push(expression);
                bound.extend(inside);
            }
        }
    }
    let (condition, inside) = query.filter.sql();
    bound.extend(inside);
    let keys = expressions.len();
    expressions.push(tally::COLUMNS.to_owned());
    let text = format!(
        "SELECT {} FROM generations{}{joined}{condition} ORDER BY generations.run, generations.number",
        expressions.join(", "),
        // In the order of rows: few by an index and a sort, many as they lie.
        match query.filter.finds_many(db)? {
            true => AS_THEY_LIE,
            false => "",
        }
    );
    let mut groups: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut tallies: Vec<(Vec<serde_json::Value>, Tally)> = Vec::new();
    let mut scores = db.prepare_cached(
        "SELECT name, avg(value) FROM scores WHERE run = ? AND number = ? AND value IS NOT NULL GROUP BY name ORDER BY name",
    )?;
    let has_scores: bool =
        db.query_row("SELECT EXISTS (SELECT 1 FROM scores)", [], |row| row.get(0))?;
    let mut rows = db.prepare_cached(&text)?;
    let mut rows = rows.query(params_from_iter(&bound))?;
    let mut key = Vec::new();
    while let Some(row) = rows.next()? {
        key.clear();
        for at in 0..keys {
            write_key(&mut key, row.get_ref(at)?);
        }
        let nth = match groups.get(&key) {
            Some(nth) => *nth,
            None if tallies.len() >= MOST => return Ok(None),
            None => {
                let values = (0..keys).map(|at| value(row, at));
                let values = values.collect::<rusqlite::Result<Vec<_>>>()?;
                let mut tally = Tally::default();
                let names = query.groups.iter().map(|(name, _)| name.clone());
                tally.figures.group = names.zip(values.iter().cloned()).collect();
                groups.insert(key.clone(), tallies.len());
                tallies.push((values, tally));
                tallies.len() - 1
            }
        };
        let Some((_, tally)) = tallies.get_mut(nth) else {
            continue;
        };
        tally.add(row, keys, prices)?;
        if has_scores {
            let [run, number] =
                [tally::RUN, tally::NUMBER].map(|at| row.get::<_, Value>(keys + at));
            let mut found = scores.query([run?, number?])?;
            while let Some(score) = found.next()? {
                tally.add_score(score.get(0)?, score.get(1)?);
            }
        }
    }
    tallies.sort_by(|(one, _), (other, _)| in_order(one, other));
    Ok(Some(
        tallies
            .into_iter()
            .map(|(_, tally)| tally.finish())
            .collect(),
    ))
}

/// The order of groups: value by value, numbers by their size, then texts, then those without a value.
fn in_order(one: &[serde_json::Value], other: &[serde_json::Value]) -> Ordering {
    let rank = |value: &serde_json::Value| match value {
        serde_json::Value::Number(_) => 0,
        serde_json::Value::Null => 2,
        _ => 1,
    };
    let of_values = |(one, other): (&serde_json::Value, &serde_json::Value)| {
        let numbers = one.as_f64().zip(other.as_f64());
        let texts = one.as_str().zip(other.as_str());
        let within = match (numbers, texts) {
            (Some((one, other)), _) => one.total_cmp(&other),
            (_, Some((one, other))) => one.cmp(other),
            _ => Ordering::Equal,
        };
        rank(one).cmp(&rank(other)).then(within)
    };
    let pairs = one.iter().zip(other).map(of_values);
    pairs.fold(Ordering::Equal, Ordering::then)
}

/// Appends a value, so that different lists of values are different bytes.
fn write_key(key: &mut Vec<u8>, value: ValueRef<'_>) {
    let mut long = |kind: u8, bytes: &[u8]| {
        key.push(kind);
        key.extend_from_slice(&bytes.len().to_le_bytes());
        key.extend_from_slice(bytes);
    };
    match value {
        ValueRef::Null => long(0, &[]),
        ValueRef::Integer(number) => long(1, &number.to_le_bytes()),
        ValueRef::Real(number) => long(2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => long(3, text),
        ValueRef::Blob(blob) => long(4, blob),
    }
}

/// The value of a group as JSON; ids of runs as they are written.
fn value(row: &Row<'_>, at: usize) -> rusqlite::Result<serde_json::Value> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(blob) => crate::catalogue::ulid(blob).map(crate::keys::lower).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_in_the_order_of_their_values() {
        let mut values = [
            serde_json::json!(["b", 1]),
            serde_json::json!([null, 1]),
            serde_json::json!([256, 1]),
            serde_json::json!([1024, 1]),
            serde_json::json!([-0.5, null]),
            serde_json::json!([-0.5, 2]),
            serde_json::json!(["a", 1]),
        ]
        .map(|list| list.as_array().cloned().unwrap());
        values.sort_by(|one, other| in_order(one, other));
        let written = values.map(|list| serde_json::Value::from(list).to_string());
        assert_eq!(
            written,
            [
                "[-0.5,2]",
                "[-0.5,null]",
                "[256,1]",
                "[1024,1]",
                "[\"a\",1]",
                "[\"b\",1]",
                "[null,1]"
            ]
        );
    }

    #[test]
    fn what_groups_are_called() {
        assert_eq!(Group::parse("day"), Ok(Group::Day));
        assert_eq!(Group::parse("metadata.tags"), Ok(Group::Tag));
        assert_eq!(Group::parse("model"), Group::parse("model.id"));
        assert!(Group::parse("parameters.temperature").is_ok());
        assert_eq!(
            Group::parse("modell.id"),
            Err("There is no field `modell.id`. Did you mean `model.id`?".to_owned())
        );
        assert_eq!(
            Group::several("day,tag,user,model,type"),
            Err("`group_by` has at most 4 names.".to_owned())
        );
    }
}
