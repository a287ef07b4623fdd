//! The index by itself: what was said in any order, another server, a lost file, a large run.
use super::*;
use crate::catalogue::Event;
use crate::generations::opinion::{Opinion, add, put_on, show};
use crate::generations::query::GenerationQuery;
use crate::leftovers::Nothing;
use crate::{Filter, RunStore, keys};
use ::generations::record::{Score, ScoreValue, Thumbs};
use ::generations::{Feedback, Generation};
use api::RunSummary;
use object_store::memory::InMemory;
use proptest::prelude::*;
use ulid::Ulid;

fn id(number: u64) -> Ulid {
    Ulid::from_parts(1_735_689_600_000 + number, u128::from(number))
}

/// Opinions of a few people and judges on one generation, with conflicts.
fn opinions() -> impl Strategy<Value = Vec<(u64, u64, Opinion)>> {
    let feedback = ("[ab]?", 1_u8..=5).prop_map(|(user, rating)| {
        Opinion::Feedback(Feedback {
            rating: Some(f64::from(rating)),
            thumbs: (rating > 3).then_some(Thumbs::Up),
            user_id: Some(user).filter(|user| !user.is_empty()),
            ..Feedback::default()
        })
    });
    let score = ("[pq]", "[xy]?", 0_u8..9).prop_map(|(name, source, value)| {
        Opinion::Score(Score {
            name,
            value: ScoreValue::Number(f64::from(value)),
            comment: None,
            source: Some(source).filter(|source| !source.is_empty()),
        })
    });
    // Revisions collide; events are what they are named by, so an event says one thing.
    proptest::collection::vec((0_u64..4, prop_oneof![feedback, score]), 0..12).prop_map(|all| {
        (0..)
            .zip(all)
            .map(|(event, (rev, opinion))| (event, rev, opinion))
            .collect()
    })
}

/// What is shown of the generation, and what filters see.
fn state(db: &Connection, run: Ulid) -> (Generation, Vec<String>) {
    let mut record = Generation::default();
    put_on(db, run, 0, &mut record).unwrap();
    let mut rows = Vec::new();
    let sql = "SELECT ifnull(rating, -1) || ifnull(thumbs, '-') FROM generations
               UNION ALL SELECT name || source || value FROM scores ORDER BY 1";
    let mut found = db.prepare(sql).unwrap();
    for row in found.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        rows.push(row.unwrap());
    }
    (record, rows)
}

fn insert(db: &Connection, run: Ulid) {
    let record = Generation {
        id: "g".into(),
        ..Generation::default()
    };
    let span = ::generations::reader::Span {
        source: 0,
        start: 0,
        len: 1,
        form: completions::Form::Value,
        packed: false,
        nth: 0,
        joined: false,
        number: 0,
    };
    row::Row::new(run, record, span)
        .unwrap()
        .insert(db, run)
        .unwrap();
}

proptest! {
    /// The set of events decides, not their order, nor how often one comes, nor when the run itself is read.
    #[test]
    fn opinions_in_any_order(all in opinions(), seed in any::<u64>(), at in any::<proptest::sample::Index>()) {
        let run = id(0);
        let apply = |order: &[usize], when: usize| {
            let db = schema::open(None, "s").unwrap();
            for (step, &nth) in order.iter().enumerate() {
                if step == when {
                    insert(&db, run);
                }
                let (event, rev, opinion) = &all[nth];
                add(&db, run, 0, id(100 + event), 0, opinion, i64::try_from(*rev).unwrap()).unwrap();
                show(&db, run, 0).unwrap();
            }
            if when >= order.len() {
                insert(&db, run);
            }
            state(&db, run)
        };
        let forward: Vec<usize> = (0..all.len()).collect();
        let mut shuffled = forward.clone();
        let mut random = seed;
        for nth in (1..shuffled.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(nth, usize::try_from(random >> 33).unwrap() % (nth + 1));
        }
        // Some come twice.
        let again: Vec<usize> = shuffled.iter().take(3).copied().collect();
        shuffled.extend(again);
        let when = at.index(shuffled.len() + 1);
        prop_assert_eq!(apply(&forward, 0), apply(&shuffled, when));
    }
}

async fn store(objects: &Arc<InMemory>) -> RunStore {
    RunStore::on(objects.clone()).await.unwrap()
}

async fn put(store: &RunStore, bytes: String) -> String {
    let mut upload = store.start_upload(None, 1 << 30);
    upload.write(bytes.into()).await.unwrap();
    let uploaded = upload.finish().await.unwrap();
    let summary = RunSummary::default();
    store.commit(uploaded, summary).await.unwrap().id
}

fn line(number: u64) -> String {
    format!(
        r#"{{"id":"g{number}","model":{{"id":"m"}},"output":{{"content":"t"}},"metadata":{{"userId":"u{}"}}}}"#,
        number % 7
    ) + "\n"
}

