//! A record as a row.
use super::opinion::{self, Opinion};
use crate::catalogue::blob;
use generations::reader::Span;
use generations::record::milliseconds;
use generations::{Content, Feedback, Generation, Score};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Characters of a content that rows keep. Whoever wants all of it asks for the one record.
pub(super) const KEPT: usize = 1000;

/// Where the bytes of a record are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) len: u64,
    pub(super) form: completions::Form,
    /// Completions of the same record before it.
    pub(super) nth: u32,
    /// The bytes of the blob are not those of the record, or the record alone is not enough: the run has to be read up to it.
    pub(super) far: bool,
}

/// A row on its way into the database.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: u64,
    time: i64,
    record: Generation,
    feedback: Option<Feedback>,
    scores: Vec<Score>,
    json: String,
    place: String,
}

impl Row {
    /// `None` for a record that cannot be written, which does not happen to what was read from JSON.
    pub(super) fn new(run: Ulid, mut record: Generation, span: Span) -> Option<Self> {
        let stored = i64::try_from(run.timestamp_ms()).unwrap_or(i64::MAX);
        let time = record.timestamp.as_deref().and_then(milliseconds);
        let feedback = record.feedback.take();
        let scores = std::mem::take(&mut record.scores);
        shorten(&mut record);
        let place = Place {
            start: span.start,
            len: span.len,
            form: span.form,
            nth: span.nth,
            far: span.packed || span.joined || span.source > 0,
        };
        Some(Self {
            number: span.number,
            time: time.unwrap_or(stored),
            json: serde_json::to_string(&record).ok()?,
            place: serde_json::to_string(&place).ok()?,
            record,
            feedback,
            scores,
        })
    }

    /// Puts the row in, in place of one that is there.
    pub(super) fn insert(&self, db: &Connection, run: Ulid) -> rusqlite::Result<()> {
        let Generation {
            id,
            model,
            output,
            usage,
            metadata,
            performance,
            metrics,
            finish_reason,
            ..
        } = &self.record;
        let count =
            |count: Option<u64>| count.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let number = i64::try_from(self.number).unwrap_or(i64::MAX);
        db.prepare_cached(
            "INSERT OR REPLACE INTO generations VALUES
             (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, 'none', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            blob(run),
            number,
            id,
            self.time,
            model.id,
            output.kind.name(),
            metadata.user_id,
            metadata.session_id,
            performance.latency,
            performance.time_to_first_token,
            performance.tokens_per_second,
            count(usage.prompt_tokens),
            count(usage.completion_tokens.or(output.tokens)),
            count(usage.total_tokens),
            usage.cost,
            usage.currency,
            metrics.as_ref().and_then(|metrics| metrics.perplexity),
            metrics.as_ref().and_then(|metrics| metrics.mean_prob),
            finish_reason,
        ])?;
        db.prepare_cached("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)")?
            .execute(params![blob(run), number, self.json, self.place])?;
        let mut tag = db.prepare_cached("INSERT OR IGNORE INTO tags VALUES (?, ?, ?)")?;
        for word in metadata.tags.iter().flatten() {
            tag.execute(params![word, blob(run), number])?;
        }
        // What the file itself says came before all events.
        let mut said = opinion::any(db, run, number)?;
        if let Some(feedback) = &self.feedback {
            opinion::add(
                db,
                run,
                number,
                run,
                0,
                &Opinion::Feedback(feedback.clone()),
                0,
            )?;
        }
        for (nth, score) in (1..).zip(&self.scores) {
            opinion::add(db, run, number, run, nth, &Opinion::Score(score.clone()), 0)?;
        }
        said |= self.feedback.is_some() || !self.scores.is_empty();
        if said {
            opinion::show(db, run, number)?;
        }
        Ok(())
    }
}

/// Cuts the contents short.
fn shorten(record: &mut Generation) {
    record.input.truncated |= cut(&mut record.input.content);
    record.output.truncated |= cut(&mut record.output.content);
    for other in &mut record.output.alternatives {
        record.output.truncated |= cut(&mut other.content);
    }
}

/// True when it was longer. Of messages the beginning of their JSON is kept, as a text.
fn cut(content: &mut Content) -> bool {
    let text = match content {
        Content::Text(text) => std::mem::take(text),
        Content::Value(value) => {
            let text = value.to_string();
            if text.chars().nth(KEPT).is_none() {
                return false;
            }
            text
        }
    };
    let end = text.char_indices().nth(KEPT).map(|(end, _)| end);
    *content = Content::Text(end.map_or(text.clone(), |end| text[..end].to_owned()));
    end.is_some()
}
