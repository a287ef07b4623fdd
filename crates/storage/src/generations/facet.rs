//! How often each value of a field is there: what a list can be narrowed to, and how much would be left.
use super::Generations;
use super::field::{Field, Type};
use super::filter::{AS_THEY_LIE, Filter};
use crate::{RunStore, StorageError};
use futures::future::try_join_all;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::HashMap;
use std::sync::atomic::Ordering::Acquire;
use std::sync::{Mutex, PoisonError};

/// The values of a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facet {
    /// Its dotted name.
    pub name: String,
    /// Values with the number of records that have them, the commonest first.
    pub values: Vec<(String, u64)>,
    /// There are more values than these.
    pub more: bool,
}

impl RunStore {
    /// The commonest values of fields that are texts, at most `most` of each, among the records that the filter finds without
    /// its conditions on that field: what one could choose instead. Of tags a record has several, so that all conditions hold.
    ///
    /// # Errors
    /// [`StorageError::BadRequest`] for a name that is none, or what the store says.
    pub async fn facets(
        &self,
        filter: &Filter,
        names: &[&str],
        most: usize,
    ) -> Result<Vec<Facet>, StorageError> {
        self.refresh_generations().await?;
        let index = &*self.generations;
        try_join_all(names.iter().map(|name| index.facet(filter, name, most))).await
    }

    /// How many records a filter finds.
    ///
    /// # Errors
    /// What the store says.
    pub async fn count_generations(&self, filter: &Filter) -> Result<u64, StorageError> {
        self.refresh_generations().await?;
        self.generations.count(filter).await
    }
}

impl Generations {
    /// How many records a filter finds, of those that are known.
    pub(super) async fn count(&self, filter: &Filter) -> Result<u64, StorageError> {
        let (condition, bound) = filter.sql();
        let sql = format!("SELECT count(*) FROM generations{condition}");
        let count = self.read(move |db| {
            db.prepare_cached(&sql)?
                .query_row(params_from_iter(&bound), |row| row.get::<_, i64>(0))
        });
        Ok(u64::try_from(count.await?).unwrap_or_default())
    }

    pub(super) async fn facet(
        &self,
        filter: &Filter,
        name: &str,
        most: usize,
    ) -> Result<Facet, StorageError> {
        let field = Field::parse(name).map_err(StorageError::BadRequest)?;
        // Before it is counted: what changes meanwhile makes it old.
        let version = self.version.load(Acquire);
        let question = format!("{most} {name} {filter:?}");
        if let Some(known) = self.counted.get(version, &question) {
            return Ok(known);
        }
        let filter = match field.kind {
            Some(Type::Tag) => filter.clone(),
            _ => filter.without(name),
        };
        let mut values = self
            .read(move |db| {
                let (sql, bound) = match field.kind {
                    Some(Type::Tag) => of_tags(&filter),
                    _ => of_field(db, &filter, &field)?,
                };
                let sql = format!("{sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}", most + 1);
                counted(db, &sql, &bound)
            })
            .await?;
        let more = values.len() > most;
        values.truncate(most);
        let facet = Facet {
            name: name.to_owned(),
            values,
            more,
        };
        self.counted.keep(version, question, facet.clone());
        Ok(facet)
    }
}

/// Facets that are kept, at most.
const KEPT: usize = 512;

/// Facets as they were counted since the last change of the index: of a million records one takes tenths of a second, and each
/// page of a list asks for the same ones.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<(u64, HashMap<String, Facet>)>);

impl Counted {
    fn get(&self, version: u64, question: &str) -> Option<Facet> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (as_of, facets) = &*kept;
        facets.get(question).filter(|_| *as_of == version).cloned()
    }

    fn keep(&self, version: u64, question: String, facet: Facet) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (as_of, facets) = &mut *kept;
        if *as_of > version {
            return;
        }
        if *as_of < version || facets.len() >= KEPT {
            *as_of = version;
            facets.clear();
        }
        facets.insert(question, facet);
    }
}

/// What the index of facets has: conditions on these are counted without any row.
const INDEXED: [&str; 5] = ["model", "kind", "finish", "state", "user"];

fn of_field(
    db: &Connection,
    filter: &Filter,
    field: &Field,
) -> rusqlite::Result<(String, Vec<Value>)> {
    let (mut expression, mut bound) = field.expression().unwrap_or(("NULL".into(), Vec::new()));
    let mut way = "";
    if !filter.is_within(&INDEXED) {
        // In the order of the values there would be a row to look up for each record there is.
        match filter.finds_many(db)? {
            true => way = AS_THEY_LIE,
            false => expression.insert(0, '+'),
        }
    }
    let again = bound.clone();
    let (condition, inside) = filter.sql();
    bound.extend(inside);
    // Said like this, an index that leaves out records without a value is enough.
    let and = if condition.is_empty() {
        " WHERE"
    } else {
        " AND"
    };
    bound.extend(again);
    let sql = format!(
        "SELECT {expression}, count(*) FROM generations{way}{condition}{and} {expression} IS NOT NULL"
    );
    Ok((sql, bound))
}

fn of_tags(filter: &Filter) -> (String, Vec<Value>) {
    let (condition, bound) = filter.sql();
    let tables = match condition.as_str() {
        "" => "tags",
        _ => {
            "generations JOIN tags ON tags.run = generations.run AND tags.number = generations.number"
        }
    };
    let sql = format!("SELECT tags.tag, count(*) FROM {tables}{condition}");
    (sql, bound)
}

fn counted(db: &Connection, sql: &str, bound: &[Value]) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut rows = db.prepare_cached(sql)?;
    let rows = rows.query_map(params_from_iter(bound), |row| {
        let count: i64 = row.get(1)?;
        let value = match row.get(0)? {
            Value::Text(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Null | Value::Blob(_) => String::new(),
        };
        Ok((value, u64::try_from(count).unwrap_or_default()))
    })?;
    rows.collect()
}