async fn ids(store: &RunStore) -> Vec<String> {
    let list = store
        .generations(&GenerationQuery::default())
        .await
        .unwrap();
    list.generations.into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn servers_see_what_the_others_stored_and_what_was_said_there() {
    let objects = Arc::new(InMemory::new());
    let (one, other) = (store(&objects).await, store(&objects).await);
    let run = put(&one, line(0) + &line(1)).await;
    assert_eq!(ids(&other).await, ["g1", "g0"]);
    let good = Feedback {
        rating: Some(5.0),
        ..Feedback::default()
    };
    other
        .give_feedback(&format!("{run}-0"), good)
        .await
        .unwrap();
    let seen = one.generation("g0").await.unwrap();
    assert_eq!(seen.generation.feedback.unwrap().rating, Some(5.0));
    one.delete(&run).await.unwrap();
    assert_eq!(ids(&other).await, [""; 0]);
}

#[tokio::test]
async fn a_lost_index_is_read_again() {
    let objects = Arc::new(InMemory::new());
    let folder = tempfile::tempdir().unwrap();
    let first = store(&objects).await;
    let run = put(&first, (0..30).map(line).collect()).await;
    let judged = Score {
        name: "q".into(),
        ..Score::default()
    };
    first
        .give_scores(vec![(format!("{run}-3"), judged)])
        .await
        .unwrap();
    let whole = first
        .generations(&GenerationQuery::default())
        .await
        .unwrap();
    // A server that begins with nothing, and one whose file is no database.
    let file = folder.path().join("catalogue.sqlite");
    let fresh = folder.path().join("new").join("catalogue.sqlite");
    std::fs::write(file.with_extension("generations.sqlite"), "no database").unwrap();
    for place in [None, Some(file.clone()), Some(fresh.clone())] {
        let again = RunStore::with_catalogue((objects.clone(), Arc::new(Nothing)), place)
            .await
            .unwrap();
        let list = again
            .generations(&GenerationQuery::default())
            .await
            .unwrap();
        assert_eq!(list, whole);
        let scored = again.generation(&format!("{run}-3")).await.unwrap();
        assert_eq!(scored.generation.scores.len(), 1);
    }
    for place in [file, fresh] {
        assert!(
            place
                .with_extension("generations.sqlite")
                .metadata()
                .unwrap()
                .len()
                > 0
        );
    }
}

/// While somebody writes, lists, figures and exports do not wait.
#[tokio::test(flavor = "multi_thread")]
async fn questions_do_not_wait_for_the_writer() {
    let objects = Arc::new(InMemory::new());
    let folder = tempfile::tempdir().unwrap();
    let file = Some(folder.path().join("catalogue.sqlite"));
    let store = RunStore::with_catalogue((objects, Arc::new(Nothing)), file)
        .await
        .unwrap();
    let run = put(&store, (0..5).map(line).collect()).await;
    assert_eq!(ids(&store).await.len(), 5);
    let access = store.generations.access();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, is_over) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        access.with(|db| {
            let change = db.transaction()?;
            change.execute("UPDATE generations SET model = 'x'", [])?;
            begun.send(()).unwrap();
            let _ = is_over.recv_timeout(std::time::Duration::from_secs(20));
            change.rollback()
        })
    });
    has_begun.recv().unwrap();
    let asked = async {
        assert_eq!(ids(&store).await.len(), 5);
        let figures = store.aggregate(aggregate::AggregateQuery::default()).await;
        assert_eq!(figures.unwrap().groups[0].count, 5);
        assert_eq!(store.index_run(&run).await.unwrap(), 5);
    };
    let patience = std::time::Duration::from_secs(10);
    tokio::time::timeout(patience, asked).await.unwrap();
    end.send(()).unwrap();
    writer.join().unwrap().unwrap();
}

#[tokio::test]
async fn a_run_that_is_too_long_for_one_transaction() {
    let objects = Arc::new(InMemory::new());
    let store = store(&objects).await;
    let run = put(&store, (0..1_000).map(line).collect()).await;
    assert_eq!(store.index_run(&run).await.unwrap(), 1_000);
    // Half of it lost, as by a kill: read again, every row is there once.
    store
        .generations
        .with(|db| {
            db.execute("UPDATE runs SET done = 0", [])?;
            db.execute("DELETE FROM generations WHERE number % 2 = 0", [])
        })
        .await
        .unwrap();
    assert_eq!(store.index_run(&run).await.unwrap(), 1_000);
    let sql = "SELECT count(*), count(DISTINCT number) FROM generations";
    let counted = store.generations.with(move |db| {
        db.query_row(sql, [], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
        })
    });
    assert_eq!(counted.await.unwrap(), (1_000, 1_000));
}

