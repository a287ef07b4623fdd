//! Starts with nothing: how much of the store is read with a snapshot of the catalogue, and how much without.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::{RunSummary, Totals};
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::{RunQuery, RunStore, Secrets, Sort, StorageError, StoreSetting};
use support::backend::{Backend, pattern, upload};
use support::faulty::{Fail, Faulty};

async fn commit(runs: &RunStore, size: usize) -> String {
    let uploaded = upload(runs, &pattern(size)).await;
    let run = runs.commit(uploaded, RunSummary::default()).await.unwrap();
    run.id
}

async fn open(store: &Faulty) -> RunStore {
    RunStore::on(Arc::new(store.clone())).await.unwrap()
}

async fn total(runs: &RunStore) -> u64 {
    runs.list(&Default::default()).await.unwrap().total
}

/// Requests that begin so since the last look.
fn count(log: &[String], beginning: &str) -> usize {
    log.iter()
        .filter(|line| line.starts_with(beginning))
        .count()
}

#[tokio::test]
async fn one_object_is_read_instead_of_every_manifest() {
    let store = Faulty::new();
    let first = open(&store).await;
    for size in 1..=60 {
        commit(&first, size).await;
    }
    store.take_log();
    assert_eq!(total(&open(&store).await).await, 60);
    assert_eq!(count(&store.take_log(), "get run/"), 60);

    let key = first.publish_snapshot().await.unwrap();
    assert_eq!(key, None, "it has not listed yet");
    total(&first).await;
    first.publish_snapshot().await.unwrap().unwrap();
    let after = commit(&first, 100).await;
    first.delete(&after).await.unwrap();
    commit(&first, 101).await;
    store.take_log();
    let second = open(&store).await;
    assert_eq!(total(&second).await, 61);
    let log = store.take_log();
    assert_eq!(
        (count(&log, "get run/"), count(&log, "get ev/")),
        (2, 1),
        "{log:?}"
    );
    assert_eq!(count(&log, "get snap/"), 2, "descriptor and file");
    assert!(matches!(
        second.run(&after).await,
        Err(StorageError::Gone(_))
    ));
    // Once it has a catalogue, it never looks for another one.
    total(&second).await;
    assert_eq!(count(&store.take_log(), "list snap"), 0);
}

#[tokio::test]
async fn without_snapshots_to_be_had_everything_is_listed() {
    for (what, fail) in [
        ("list snap", Fail::Before),
        ("get snap/", Fail::Before),
        ("get snap/", Fail::After),
    ] {
        let store = Faulty::new();
        let first = open(&store).await;
        commit(&first, 1).await;
        total(&first).await;
        first.publish_snapshot().await.unwrap().unwrap();
        store.fail(what, fail);
        assert_eq!(total(&open(&store).await).await, 1, "{what} {fail:?}");
    }
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_written_leaves_nothing() {
    for (what, fail) in [
        ("put snap/", Fail::Before),
        ("put snap/", Fail::Full),
        ("list ev", Fail::Before),
    ] {
        let store = Faulty::new();
        let first = open(&store).await;
        commit(&first, 1).await;
        total(&first).await;
        store.fail(what, fail);
        let error = first.publish_snapshot().await.unwrap_err();
        assert!(
            matches!(error, StorageError::Unavailable(_) | StorageError::Full(_)),
            "{what} {fail:?}: {error:?}"
        );
        store.heal();
        let keys = support::backend::keys(&*store.inner).await;
        assert!(
            !keys.iter().any(|key| key.starts_with("snap/")),
            "{what}: {keys:?}"
        );
        first.publish_snapshot().await.unwrap().unwrap();
    }
}

/// The contract on every kind of store; and a catalogue's file that is lost or damaged.
async fn contract(backend: Backend) {
    let runs = backend.open().await;
    for size in [10, 20, 30] {
        commit(&runs, size).await;
    }
    total(&runs).await;
    let key = runs.publish_snapshot().await.unwrap().unwrap();
    assert!(backend.keys().await.contains(&key));
    assert_eq!(total(&backend.open().await).await, 3);
}

#[tokio::test]
async fn local_directory() {
    contract(Backend::local()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio() {
    let Some(backend) = Backend::minio() else {
        return;
    };
    contract(backend).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3() {
    let Some(backend) = Backend::s3().await else {
        return;
    };
    contract(backend).await;
}

#[tokio::test]
async fn a_catalogue_that_is_damaged_is_taken_from_a_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("catalogue.sqlite");
    let setting = StoreSetting::File {
        dir: dir.path().join("store"),
    };
    let open = async || {
        RunStore::open_with(&setting, &Secrets::default(), Some(file.clone()))
            .await
            .unwrap()
    };
    let runs = open().await;
    let ids = [commit(&runs, 1).await, commit(&runs, 2).await];
    total(&runs).await;
    runs.publish_snapshot().await.unwrap().unwrap();
    drop(runs);
    std::fs::write(&file, "nonsense ".repeat(1000)).unwrap();
    let left = dir.path().join("catalogue.sqlite.x.snapshot");
    std::fs::write(&left, "left by a process that was killed").unwrap();
    // Its manifest cannot be read any more, so that only the snapshot knows the run.
    let manifest = walk(&dir.path().join("store/run"), &ids[0]).unwrap();
    std::fs::write(manifest, "{").unwrap();
    let runs = open().await;
    assert!(!left.exists());
    assert_eq!(total(&runs).await, 2);
}

fn walk(dir: &Path, name: &str) -> Option<std::path::PathBuf> {
    std::fs::read_dir(dir).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => walk(&path, name),
            false => path.to_string_lossy().contains(name).then_some(path),
        }
    })
}

