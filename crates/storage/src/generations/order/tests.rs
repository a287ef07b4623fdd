//! Orders: which index is walked, and that pages are the whole.
use super::*;
use crate::generations::schema;
use proptest::prelude::*;
use rusqlite::params;

const SORTS: [&str; 14] = GenerationSort::WORDS;

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
    for name in SORTS {
        let plain = name.trim_start_matches('-');
        assert!(
            GenerationSort::parse(name).is_some() && GenerationSort::NAMES.contains(plain),
            "{name}"
        );
    }
    let newest = GenerationSort::Newest;
    let by = GenerationSort::By(Measure::Cost, true);
    for (text, sort) in [
        ("01jgfjjz00rstv1234567890ab-7.1735689600000", newest),
        ("01jgfjjz00rstv1234567890ab-7.0.1", by),
        ("01jgfjjz00rstv1234567890ab-7.inf", by),
        ("01jgfjjz00rstv1234567890ab-7.none", by),
    ] {
        let cursor = Cursor::parse(text, sort).unwrap().unwrap();
        assert_eq!(cursor.text(), text);
    }
    for (text, sort) in [
        ("x", newest),
        ("01jgfjjz00rstv1234567890ab-7", newest),
        ("01jgfjjz00rstv1234567890ab-7.1.5", newest),
        ("01jgfjjz00rstv1234567890ab-7.none", newest),
        ("01jgfjjz00rstv1234567890ab-7.NaN", by),
    ] {
        assert!(Cursor::parse(text, sort).is_err(), "{text}");
    }
}

fn filter(conditions: &serde_json::Value) -> Filter {
    Filter::parse(conditions.as_object().unwrap()).unwrap()
}

/// What SQLite means to do.
fn plan(db: &Connection, sql: &str, bound: &[Value]) -> Vec<String> {
    let mut rows = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let rows = rows
        .query_map(params_from_iter(bound), |row| row.get(3))
        .unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

/// No page sorts, and no page reads what lies before it: of each order its index is searched, or read from its end.
#[test]
fn every_page_of_every_order_walks_an_index() {
    let db = schema::open(None, "x").unwrap();
    let filters = [
        serde_json::json!({}),
        serde_json::json!({"model.id": "m"}),
        serde_json::json!({"model.id": "m", "output.type": "code"}),
        serde_json::json!({"metadata.userId": "u"}),
        serde_json::json!({"finishReason": "stop", "metrics.perplexity": {"gte": 2}}),
        serde_json::json!({"feedback.state": "up"}),
        serde_json::json!({"metrics.perplexity": {"gte": 2, "lte": 3}}),
        serde_json::json!({"metadata.tags": "x"}),
        serde_json::json!({"timestamp": {"gte": 5}}),
    ];
    for name in SORTS {
        let sort = GenerationSort::parse(name).unwrap();
        let is_time = sort.column() == "time";
        let place = "01jgfjjz00rstv1234567890ab-7.";
        let values: &[&str] = if is_time { &["5"] } else { &["5", "none"] };
        let mut places = vec![None];
        places.extend(
            values
                .iter()
                .map(|value| Cursor::parse(&format!("{place}{value}"), sort).unwrap()),
        );
        for conditions in &filters {
            let filter = filter(conditions);
            for after in &places {
                for part in [Part::With, Part::Without] {
                    if is_time && part == Part::Without {
                        continue;
                    }
                    let Some((sql, bound)) = walk(&filter, sort, part, after.as_ref()) else {
                        continue;
                    };
                    let plan = plan(&db, &sql, &bound);
                    let first = &plan[0];
                    assert!(
                        !plan.iter().any(|step| step.contains("TEMP B-TREE")),
                        "{sql}: {plan:?}"
                    );
                    let begins = match is_time && after.is_none() {
                        true => "S",
                        false => "SEARCH generations USING ",
                    };
                    assert!(
                        first.starts_with(begins) && first.contains("INDEX generations_"),
                        "{sql}: {plan:?}"
                    );
                    if let GenerationSort::By(measure, _) = sort {
                        let index = format!("generations_{} (", measure.column());
                        assert!(first.contains(&index), "{sql}: {plan:?}");
                    }
                }
            }
        }
    }
}

/// A few records, many of them alike.
fn records() -> impl Strategy<Value = Vec<(i64, Option<u8>, bool)>> {
    proptest::collection::vec(
        (0_i64..4, proptest::option::of(0_u8..3), any::<bool>()),
        0..40,
    )
}

proptest! {
    /// Page after page gives each record once, in the order that a sort gives, with and without a filter, whether what it
    /// finds is fetched or walked.
    #[test]
    fn pages_are_the_whole_in_order(records in records(), sort in 0..SORTS.len(), page_of in 1_usize..7, filtered: bool) {
        let db = schema::open(None, "x").unwrap();
        let sort = GenerationSort::parse(SORTS[sort]).unwrap();
        let mut all = Vec::new();
        for (nth, (time, value, is_m)) in (0_i64..).zip(&records) {
            let run = Ulid::from_parts(1, u128::from(nth.unsigned_abs() % 3));
            let model = if *is_m { "m" } else { "n" };
            let value = value.map(f64::from);
            db.execute(
                "INSERT INTO generations (run, number, id, time, model, kind, state, latency, cost, total_tokens, perplexity,
                 probability, rating) VALUES (?1, ?2, '', ?3, ?4, 'text', 'none', ?5, ?5, ?5, ?5, ?5, ?5)",
                params![blob(run), nth, time, model, value],
            ).unwrap();
            let value = match sort.column() {
                "time" => Value::from(*time),
                _ => value.map_or(Value::Null, Value::from),
            };
            if !filtered || *is_m {
                all.push(Cursor { run, number: nth, value });
            }
        }
        all.sort_by(|one, other| one.compare(other, sort));
        let places = |all: &[Cursor]| all.iter().map(|one| (one.run, one.number)).collect::<Vec<_>>();
        let filter = match filtered {
            true => filter(&serde_json::json!({"model.id": "m"})),
            false => Filter::default(),
        };
        let (mut paged, mut walked): (Vec<Cursor>, Vec<Cursor>) = Default::default();
        loop {
            let found = page(&db, &filter, sort, paged.last(), page_of).unwrap();
            if found.is_empty() {
                break;
            }
            paged.extend(found);
        }
        for part in [Part::With, Part::Without] {
            if sort.column() != "time" || part == Part::With {
                let (sql, bound) = walk(&filter, sort, part, None).unwrap();
                walked.extend(cursors(&db, &sql, &bound).unwrap());
            }
        }
        prop_assert_eq!(places(&paged), places(&all));
        prop_assert_eq!(places(&walked), places(&all));
    }
}
