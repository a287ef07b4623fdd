//! From objects to rows. The rows are a function of the set of objects that were applied: not of their order, nor of
//! how often one came.
use super::event::{Edit, Event, Saying};
use crate::{keys, manifest};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;
use ulid::Ulid;

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Run,
    Event,
}

impl Kind {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Run => Self::Event,
            Self::Event => Self::Run,
        }
    }

    pub(super) fn key(self, id: Ulid) -> object_store::path::Path {
        match self {
            Self::Run => keys::run(id),
            Self::Event => keys::event(id),
        }
    }
}

/// An object as it was read: its bytes, or why it is damaged.
pub(crate) type Object = (Kind, Ulid, Result<bytes::Bytes, String>);

pub(super) const MODEL: i64 = 0;
pub(super) const TAG: i64 = 1;

/// Applies an object, unless that was done before.
pub(super) fn apply(db: &Connection, object: &Object) -> rusqlite::Result<()> {
    let (kind, id, bytes) = object;
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO seen VALUES (?, ?)")?;
    if insert.execute(params![*kind as i64, blob(*id)])? == 0 {
        return Ok(());
    }
    let key = kind.key(*id);
    db.prepare_cached("DELETE FROM wanted WHERE key = ?")?
        .execute([key.as_ref()])?;
    let result = match (kind, bytes) {
        (_, Err(reason)) => Err(reason.clone()),
        (Kind::Run, Ok(bytes)) => run(db, *id, bytes)?,
        (Kind::Event, Ok(bytes)) => match Event::read(bytes) {
            Ok(saying) => Ok(event(db, *id, saying)?),
            Err(reason) => Err(reason),
        },
    };
    if let Err(reason) = result {
        tracing::error!(%key, reason, "an object cannot be read; it is left out");
        db.execute(
            "INSERT OR IGNORE INTO rejected VALUES (?, ?)",
            [key.as_ref(), &reason],
        )?;
    }
    Ok(())
}

/// The kind and id of a manifest or an event; `None` for keys of another make.
pub(super) fn object_of(key: &str) -> Option<(Kind, Ulid)> {
    let path = object_store::path::Path::from(key);
    let kind = match path.parts().next()?.as_ref() {
        "run" => Kind::Run,
        "ev" => Kind::Event,
        _ => return None,
    };
    Some((kind, keys::id_of(&path)?))
}

/// Notes an object that must be read, unless that was done.
fn want(db: &Connection, key: &str) -> rusqlite::Result<()> {
    let Some((kind, id)) = object_of(key) else {
        return Ok(());
    };
    db.execute(
        "INSERT OR IGNORE INTO wanted SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM seen WHERE kind = ?2 AND id = ?3)",
        params![key, kind as i64, blob(id)],
    )?;
    Ok(())
}

fn run(db: &Connection, id: Ulid, bytes: &[u8]) -> rusqlite::Result<Result<(), String>> {
    if is_purged(db, id)? {
        return Ok(Ok(()));
    }
    let stored = match manifest::decode(id, bytes) {
        Ok(stored) => stored,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut run = stored.run;
    run.cards.clear();
    run.problems.clear();
    let Ok(summary) = serde_json::to_string(&run) else {
        return Ok(Err("its summary cannot be written".into()));
    };
    db.prepare_cached("INSERT OR IGNORE INTO manifests VALUES (?, ?, ?, ?)")?
        .execute(params![blob(id), stored.once, run.sha256, summary])?;
    show_all_of(db, id)?;
    Ok(Ok(()))
}

/// Whether an object makes others be forgotten.
pub(super) fn takes_away((kind, _, bytes): &Object) -> bool {
    *kind == Kind::Event && bytes.as_ref().is_ok_and(|bytes| Event::takes_away(bytes))
}

/// Nothing is kept of a run that was purged, in whatever order its objects come.
fn is_purged(db: &Connection, run: Ulid) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM purged WHERE run = ?")?
        .exists([blob(run)])
}

