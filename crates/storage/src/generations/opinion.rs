//! What people and evaluations said of a generation. All of it is kept; what counts depends on the set alone: of each author
//! (of a score: of each name and source) the one with the largest revision, then the latest event.
use crate::catalogue::{blob, ulid};
use generations::{Feedback, Generation, Score, record::ScoreValue};
use policy::Anonymise;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ulid::Ulid;

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Opinion {
    /// By a person.
    Feedback(Feedback),
    /// By an evaluation.
    Score(Score),
}

impl Opinion {
    /// Takes out what a policy forbids. The author is the field `userId`, as everywhere.
    pub(crate) fn make_anonymous(&mut self, rules: &Anonymise) {
        let field = |name: &str, text: &mut Option<String>| {
            let new = text.as_deref().and_then(|value| rules.value(name, value));
            if let Some(new) = new {
                *text = new;
            }
        };
        match self {
            Self::Feedback(feedback) => {
                field("comment", &mut feedback.comment);
                field("userId", &mut feedback.user_id);
                for word in feedback.categories.iter_mut().flatten() {
                    *word = rules.words(word).unwrap_or_else(|| word.clone());
                }
            }
            Self::Score(score) => {
                field("comment", &mut score.comment);
                field("source", &mut score.source);
                if let ScoreValue::Label(label) = &mut score.value {
                    *label = rules.words(label).unwrap_or_else(|| label.clone());
                }
            }
        }
    }
}

/// An opinion with its place among the others.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    rev: i64,
    event: Ulid,
    nth: i64,
    opinion: Opinion,
}

/// Keeps an opinion; again, nothing changes, unless its event was written again meanwhile.
pub(super) fn add(
    db: &Connection,
    run: Ulid,
    number: i64,
    event: Ulid,
    nth: i64,
    opinion: &Opinion,
    rev: i64,
) -> rusqlite::Result<()> {
    let (kind, text) = match opinion {
        Opinion::Feedback(feedback) => (0, serde_json::to_string(feedback)),
        Opinion::Score(score) => (1, serde_json::to_string(score)),
    };
    let Ok(text) = text else { return Ok(()) };
    db.prepare_cached("INSERT OR REPLACE INTO opinions VALUES (?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            blob(run),
            number,
            blob(event),
            nth,
            kind,
            rev,
            text
        ])?;
    Ok(())
}

/// Something was said of a generation.
pub(super) fn any(db: &Connection, run: Ulid, number: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM opinions WHERE run = ? AND number = ? LIMIT 1")?
        .exists(params![blob(run), number])
}

/// Everything that was said of a generation, in the order in which it was said.
fn all(db: &Connection, run: Ulid, number: i64) -> rusqlite::Result<Vec<Said>> {
    let mut rows = db.prepare_cached(
        "SELECT rev, event, nth, kind, text FROM opinions WHERE run = ? AND number = ? ORDER BY event, nth",
    )?;
    let rows = rows.query_map(params![blob(run), number], |row| {
        let event: Vec<u8> = row.get(1)?;
        let text: String = row.get(4)?;
        let opinion = match row.get(3)? {
            0 => serde_json::from_str(&text).ok().map(Opinion::Feedback),
            _ => serde_json::from_str(&text).ok().map(Opinion::Score),
        };
        let said = |event, opinion| -> rusqlite::Result<Said> {
            Ok(Said {
                rev: row.get(0)?,
                event,
                nth: row.get(2)?,
                opinion,
            })
        };
        ulid(&event)
            .zip(opinion)
            .map(|(event, opinion)| said(event, opinion))
            .transpose()
    })?;
    let all: Vec<Option<Said>> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(all.into_iter().flatten().collect())
}

/// What counts of all that was said.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Current {
    /// The latest of the feedbacks that count.
    pub(super) feedback: Option<Feedback>,
    /// By name and source.
    pub(super) scores: Vec<Score>,
}

