//! The catalogue itself: its rows whatever the order, its file whatever happens to it, its speed.
use super::*;
use api::Totals;
use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::LazyLock;
use std::time::Instant;

/// Ten minutes ago: within the window of a listing, whatever the hour.
static BASE: LazyLock<u64> = LazyLock::new(|| Ulid::new().timestamp_ms() - 600_000);

pub(super) fn id(number: u64) -> Ulid {
    Ulid::from_parts(*BASE + number, u128::from(number))
}

fn summary(number: u64) -> RunSummary {
    RunSummary {
        id: keys::lower(id(number)),
        path: keys::blob(id(number)).to_string(),
        name: format!("Run {number}.json"),
        imported_at_ms: id(number).timestamp_ms(),
        size: number * 7 % 1000,
        format: ["openai_chat", "tgi", "ollama"][number as usize % 3].into(),
        models: vec![(format!("model-{}", number % 50), 1)],
        totals: Totals {
            perplexity_overall: (!number.is_multiple_of(10))
                .then_some(1.0 + (number % 97) as f64 / 10.0),
            ..Totals::default()
        },
        ..RunSummary::default()
    }
}

pub(super) fn manifest(number: u64, once: Option<&str>) -> Object {
    let bytes = crate::manifest::encode(&mut summary(number), once).unwrap();
    (Kind::Run, id(number), Ok(bytes))
}

pub(super) fn event(number: u64, event: &Event) -> Object {
    (
        Kind::Event,
        id(number),
        Ok(crate::objects::json(event).unwrap()),
    )
}

fn memory() -> Connection {
    schema::open(None, "s").unwrap()
}

/// Every row of every table.
pub(super) fn dump(db: &Connection) -> Vec<String> {
    let mut rows = Vec::new();
    let tables = [
        "seen",
        "wanted",
        "forgot",
        "rejected",
        "manifests",
        "tombstones",
        "fields",
        "tag_adds",
        "tag_removes",
        "shares",
        "withdrawn",
        "purged",
        "shown",
        "shown_words",
    ];
    for table in tables {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut found: Vec<String> = all
            .query_map([], |row| {
                (0..columns)
                    .map(|at| {
                        row.get::<_, rusqlite::types::Value>(at)
                            .map(|value| format!("{value:?}"))
                    })
                    .collect::<Result<Vec<_>, _>>()
            })
            .unwrap()
            .map(|row| format!("{table}: {}", row.unwrap().join(" ")))
            .collect();
        found.sort();
        rows.extend(found);
    }
    rows
}

/// Conflicting edits, tags put on and taken off, a tombstone, one key stored twice, damage, an announcement.
pub(super) fn objects() -> Vec<Object> {
    let edit = |rev: u64, title: &str| Edit {
        rev,
        title: Some(title.into()),
        ..Edit::default()
    };
    let tagged = |tags: &[&str]| Edit {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Edit::default()
    };
    let untagged = |number: u64, tag: &str| Edit {
        untags: [(keys::lower(id(number)), tag.to_owned())].into(),
        ..Edit::default()
    };
    let link = |label: &str| Link {
        hash: "ab".into(),
        label: label.into(),
        expires_at_ms: Some(7),
    };
    vec![
        manifest(1, None),
        manifest(2, None),
        manifest(3, Some("key")),
        manifest(4, Some("key")),
        manifest(5, Some("key")),
        (Kind::Run, id(6), Ok(Bytes::from_static(b"{"))),
        (Kind::Run, id(7), Err("too large".into())),
        event(20, &Event::edit(id(1), edit(1, "first"))),
        event(21, &Event::edit(id(1), edit(2, "same rev, smaller id"))),
        event(22, &Event::edit(id(1), edit(2, "the one that stays"))),
        event(
            23,
            &Event::edit(id(1), edit(1, "late, but of an old revision")),
        ),
        event(24, &Event::edit(id(1), tagged(&["a", "b"]))),
        event(25, &Event::edit(id(1), tagged(&["a"]))),
        event(26, &Event::edit(id(1), untagged(24, "a"))),
        event(27, &Event::edit(id(1), untagged(24, "b"))),
        event(28, &Event::tombstone(id(2))),
        event(29, &Event::edit(id(2), edit(1, "of a deleted run"))),
        event(30, &Event::tombstone(id(3))),
        event(
            31,
            &Event::edit(id(99), edit(1, "of a run that is nowhere")),
        ),
        event(34, &Event::share(id(1), link("open"))),
        event(35, &Event::share(id(1), link("taken back"))),
        event(36, &Event::withdraw(id(1), id(35))),
        event(37, &Event::withdraw(id(1), id(98))),
        manifest(8, Some("key")),
        event(
            38,
            &Event::edit(id(8), edit(1, "of a run of which nothing is kept")),
        ),
        event(39, &Event::share(id(8), link("to it"))),
        event(40, &Event::edit(id(8), tagged(&["x"]))),
        event(41, &Event::purge(id(8))),
        event(32, &Event::announce(keys::run(id(1)).to_string())),
        (Kind::Event, id(33), Ok(Bytes::from_static(b"[]"))),
    ]
}