fn purge(db: &Connection, run: Ulid) -> rusqlite::Result<()> {
    db.execute("INSERT OR IGNORE INTO purged VALUES (?)", [blob(run)])?;
    db.execute("INSERT OR IGNORE INTO tombstones VALUES (?)", [blob(run)])?;
    // Those that it hid are shown now.
    let others = alike(db, run)?;
    for (table, column) in [
        ("manifests", "id"),
        ("said", "run"),
        ("fields", "run"),
        ("tag_adds", "run"),
        ("tag_removes", "run"),
        ("shares", "run"),
    ] {
        let sql = format!("DELETE FROM {table} WHERE {column} = ?");
        db.execute(&sql, [blob(run)])?;
    }
    show(db, run)?;
    others.into_iter().try_for_each(|other| show(db, other))
}

/// Forgets what was read of these objects, so that they are read again.
fn forget(db: &Connection, keys: &[String]) -> rusqlite::Result<()> {
    for key in keys {
        let Some((kind, id)) = object_of(key) else {
            continue;
        };
        db.execute(
            "DELETE FROM seen WHERE kind = ? AND id = ?",
            params![kind as i64, blob(id)],
        )?;
        db.execute("DELETE FROM rejected WHERE key = ?", [key])?;
        let tables: &[_] = match kind {
            Kind::Run => &[("manifests", "id")],
            Kind::Event => &[("said", "event"), ("fields", "event"), ("shares", "event")],
        };
        for (table, column) in tables {
            let sql = format!("DELETE FROM {table} WHERE {column} = ?");
            db.execute(&sql, [blob(id)])?;
        }
        want(db, key)?;
    }
    Ok(())
}

fn event(db: &Connection, id: Ulid, saying: Saying) -> rusqlite::Result<()> {
    let about = match &saying {
        Saying::Said(said) => Some(said.run),
        Saying::Edit(run, _) | Saying::Share(run, _) => Some(*run),
        _ => None,
    };
    if about.is_some_and(|run| is_purged(db, run).unwrap_or(false)) {
        return Ok(());
    }
    if saying.takes_away() {
        db.execute("INSERT OR IGNORE INTO forgot VALUES (?)", [blob(id)])?;
    }
    match saying {
        Saying::Announce(key) => want(db, &key)?,
        Saying::Purge(run) => purge(db, run)?,
        Saying::Rewritten(run, keys) => {
            forget(db, &keys)?;
            show_all_of(db, run)?;
        }
        Saying::Tombstone(run) => {
            db.execute("INSERT OR IGNORE INTO tombstones VALUES (?)", [blob(run)])?;
            show_all_of(db, run)?;
        }
        Saying::Said(said) => {
            let opinions = serde_json::to_string(&said.opinions).unwrap_or_default();
            let rev = i64::try_from(said.rev).unwrap_or(i64::MAX);
            db.execute(
                "INSERT OR IGNORE INTO said (event, run, rev, opinions) VALUES (?, ?, ?, ?)",
                params![blob(id), blob(said.run), rev, opinions],
            )?;
        }
        Saying::Share(run, link) => {
            let end = link
                .expires_at_ms
                .map(|end| i64::try_from(end).unwrap_or(i64::MAX));
            db.execute(
                "INSERT OR IGNORE INTO shares VALUES (?, ?, ?, ?, ?)",
                params![blob(id), blob(run), link.hash, link.label, end],
            )?;
        }
        Saying::Withdraw(share) => {
            db.execute("INSERT OR IGNORE INTO withdrawn VALUES (?)", [blob(share)])?;
        }
        Saying::Edit(run, edit) => {
            change(db, id, run, edit)?;
            show(db, run)?;
        }
    }
    Ok(())
}

fn change(db: &Connection, id: Ulid, run: Ulid, edit: Edit) -> rusqlite::Result<()> {
    let rev = i64::try_from(edit.rev).unwrap_or(i64::MAX);
    for (field, text) in [("title", edit.title), ("note", edit.note)] {
        let Some(text) = text else { continue };
        // The last writer wins: the larger revision, then the larger id.
        db.execute(
            "INSERT INTO fields VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET rev = ?3, event = ?4, text = ?5
             WHERE (?3, ?4) > (rev, event)",
            params![blob(run), field, rev, blob(id), text],
        )?;
    }
    for tag in edit.tags {
        db.execute(
            "INSERT OR IGNORE INTO tag_adds VALUES (?, ?, ?)",
            params![blob(run), blob(id), tag],
        )?;
    }
    for (add, tag) in edit.untags {
        let Some(add) = keys::parse_id(&add) else {
            continue;
        };
        db.execute(
            "INSERT OR IGNORE INTO tag_removes VALUES (?, ?, ?)",
            params![blob(run), blob(add), tag],
        )?;
    }
    Ok(())
}