/// Prints how long a server needs that begins with nothing, and how long lists take then; by default for 100,000 runs in a
/// local directory. Run it optimised: `cargo test --release -p storage --test snapshots -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of minutes"]
async fn cold_starts_of_many_runs() {
    let many: u64 = std::env::var("RUNS").map_or(100_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let setting = StoreSetting::File {
        dir: dir.path().join("store"),
    };
    let open = async |name: &str| {
        let file = Some(dir.path().join(name));
        RunStore::open_with(&setting, &Secrets::default(), file)
            .await
            .unwrap()
    };
    let runs = open("first.sqlite").await;
    let begin = Instant::now();
    write_manifests(&runs, &dir.path().join("store"), many).await;
    println!("{many} manifests were written in {:?}", begin.elapsed());
    let begin = Instant::now();
    assert_eq!(total(&runs).await, many + 1);
    println!("cold start by listing: {:?}", begin.elapsed());
    let begin = Instant::now();
    let key = runs.publish_snapshot().await.unwrap().unwrap();
    let size = dir
        .path()
        .join("store")
        .join(&key)
        .metadata()
        .unwrap()
        .len();
    let file = dir.path().join("first.sqlite").metadata().unwrap().len();
    println!(
        "snapshot made in {:?}: {size} bytes of {file}",
        begin.elapsed()
    );
    let begin = Instant::now();
    let runs = open("second.sqlite").await;
    assert_eq!(total(&runs).await, many + 1);
    println!("cold start with the snapshot: {:?}", begin.elapsed());
    drop(runs);
    let begin = Instant::now();
    let runs = open("second.sqlite").await;
    assert_eq!(total(&runs).await, many + 1);
    println!("warm start: {:?}", begin.elapsed());
    // As in a server, which follows its store: a question lists nothing itself.
    let following = tokio::spawn(runs.follow());
    tokio::time::sleep(Duration::from_secs(2)).await;
    lists(&runs, many).await;
    following.abort();
}

/// A run each three seconds until two hours ago, written past the upload, which would take hours.
async fn write_manifests(runs: &RunStore, dir: &Path, many: u64) {
    let one = commit(runs, 10).await;
    let raw: Arc<dyn ObjectStore> =
        Arc::new(object_store::local::LocalFileSystem::new_with_prefix(dir).unwrap());
    let run = runs.run(&one).await.unwrap();
    let now = runs.now_ms();
    for number in 0..many {
        let at = now - 2 * 3_600_000 - (many - number) * 3_000;
        let id = ulid::Ulid::from_parts(at, u128::from(number))
            .to_string()
            .to_lowercase();
        let summary = RunSummary {
            id: id.clone(),
            imported_at_ms: at,
            name: format!("evaluation {number}.jsonl"),
            format: ["openai_chat", "tgi", "ollama"][number as usize % 3].into(),
            models: vec![(format!("model-{}", number % 50), 20)],
            size: number * 7 % 1_000_000,
            totals: Totals {
                perplexity_overall: Some(1.0 + (number % 97) as f64 / 10.0),
                ..Totals::default()
            },
            ..run.clone()
        };
        let whole = serde_json::json!({ "format": 1, "run": summary });
        let time = chrono::DateTime::from_timestamp_millis(at as i64).unwrap();
        let key = format!("run/{}/{id}.json", time.format("%Y/%m/%d"));
        raw.put(&key.into(), whole.to_string().into())
            .await
            .unwrap();
    }
}

async fn lists(runs: &RunStore, many: u64) {
    let query = RunQuery::default;
    let mut times: Vec<(Duration, String)> = Vec::new();
    for round in 0..20_u64 {
        for query in [
            query(),
            RunQuery {
                name: format!("n {}", many / 20 * round),
                ..query()
            },
            RunQuery {
                model: format!("model-{round}"),
                ..query()
            },
            RunQuery {
                format: "tgi".into(),
                sort: Sort::Largest,
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
                limit: 100,
                ..query()
            },
        ] {
            let begin = Instant::now();
            runs.find(&query).await.unwrap();
            times.push((begin.elapsed(), format!("{query:?}")));
        }
    }
    times.sort_by_key(|(time, _)| *time);
    let at = |part: usize| &times[times.len() * part / 100];
    println!(
        "lists: median {:?}, p95 {:?}, worst {:?}",
        at(50).0,
        at(95).0,
        times.last().unwrap()
    );
}
