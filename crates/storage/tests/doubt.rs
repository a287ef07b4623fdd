//! Runs on a store that fails at every step: no run or a whole run, never a wrong answer.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::{RunListQuery, RunSummary};
use std::sync::Arc;
use std::time::Duration;
use storage::{RunStore, StorageError};
use support::backend::{keys, pattern, read, upload};
use support::faulty::{Fail, Faulty};

const MIB: usize = 1024 * 1024;

async fn opened() -> (Faulty, RunStore) {
    let store = Faulty::new();
    let runs = RunStore::on(Arc::new(store.clone())).await.unwrap();
    store.take_log();
    (store, runs)
}

async fn total(runs: &RunStore) -> u64 {
    runs.list(&RunListQuery::default()).await.unwrap().total
}

#[tokio::test]
async fn lost_answers_do_not_lose_writes() {
    for step in ["put blob", "put sha", "put run", "complete blob"] {
        for size in [100, 9 * MIB] {
            let (store, runs) = opened().await;
            store.fail(step, Fail::After);
            let run = runs
                .commit(upload(&runs, &pattern(size)).await, RunSummary::default())
                .await
                .unwrap();
            store.heal();
            assert_eq!(total(&runs).await, 1, "{step}");
            assert!(read(&runs, &run.id, None).await == pattern(size), "{step}");
        }
    }
    let (store, runs) = opened().await;
    let run = runs
        .commit(upload(&runs, &pattern(10)).await, RunSummary::default())
        .await
        .unwrap();
    store.fail("put ev", Fail::After);
    runs.delete(&run.id).await.unwrap();
    assert_eq!(total(&runs).await, 0);
}