#[test]
fn what_the_objects_mean() {
    let db = memory();
    for object in objects() {
        apply::apply(&db, &object).unwrap();
    }
    let list = query::list(&db, &RunQuery::default(), None).unwrap();
    let runs: Vec<_> = list
        .runs
        .iter()
        .map(|run| (run.id.clone(), run.name.as_str(), run.tags.join(",")))
        .collect();
    // Of the three stored under one key the first is deleted, so the second is shown.
    assert_eq!(
        runs,
        [
            (keys::lower(id(4)), "Run 4.json", String::new()),
            (keys::lower(id(1)), "the one that stays", "a".into()),
        ]
    );
    assert_eq!(list.total, 2);
}

proptest! {
    #[test]
    fn the_order_and_the_number_of_times_do_not_matter(
        order in Just(objects()).prop_shuffle(),
        again in prop::collection::vec(any::<Index>(), 0..20),
        split in any::<Index>(),
    ) {
        let reference = memory();
        for object in objects() {
            apply::apply(&reference, &object).unwrap();
        }
        let mut all = order;
        for index in again {
            let object = index.get(&all).clone();
            all.push(object);
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("catalogue");
        let (first, rest) = all.split_at(split.index(all.len()));
        let mut db = schema::open(Some(&file), "s").unwrap();
        for object in first {
            apply::apply(&db, object).unwrap();
        }
        // Closed and opened in the middle.
        drop(db);
        db = schema::open(Some(&file), "s").unwrap();
        for object in rest {
            apply::apply(&db, object).unwrap();
        }
        prop_assert_eq!(dump(&db), dump(&reference));
    }
}

#[test]
fn a_file_that_cannot_be_used_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("catalogue");
    let count = |db: &Connection| dump(db).len();
    let filled = || {
        schema::remove(&file);
        let db = schema::open(Some(&file), "s").unwrap();
        apply::apply(&db, &manifest(1, None)).unwrap();
        assert!(count(&db) > 0);
    };
    filled();
    assert!(count(&schema::open(Some(&file), "s").unwrap()) > 0, "kept");
    assert_eq!(count(&schema::open(Some(&file), "other").unwrap()), 0);
    filled();
    std::fs::write(
        &file,
        "not a database, but long enough to look like something".repeat(100),
    )
    .unwrap();
    assert_eq!(count(&schema::open(Some(&file), "s").unwrap()), 0);
    filled();
    let db = schema::open(Some(&file), "s").unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    assert_eq!(count(&schema::open(Some(&file), "s").unwrap()), 0);
    // A file in use is left alone.
    let _used = schema::open(Some(&file), "s").unwrap();
    assert!(schema::is_busy(
        &schema::open(Some(&file), "s").unwrap_err()
    ));
}

fn filled(count: u64) -> Connection {
    let mut db = memory();
    let change = db.transaction().unwrap();
    for number in 1..=count {
        apply::apply(&change, &manifest(number, None)).unwrap();
    }
    change.commit().unwrap();
    db
}