fn current(said: Vec<Said>) -> Current {
    let mut feedback: BTreeMap<String, Said> = BTreeMap::new();
    let mut scores: BTreeMap<(String, String), Said> = BTreeMap::new();
    for said in said {
        match &said.opinion {
            Opinion::Feedback(one) => {
                take(&mut feedback, one.user_id.clone().unwrap_or_default(), said);
            }
            Opinion::Score(score) => {
                let key = (score.name.clone(), score.source.clone().unwrap_or_default());
                take(&mut scores, key, said);
            }
        }
    }
    let last = feedback
        .into_values()
        .filter(says_something)
        .max_by_key(|said| (said.event, said.nth));
    Current {
        feedback: last.and_then(|said| match said.opinion {
            Opinion::Feedback(feedback) => Some(feedback),
            Opinion::Score(_) => None,
        }),
        scores: scores
            .into_values()
            .filter_map(|said| match said.opinion {
                Opinion::Score(score) => Some(score),
                Opinion::Feedback(_) => None,
            })
            .collect(),
    }
}

/// A feedback without anything in it takes back what its author said before.
fn says_something(said: &Said) -> bool {
    match &said.opinion {
        Opinion::Feedback(feedback) => !feedback.is_empty(),
        Opinion::Score(_) => false,
    }
}

fn take<K: Ord>(by: &mut BTreeMap<K, Said>, key: K, said: Said) {
    let rank = |said: &Said| (said.rev, said.event, said.nth);
    match by.get(&key) {
        Some(known) if rank(known) >= rank(&said) => {}
        _ => {
            by.insert(key, said);
        }
    }
}

/// What is said, in a word.
fn state(feedback: Option<&Feedback>) -> &'static str {
    match feedback {
        Some(Feedback {
            thumbs: Some(thumbs),
            ..
        }) => thumbs.name(),
        Some(Feedback {
            rating: Some(_), ..
        }) => "rated",
        _ => "none",
    }
}

/// Puts what counts where filters look.
pub(super) fn show(db: &Connection, run: Ulid, number: i64) -> rusqlite::Result<()> {
    let said = all(db, run, number)?;
    let Current { feedback, scores } = current(said);
    db.prepare_cached(
        "UPDATE generations SET rating = ?, thumbs = ?, state = ? WHERE run = ? AND number = ?",
    )?
    .execute(params![
        feedback.as_ref().and_then(|feedback| feedback.rating),
        feedback
            .as_ref()
            .and_then(|feedback| feedback.thumbs)
            .map(|thumbs| thumbs.name()),
        state(feedback.as_ref()),
        blob(run),
        number
    ])?;
    db.prepare_cached("DELETE FROM scores WHERE run = ? AND number = ?")?
        .execute(params![blob(run), number])?;
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?)")?;
    for score in &scores {
        let (value, label) = match &score.value {
            ScoreValue::Number(value) => (Some(value), None),
            ScoreValue::Label(label) => (None, Some(label)),
        };
        let source = score.source.clone().unwrap_or_default();
        insert.execute(params![blob(run), number, score.name, source, value, label])?;
    }
    Ok(())
}

/// Puts what counts on a record.
pub(super) fn put_on(
    db: &Connection,
    run: Ulid,
    number: i64,
    record: &mut Generation,
) -> rusqlite::Result<()> {
    let Current { feedback, scores } = current(all(db, run, number)?);
    record.feedback = feedback;
    record.scores = scores;
    Ok(())
}

/// All feedback on a generation, the oldest first.
pub(super) fn history(db: &Connection, run: Ulid, number: i64) -> rusqlite::Result<Vec<Feedback>> {
    let said = all(db, run, number)?.into_iter();
    Ok(said
        .filter_map(|said| match said.opinion {
            Opinion::Feedback(feedback) => Some(feedback),
            Opinion::Score(_) => None,
        })
        .collect())
}

/// The revision that comes next: one more than all that are known of this generation.
pub(super) fn next_revision(db: &Connection, run: Ulid, number: i64) -> rusqlite::Result<u64> {
    let last: i64 = db
        .prepare_cached("SELECT ifnull(max(rev), 0) FROM opinions WHERE run = ? AND number = ?")?
        .query_row(params![blob(run), number], |row| row.get(0))?;
    Ok(u64::try_from(last).unwrap_or_default() + 1)
}
