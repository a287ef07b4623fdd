//! The tables.
use crate::catalogue::{Shape, open_file};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Another number means: read all runs again.
const SCHEMA: i64 = 5;

const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- runs that were read: whole (done = 1), or as far as it was possible, and why; with the hash of their bytes
CREATE TABLE runs (id BLOB PRIMARY KEY, done INTEGER NOT NULL, count INTEGER NOT NULL, reason TEXT, sha256 TEXT) WITHOUT ROWID;
-- state is what people say of it in a word: up or down by thumbs, rated by a rating alone, none where nobody judged
-- one narrow row for each completion, in the order of runs: filters, orders and figures read nothing else
CREATE TABLE generations (
  run BLOB NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, time INTEGER NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL,
  user TEXT, session TEXT, rating REAL, thumbs TEXT, state TEXT NOT NULL, latency REAL, first_token REAL, speed REAL, prompt_tokens INTEGER,
  completion_tokens INTEGER, total_tokens INTEGER, cost REAL, currency TEXT, perplexity REAL, probability REAL, finish TEXT,
  PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE INDEX generations_time ON generations (time, run, number);
CREATE INDEX generations_id ON generations (id);
CREATE INDEX generations_model ON generations (model, time);
CREATE INDEX generations_user ON generations (user, time) WHERE user IS NOT NULL;
CREATE INDEX generations_session ON generations (session, time) WHERE session IS NOT NULL;
-- an order each, records without the value first
CREATE INDEX generations_latency ON generations (latency, run, number);
CREATE INDEX generations_cost ON generations (cost, run, number);
CREATE INDEX generations_total_tokens ON generations (total_tokens, run, number);
CREATE INDEX generations_perplexity ON generations (perplexity, run, number);
CREATE INDEX generations_probability ON generations (probability, run, number);
CREATE INDEX generations_rating ON generations (rating, run, number);
-- facets: in the order of their values or, with a condition on the model, without any row
CREATE INDEX generations_kind ON generations (kind, time);
CREATE INDEX generations_finish ON generations (finish, time);
CREATE INDEX generations_state ON generations (state, time);
CREATE INDEX generations_facets ON generations (model, kind, finish, state, user);
-- record is its JSON with contents cut short, place where its bytes are
CREATE TABLE records (run BLOB NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (run, number));
CREATE TABLE tags (tag TEXT NOT NULL, run BLOB NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (tag, run, number)) WITHOUT ROWID;
CREATE INDEX tags_run ON tags (run, number);
-- all that was ever said, by the file (event = run) or by events; kind 0 is feedback, 1 a score
CREATE TABLE opinions (run BLOB NOT NULL, number INTEGER NOT NULL, event BLOB NOT NULL, nth INTEGER NOT NULL, kind INTEGER NOT NULL,
  rev INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, number, event, nth)) WITHOUT ROWID;
-- the scores that count, made from opinions
CREATE TABLE scores (run BLOB NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, value REAL, label TEXT,
  PRIMARY KEY (run, number, name, source)) WITHOUT ROWID;
CREATE INDEX scores_name ON scores (name, value);
";

/// Opens the database of a store. What cannot be used is deleted and begun anew.
pub(super) fn open(place: Option<&Path>, store: &str) -> rusqlite::Result<Connection> {
    let shape = Shape {
        tables: TABLES,
        schema: SCHEMA,
        shared: true,
    };
    open_file(place, store, shape)
}

/// A connection that only reads, beside the one that writes: neither waits for the other.
pub(super) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags)
}