#[test]
fn filters_orders_and_pages() {
    let db = filled(300);
    for number in [5, 50, 250] {
        let edit = Edit {
            tags: ["Good".to_owned()].into(),
            ..Edit::default()
        };
        apply::apply(&db, &event(1000 + number, &Event::edit(id(number), edit))).unwrap();
    }
    let all: Vec<u64> = (1..=300).collect();
    let wanted = |keep: &dyn Fn(u64) -> bool| {
        all.iter()
            .rev()
            .copied()
            .filter(|n| keep(*n))
            .collect::<Vec<_>>()
    };
    let perplexity = |n: u64| summary(n).totals.perplexity_overall;
    let query = RunQuery::default;
    let ms = |n: u64| Some(id(n).timestamp_ms());
    let table: Vec<(RunQuery, Vec<u64>)> = vec![
        (query(), wanted(&|_| true)),
        (
            RunQuery {
                name: "RUN 29".into(),
                ..query()
            },
            wanted(&|n| n == 29 || n / 10 == 29),
        ),
        (
            RunQuery {
                model: "model-7".into(),
                ..query()
            },
            wanted(&|n| n % 50 == 7),
        ),
        (
            RunQuery {
                tag: "Good".into(),
                ..query()
            },
            vec![250, 50, 5],
        ),
        (
            RunQuery {
                tag: "good".into(),
                ..query()
            },
            vec![],
        ),
        (
            RunQuery {
                format: "tgi".into(),
                ..query()
            },
            wanted(&|n| n % 3 == 1),
        ),
        (
            RunQuery {
                from_ms: ms(10),
                to_ms: ms(20),
                ..query()
            },
            wanted(&|n| (10..20).contains(&n)),
        ),
        (
            RunQuery {
                perplexity_min: Some(2.0),
                perplexity_max: Some(3.0),
                ..query()
            },
            wanted(&|n| perplexity(n).is_some_and(|p| (2.0..=3.0).contains(&p))),
        ),
        (
            RunQuery {
                perplexity_min: Some(0.0),
                ..query()
            },
            wanted(&|n| perplexity(n).is_some()),
        ),
    ];
    for (query, expected) in table {
        assert_eq!(walk(&db, &query), expected, "{query:?}");
    }
    let by = |sort: Sort| walk(&db, &RunQuery { sort, ..query() });
    let sorted = |key: &dyn Fn(u64) -> (String, u64), down: bool| {
        let mut all = all.clone();
        all.sort_by_key(|n| (key(*n), *n));
        if down {
            all.reverse();
        }
        all
    };
    let number = |value: u64| format!("{value:09}");
    let rank = |n: u64| perplexity(n).map_or("9".repeat(9), |p| number((p * 100.0) as u64));
    assert_eq!(by(Sort::Oldest), all);
    assert_eq!(by(Sort::Name), sorted(&|n| (summary(n).name, n), false));
    assert_eq!(
        by(Sort::Largest),
        sorted(&|n| (number(summary(n).size), n), true)
    );
    assert_eq!(by(Sort::LowestPerplexity), sorted(&|n| (rank(n), n), false));
    assert_eq!(by(Sort::HighestPerplexity), sorted(&|n| (rank(n), n), true));
}

/// All pages.
fn walk(db: &Connection, query: &RunQuery) -> Vec<u64> {
    let mut query = RunQuery {
        limit: 7,
        ..query.clone()
    };
    let mut found = Vec::new();
    loop {
        let before = query::check(&query).unwrap();
        let page = query::list(db, &query, before).unwrap();
        found.extend(page.runs.iter().map(|run| run.imported_at_ms - *BASE));
        match page.next {
            Some(next) => query.before = next,
            None => return found,
        }
    }
}

#[test]
fn a_page_follows_a_run_that_is_gone_since() {
    let db = rows(60);
    for sort in [
        Sort::Newest,
        Sort::Oldest,
        Sort::Name,
        Sort::Largest,
        Sort::LowestPerplexity,
        Sort::HighestPerplexity,
    ] {
        let mut query = RunQuery {
            sort,
            ..RunQuery::default()
        };
        let all = walk(&db, &query);
        let page = query::list(&db, &query, None).unwrap();
        query.before = page.next.unwrap();
        let last = keys::parse_id(&page.runs.last().unwrap().id).unwrap();
        db.execute("SAVEPOINT gone", []).unwrap();
        db.execute("DELETE FROM shown WHERE id = ?", [apply::blob(last)])
            .unwrap();
        assert_eq!(walk(&db, &query), all[20..], "{sort:?}");
        db.execute_batch("ROLLBACK TO gone; RELEASE gone").unwrap();
    }
}

