//! Which runs, in which order: a question to the catalogue and its answer.
use super::apply::{MODEL, TAG, blob, tags, text_of, ulid};
use super::cursor::Cursor;
use crate::StorageError;
use api::{RunList, RunListQuery, RunSummary};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Runs on a page: unless told, and at most.
const PAGE: (u32, u32) = (20, 100);

/// Which runs. Empty texts and `None` mean all.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunQuery {
    /// [`RunList::next`] of the page before, in the same order; empty for the first page. In an order by time it is the id
    /// of a run.
    pub before: String,
    /// Runs per page, 1 to 100; 0 means 20.
    pub limit: u32,
    /// A part of the name, in any case.
    pub name: String,
    /// Exactly this model is among those of the run.
    pub model: String,
    /// The run has this tag.
    pub tag: String,
    /// The format, by its name.
    pub format: String,
    /// Stored at this time or later, milliseconds since 1970.
    pub from_ms: Option<u64>,
    /// Stored before this time.
    pub to_ms: Option<u64>,
    /// The smallest perplexity overall.
    pub perplexity_min: Option<f64>,
    /// The largest perplexity overall.
    pub perplexity_max: Option<f64>,
    /// The order.
    pub sort: Sort,
}

/// An order of runs; equal ones are ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The last one stored first.
    #[default]
    Newest,
    /// The first one stored first.
    Oldest,
    /// By name, in lower case.
    Name,
    /// The largest file first.
    Largest,
    /// The lowest perplexity first, undefined ones last.
    LowestPerplexity,
    /// The highest perplexity first, undefined ones before it.
    HighestPerplexity,
}

impl From<&RunListQuery> for RunQuery {
    fn from(query: &RunListQuery) -> Self {
        Self {
            before: query.before.clone(),
            limit: query.limit,
            ..Self::default()
        }
    }
}

impl Sort {
    /// The column besides the id, and whether it goes down.
    fn column(self) -> (Option<&'static str>, bool) {
        match self {
            Self::Newest => (None, true),
            Self::Oldest => (None, false),
            Self::Name => (Some("name"), false),
            Self::Largest => (Some("size"), true),
            Self::LowestPerplexity => (Some("perplexity"), false),
            Self::HighestPerplexity => (Some("perplexity"), true),
        }
    }
}

/// A condition with its values.
#[derive(Default)]
struct Where {
    text: String,
    values: Vec<Value>,
}

impl Where {
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.text += if self.text.is_empty() {
            " WHERE "
        } else {
            " AND "
        };
        self.text += condition;
        self.values.extend(values);
    }

    fn of(query: &RunQuery) -> Self {
        let mut all = Self::default();
        let text = |text: &str| Value::from(text.to_owned());
        if !query.name.is_empty() {
            all.and("instr(name, ?) > 0", [text(&query.name.to_lowercase())]);
        }
        if !query.format.is_empty() {
            all.and("format = ?", [text(&query.format)]);
        }
        for (kind, word) in [(MODEL, &query.model), (TAG, &query.tag)] {
            if !word.is_empty() {
                all.and(
                    "id IN (SELECT id FROM shown_words WHERE kind = ? AND word = ?)",
                    [Value::from(kind), text(word)],
                );
            }
        }
        // An id begins with its time.
        let first =
            |ms: u64| Value::from(blob(Ulid::from_parts(ms.min((1 << 48) - 1), 0)).to_vec());
        if let Some(ms) = query.from_ms {
            all.and("id >= ?", [first(ms)]);
        }
        if let Some(ms) = query.to_ms {
            all.and("id < ?", [first(ms)]);
        }
        if let Some(least) = query.perplexity_min {
            all.and("perplexity >= ? AND perplexity < 9e999", [least.into()]);
        }
        if let Some(most) = query.perplexity_max {
            all.and("perplexity <= ? AND perplexity < 9e999", [most.into()]);
        }
        all
    }
}

/// Checks a question before the store is asked anything.
pub(super) fn check(query: &RunQuery) -> Result<Option<Cursor>, StorageError> {
    let wrong = |what: &str| Err(StorageError::BadRequest(what.into()));
    let limits = [query.perplexity_min, query.perplexity_max];
    if limits.into_iter().flatten().any(f64::is_nan) {
        return wrong("`perplexity_min` and `perplexity_max` are numbers.");
    }
    Cursor::parse(&query.before, query.sort)
}

/// One page.
pub(super) fn list(
    db: &Connection,
    query: &RunQuery,
    before: Option<Cursor>,
) -> rusqlite::Result<RunList> {
    let mut page = Where::of(query);
    let count = format!("SELECT count(*) FROM shown{}", page.text);
    let total: i64 = db
        .prepare_cached(&count)?
        .query_row(params_from_iter(&page.values), |row| row.get(0))?;
    let (column, down) = query.sort.column();
    if column.is_some() {
        // Walk the order asked for and stop at a full page, rather than sort all that match.
        page.text = page.text.replace("format = ?", "+format = ?");
    }
    let (sign, way) = if down { ("<", "DESC") } else { (">", "ASC") };
    if let Some(before) = before {
        let id = Value::from(blob(before.id).to_vec());
        match column.zip(before.value) {
            None => page.and(&format!("id {sign} ?"), [id]),
            Some((column, value)) => {
                page.and(&format!("({column}, id) {sign} (?, ?)"), [value, id])
            }
        }
    }
    let limit = match query.limit {
        0 => PAGE.0,
        limit => limit.min(PAGE.1),
    } as usize;
    let order = column.map_or_else(
        || format!("id {way}"),
        |column| format!("{column} {way}, id {way}"),
    );
    let text = format!(
        "SELECT id, {} FROM shown{} ORDER BY {order} LIMIT {}",
        column.unwrap_or("NULL"),
        page.text,
        limit + 1
    );
    let mut rows: Vec<(Vec<u8>, Value)> = db
        .prepare_cached(&text)?
        .query_map(params_from_iter(&page.values), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mut runs = Vec::new();
    for id in rows.iter().filter_map(|(id, _)| ulid(id)) {
        runs.extend(summary(db, id)?);
    }
    let next = rows.pop().filter(|_| more).and_then(|(id, value)| {
        let cursor = Cursor {
            id: ulid(&id)?,
            value: column.map(|_| value),
        };
        Some(cursor.text())
    });
    Ok(RunList {
        runs,
        total: u64::try_from(total).unwrap_or_default(),
        next,
    })
}

fn summary(db: &Connection, id: Ulid) -> rusqlite::Result<Option<RunSummary>> {
    let text: Option<String> = db
        .prepare_cached("SELECT summary FROM manifests WHERE id = ?")?
        .query_row([blob(id)], |row| row.get(0))
        .optional()?;
    let Some(mut run) = text.and_then(|text| serde_json::from_str(&text).ok()) else {
        return Ok(None);
    };
    edited(db, id, &mut run)?;
    Ok(Some(run))
}

/// Puts on a run what was changed since it was stored.
pub(super) fn edited(db: &Connection, id: Ulid, run: &mut RunSummary) -> rusqlite::Result<()> {
    if let Some((title, _)) = text_of(db, id, "title")? {
        run.name = title;
    }
    run.note = text_of(db, id, "note")?
        .map(|(note, _)| note)
        .unwrap_or_default();
    run.tags = tags(db, id)?.into_iter().map(|(_, tag)| tag).collect();
    run.tags.sort();
    run.tags.dedup();
    Ok(())
}