#[test]
fn an_event_says_what_it_says() {
    let said = vec![(7, Opinion::Score(Score::default()))];
    let event = Event::said(id(1), 2, said.clone());
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(
        text,
        format!(
            r#"{{"format":1,"kind":"said","run":"{}","rev":2,"opinions":[[7,{{"score":{{"name":"","value":0.0}}}}]]}}"#,
            keys::lower(id(1))
        )
    );
}

#[tokio::test]
async fn facets_count_what_could_be_chosen_instead() {
    let store = store(&Arc::new(InMemory::new())).await;
    let tagged =
        r#"{"id":"t","model":{"id":"n"},"output":{"content":"t"},"metadata":{"tags":["x","y"]}}"#;
    put(&store, (0..10).map(line).collect::<String>() + tagged).await;
    let names = [
        "model.id",
        "metadata.userId",
        "metadata.tags",
        "feedback.state",
    ];
    let values = async |filter: &Filter| {
        let facets = store.facets(filter, &names, 3).await.unwrap();
        let all = facets.into_iter().map(|facet| (facet.values, facet.more));
        all.collect::<Vec<_>>()
    };
    let counted = |all: &[(&str, u64)]| -> Vec<(String, u64)> {
        all.iter()
            .map(|(value, count)| ((*value).to_owned(), *count))
            .collect()
    };
    let all = values(&Filter::default()).await;
    assert_eq!(all[0], (counted(&[("m", 10), ("n", 1)]), false));
    // Records without a user are in no group of users.
    assert_eq!(all[1], (counted(&[("u0", 2), ("u1", 2), ("u2", 2)]), true));
    assert_eq!(all[2], (counted(&[("x", 1), ("y", 1)]), false));
    assert_eq!(all[3], (counted(&[("none", 11)]), false));

    let mut filter = Filter::default();
    filter.among("model.id", &["n".into()]).unwrap();
    filter.among("metadata.tags", &["x".into()]).unwrap();
    let some = values(&filter).await;
    assert_eq!(some[0].0, counted(&[("n", 1)]));
    assert_eq!(some[2].0, counted(&[("x", 1), ("y", 1)]));
    assert_eq!(store.count_generations(&filter).await.unwrap(), 1);
    let all = filter.without("metadata.tags").without("model.id");
    assert_eq!(store.count_generations(&all).await.unwrap(), 11);
    assert!(store.facets(&filter, &["modl"], 3).await.is_err());
}

/// They are counted again after a change, and only then.
#[tokio::test]
async fn facets_are_as_of_the_last_change() {
    let store = store(&Arc::new(InMemory::new())).await;
    let run = put(&store, line(0) + &line(1)).await;
    let counts = async |name: &str| {
        let facets = store.facets(&Filter::default(), &[name], 3).await.unwrap();
        facets[0].values.clone()
    };
    let two = [("m".to_owned(), 2)];
    assert_eq!(counts("model.id").await, two);
    // Behind the back of whoever counts the changes: nobody looks.
    let silently = |sql: &str| {
        let db = store.generations.db.lock().unwrap();
        db.execute(sql, []).unwrap();
    };
    silently("UPDATE generations SET model = 'other' WHERE number = 0");
    assert_eq!(counts("model.id").await, two);
    silently("UPDATE generations SET model = 'm' WHERE number = 0");
    assert_eq!(counts("feedback.state").await, [("none".to_owned(), 2)]);
    let good = Feedback {
        thumbs: Some(Thumbs::Up),
        ..Feedback::default()
    };
    store.set_feedback(&format!("{run}-0"), good).await.unwrap();
    assert_eq!(
        counts("feedback.state").await,
        [("none".to_owned(), 1), ("up".to_owned(), 1)]
    );
    put(&store, line(2)).await;
    assert_eq!(counts("model.id").await, [("m".to_owned(), 3)]);
    store.delete(&run).await.unwrap();
    assert_eq!(counts("model.id").await, [("m".to_owned(), 1)]);
}

#[tokio::test]
async fn what_was_said_can_be_taken_back() {
    let store = store(&Arc::new(InMemory::new())).await;
    let run = put(&store, line(0)).await;
    let key = format!("{run}-0");
    let good = Feedback {
        thumbs: Some(Thumbs::Up),
        ..Feedback::default()
    };
    let mut up = Filter::default();
    up.among("feedback.state", &["up".into()]).unwrap();
    store.set_feedback(&key, good).await.unwrap();
    assert_eq!(store.count_generations(&up).await.unwrap(), 1);
    let nothing = Feedback::default();
    let detail = store.set_feedback(&key, nothing.clone()).await.unwrap();
    assert_eq!(detail.generation.feedback, None);
    assert_eq!(detail.feedback_history.len(), 2);
    assert_eq!(store.count_generations(&up).await.unwrap(), 0);
    assert!(store.give_feedback(&key, nothing).await.is_err());
}