#[test]
fn a_cursor_belongs_to_its_order() {
    let id = keys::lower(id(1));
    let wrong = "`before` must be the `next` of the page before, in the same order; begin again with the first page.";
    for (sort, before, good) in [
        (Sort::Newest, id.clone(), true),
        (Sort::Newest, format!("{id}.7"), false),
        (Sort::Oldest, "nonsense".into(), false),
        (Sort::Name, id.clone(), false),
        (Sort::Name, format!("{id}.a.b.json"), true),
        (Sort::Name, format!("{id}."), true),
        (Sort::Largest, format!("{id}.7"), true),
        (Sort::Largest, format!("{id}.x"), false),
        (Sort::LowestPerplexity, format!("{id}.1.25"), true),
        (Sort::LowestPerplexity, format!("{id}.inf"), true),
        (Sort::HighestPerplexity, format!("{id}.NaN"), false),
    ] {
        let query = RunQuery {
            before: before.clone(),
            sort,
            ..RunQuery::default()
        };
        match query::check(&query) {
            Ok(cursor) => assert!(
                good && cursor.unwrap().text() == before,
                "{sort:?} {before}"
            ),
            Err(error) => assert!(
                !good && error.to_string().contains(wrong),
                "{sort:?} {before}: {error}"
            ),
        }
    }
}

/// The rows of so many runs, written past the objects: those take minutes in a build for tests.
fn rows(count: u64) -> Connection {
    let mut db = memory();
    let change = db.transaction().unwrap();
    for number in 1..=count {
        let (id, run) = (apply::blob(id(number)), summary(number));
        let text = serde_json::to_string(&run).unwrap();
        let perplexity = run.totals.perplexity_overall.unwrap_or(f64::INFINITY);
        let size = i64::try_from(run.size).unwrap();
        for (sql, values) in [
            (
                "INSERT INTO manifests VALUES (?, NULL, '', ?)",
                rusqlite::params![id, text],
            ),
            (
                "INSERT INTO shown VALUES (?, ?, ?, ?, ?)",
                rusqlite::params![id, run.name.to_lowercase(), size, run.format, perplexity],
            ),
            (
                "INSERT INTO shown_words VALUES (0, ?, ?)",
                rusqlite::params![run.models[0].0, id],
            ),
        ] {
            change.prepare_cached(sql).unwrap().execute(values).unwrap();
        }
    }
    change.commit().unwrap();
    db
}

/// Prints how long lists take; the goal is 20 ms for 95 of 100. A slow machine fails no test.
#[test]
fn lists_of_a_hundred_thousand_runs() {
    let count: u64 = 100_000;
    let begin = Instant::now();
    let db = rows(count);
    let built = begin.elapsed();
    let query = RunQuery::default;
    let mut times = Vec::new();
    let mut worst = (std::time::Duration::ZERO, String::new());
    for round in 0..20_u64 {
        let before = keys::lower(id(1 + round * 4_999));
        for query in [
            query(),
            RunQuery {
                before: before.clone(),
                ..query()
            },
            RunQuery {
                name: format!("n 9{round}"),
                ..query()
            },
            RunQuery {
                name: "nowhere".into(),
                ..query()
            },
            RunQuery {
                model: format!("model-{round}"),
                ..query()
            },
            RunQuery {
                format: "tgi".into(),
                sort: Sort::Largest,
                before: format!("{before}.{}", summary(1 + round * 4_999).size),
                ..query()
            },
            RunQuery {
                perplexity_min: Some(3.0),
                perplexity_max: Some(4.0),
                sort: Sort::LowestPerplexity,
                ..query()
            },
            RunQuery {
                sort: Sort::Name,
                before: format!(
                    "{before}.{}",
                    summary(1 + round * 4_999).name.to_lowercase()
                ),
                limit: 100,
                ..query()
            },
        ] {
            let begin = Instant::now();
            let before = query::check(&query).unwrap();
            let list = query::list(&db, &query, before).unwrap();
            let time = begin.elapsed();
            assert!(list.total <= count);
            if time > worst.0 {
                worst = (time, format!("{query:?}"));
            }
            times.push(time);
        }
    }
    times.sort();
    let at = |part: usize| times[times.len() * part / 100];
    println!(
        "{count} runs, made in {built:?}; lists: median {:?}, p95 {:?}, worst {worst:?}",
        at(50),
        at(95)
    );
}