/// Shows a run and all that were stored under its idempotency key: only the first living one of them is listed.
pub(super) fn show_all_of(db: &Connection, run: Ulid) -> rusqlite::Result<()> {
    show(db, run)?;
    alike(db, run)?.into_iter().try_for_each(|id| show(db, id))
}

/// The runs that were stored under the idempotency key of this one.
fn alike(db: &Connection, run: Ulid) -> rusqlite::Result<Vec<Ulid>> {
    let mut others = db.prepare_cached(
        "SELECT id FROM manifests WHERE once = (SELECT once FROM manifests WHERE id = ?)",
    )?;
    let others: Vec<Vec<u8>> = others
        .query_map([blob(run)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(others.iter().filter_map(|id| ulid(id)).collect())
}

/// Makes the row that lists show.
fn show(db: &Connection, id: Ulid) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM shown WHERE id = ?")?
        .execute([blob(id)])?;
    db.prepare_cached("DELETE FROM shown_words WHERE id = ?")?
        .execute([blob(id)])?;
    let mut living = db.prepare_cached(
        "SELECT summary FROM manifests AS m WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM tombstones WHERE run = ?1)
         AND NOT EXISTS (SELECT 1 FROM manifests AS o WHERE o.once = m.once AND o.id < m.id
                         AND NOT EXISTS (SELECT 1 FROM tombstones WHERE run = o.id))",
    )?;
    let summary: Option<String> = living.query_row([blob(id)], |row| row.get(0)).optional()?;
    let Some(run) = summary.and_then(|text| serde_json::from_str::<api::RunSummary>(&text).ok())
    else {
        return Ok(());
    };
    let name = text_of(db, id, "title")?.map_or(run.name, |(title, _)| title);
    let perplexity = run
        .totals
        .perplexity_overall
        .filter(|value| !value.is_nan());
    db.prepare_cached("INSERT INTO shown VALUES (?, ?, ?, ?, ?)")?
        .execute(params![
            blob(id),
            name.to_lowercase(),
            i64::try_from(run.size).unwrap_or(i64::MAX),
            run.format,
            // An undefined one is sorted behind all others.
            perplexity.unwrap_or(f64::INFINITY)
        ])?;
    let mut word = db.prepare_cached("INSERT OR IGNORE INTO shown_words VALUES (?, ?, ?)")?;
    for (model, _) in &run.models {
        word.execute(params![MODEL, model, blob(id)])?;
    }
    for (_, tag) in tags(db, id)? {
        word.execute(params![TAG, tag, blob(id)])?;
    }
    Ok(())
}

/// The text of a field with its revision.
pub(super) fn text_of(
    db: &Connection,
    run: Ulid,
    field: &str,
) -> rusqlite::Result<Option<(String, i64)>> {
    db.prepare_cached("SELECT text, rev FROM fields WHERE run = ? AND field = ?")?
        .query_row(params![blob(run), field], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}

/// The adds that were not taken back: (event, tag).
pub(super) fn tags(db: &Connection, run: Ulid) -> rusqlite::Result<BTreeSet<(String, String)>> {
    let mut adds = db.prepare_cached(
        "SELECT event, tag FROM tag_adds AS a WHERE run = ?1
         AND NOT EXISTS (SELECT 1 FROM tag_removes AS r WHERE r.run = ?1 AND r.event = a.event AND r.tag = a.tag)",
    )?;
    let rows = adds.query_map([blob(run)], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.filter_map(|row| match row {
        Ok((event, tag)) => ulid(&event).map(|event| Ok((keys::lower(event), tag))),
        Err(error) => Some(Err(error)),
    })
    .collect()
}

/// As it lies in the tables: its order is that of the ids.
pub(crate) fn blob(id: Ulid) -> [u8; 16] {
    id.to_bytes()
}

pub(crate) fn ulid(bytes: &[u8]) -> Option<Ulid> {
    bytes.try_into().ok().map(Ulid::from_bytes)
}