#[tokio::test]
async fn failed_writes_leave_no_run() {
    for step in [
        "put blob",
        "multipart blob",
        "part blob",
        "complete blob",
        "put run",
        "head blob",
    ] {
        for how in [Fail::Before, Fail::Full] {
            for size in [100, 17 * MIB] {
                let (store, runs) = opened().await;
                store.fail(step, how);
                let result = async {
                    let mut upload = runs.start_upload(None, 1 << 30);
                    upload.write(pattern(size)).await?;
                    let uploaded = upload.finish().await?;
                    runs.commit(uploaded, RunSummary::default()).await
                }
                .await;
                store.heal();
                let log = store.take_log();
                let what = format!("{step} {how:?} {size}: {result:?}");
                match result {
                    // The step does not happen in an upload of this size.
                    Ok(_) => assert_eq!(
                        (total(&runs).await, log.iter().any(|l| l.starts_with(step))),
                        (1, false),
                        "{what}"
                    ),
                    Err(StorageError::Unavailable(_)) if how == Fail::Before => {
                        assert_eq!(total(&runs).await, 0, "{what}")
                    }
                    Err(StorageError::Full(_)) if how == Fail::Full => {
                        assert_eq!(total(&runs).await, 0, "{what}")
                    }
                    Err(_) => panic!("{what}"),
                }
                // What was begun in parts and failed there was aborted, once.
                let aborts = log.iter().filter(|line| line.starts_with("abort")).count();
                let expected = size > 8 * MIB && ["part blob", "complete blob"].contains(&step);
                assert_eq!(aborts, usize::from(expected), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn the_manifest_is_written_last() {
    let (store, runs) = opened().await;
    runs.commit(
        upload(&runs, &pattern(9 * MIB)).await,
        RunSummary::default(),
    )
    .await
    .unwrap();
    let log = store.take_log();
    let steps: Vec<_> = log
        .iter()
        .filter(|line| !line.starts_with("get") && !line.starts_with("head"))
        .collect();
    let kinds: Vec<_> = steps
        .iter()
        .map(|line| line.split('/').next().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "multipart blob",
            "part blob",
            "part blob",
            "complete blob",
            "put sha",
            "put run"
        ]
    );
    assert_eq!(
        keys(&*store.inner).await.len(),
        4,
        "blob, pointer, manifest, format"
    );
}

#[tokio::test]
async fn equal_bytes_abort_instead_of_completing() {
    let (store, runs) = opened().await;
    let bytes = pattern(9 * MIB);
    runs.commit(upload(&runs, &bytes).await, RunSummary::default())
        .await
        .unwrap();
    store.take_log();
    runs.commit(upload(&runs, &bytes).await, RunSummary::default())
        .await
        .unwrap();
    let log = store.take_log();
    assert!(
        log.iter().any(|line| line.starts_with("abort blob")),
        "{log:?}"
    );
    assert!(
        !log.iter()
            .any(|line| line.starts_with("complete") || line.starts_with("put sha")),
        "{log:?}"
    );
}

#[tokio::test]
async fn an_abort_that_fails_does_not_hide_the_first_error() {
    let (store, runs) = opened().await;
    store.fail("complete", Fail::Full);
    store.fail("abort", Fail::Before);
    let mut upload = runs.start_upload(None, 1 << 30);
    upload.write(pattern(9 * MIB)).await.unwrap();
    assert!(matches!(upload.finish().await, Err(StorageError::Full(_))));
}

#[tokio::test]
async fn a_pointer_that_fails_costs_nothing_but_a_copy() {
    for step in ["put sha", "get sha"] {
        let (store, runs) = opened().await;
        store.fail(step, Fail::Before);
        for number in 1..=2 {
            runs.commit(upload(&runs, &pattern(10)).await, RunSummary::default())
                .await
                .unwrap();
            assert_eq!(total(&runs).await, number, "{step}");
        }
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_never_an_empty_one() {
    let (store, runs) = opened().await;
    let run = runs
        .commit(upload(&runs, &pattern(10)).await, RunSummary::default())
        .await
        .unwrap();
    for step in ["list run", "list ev", "get run"] {
        for how in [Fail::Before, Fail::After] {
            // Another server, which knows nothing yet.
            store.heal();
            let fresh = RunStore::on(Arc::new(store.clone())).await.unwrap();
            store.fail(step, how);
            let error = fresh.list(&RunListQuery::default()).await.unwrap_err();
            assert!(
                matches!(error, StorageError::Unavailable(_)),
                "{step}: {error}"
            );
            store.heal();
            assert_eq!(total(&fresh).await, 1, "{step}");
        }
    }
    for step in ["get run", "get blob", "list ev"] {
        let fresh = RunStore::on(Arc::new(store.clone())).await.unwrap();
        store.fail(step, Fail::Before);
        let error = fresh.file(&run.id, None).await.err().unwrap();
        assert!(
            matches!(error, StorageError::Unavailable(_)),
            "{step}: {error}"
        );
        store.heal();
    }
    store.fail("get run", Fail::Before);
    assert!(matches!(
        runs.delete(&run.id).await,
        Err(StorageError::Unavailable(_))
    ));
    store.fail("get meta", Fail::Before);
    assert!(matches!(
        runs.check().await,
        Err(StorageError::Unavailable(_))
    ));
}

#[tokio::test]
async fn writers_wait_while_two_parts_are_on_their_way() {
    let (store, runs) = opened().await;
    store.close_gate();
    let mut upload = runs.start_upload(None, 1 << 30);
    upload.write(pattern(24 * MIB)).await.unwrap();
    let parts = |store: &Faulty| {
        store
            .take_log()
            .iter()
            .filter(|line| line.starts_with("part"))
            .count()
    };
    assert_eq!(parts(&store), 2, "two on their way, one in the buffer");

    let mut writing = tokio::spawn(async move {
        upload.write(pattern(1)).await.unwrap();
        upload
    });
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut writing)
            .await
            .is_err(),
        "it waits"
    );
    assert_eq!(parts(&store), 0);
    store.open_gate();
    let upload = writing.await.unwrap();
    let uploaded = upload.finish().await.unwrap();
    assert_eq!((uploaded.size, parts(&store)), (24 * MIB as u64 + 1, 2));
}

#[tokio::test]
async fn a_writer_that_goes_away_takes_its_parts_along() {
    let (store, runs) = opened().await;
    store.close_gate();
    let mut upload = runs.start_upload(None, 1 << 30);
    let write = upload.write(pattern(33 * MIB));
    assert!(
        tokio::time::timeout(Duration::from_millis(300), write)
            .await
            .is_err()
    );
    assert!(
        matches!(
            upload.write(pattern(1)).await,
            Err(StorageError::BadRequest(_))
        ),
        "bytes were lost"
    );
    drop(upload);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let log = store.take_log();
    assert_eq!(
        log.iter()
            .filter(|line| line.starts_with("abort blob"))
            .count(),
        1,
        "{log:?}"
    );
    assert_eq!(keys(&*store.inner).await, ["meta/format.json"]);
}
