//! A real MinIO that goes away in the middle, and comes back; and its bucket, which does.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use futures::StreamExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::minio::{MinioConfig, MinioStore};
use storage::testing::MinioServer;
use storage::{RunStore, StorageError};
use support::backend::{pattern, read};
use support::proxy::Proxy;
use support::stub::error;

const PART: usize = 8 << 20;

async fn commit(runs: &RunStore, size: usize) -> Result<RunSummary, StorageError> {
    let mut sending = runs.start_upload(None, 1 << 30);
    let mut rest = pattern(size);
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(1_000_003));
        sending.write(piece).await?;
    }
    let uploaded = sending.finish().await?;
    runs.commit(uploaded, RunSummary::default()).await
}

/// Named errors while it is away, nothing half-written afterwards, and all goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio_goes_away_and_comes_back() {
    let Some(binary) = MinioServer::binary() else {
        eprintln!("skipped: there is no MinIO");
        return;
    };
    let mut server = MinioServer::start(&binary).unwrap();
    let runs = RunStore::open(&server.setting("outage"), &server.secrets())
        .await
        .unwrap();
    let kept = commit(&runs, 2 * PART).await.unwrap();

    // In the middle of an upload of several parts, and of a download.
    let mut sending = runs.start_upload(None, 1 << 30);
    sending.write(pattern(PART + 1)).await.unwrap();
    let mut body = runs.file(&kept.id, None).await.unwrap();
    let first = body.stream.next().await.unwrap().unwrap();
    server.kill();
    let sent = async {
        for _ in 0..3 {
            sending.write(pattern(PART)).await?;
        }
        sending.finish().await.map(drop)
    };
    let error = tokio::time::timeout(Duration::from_secs(120), sent)
        .await
        .expect("an upload ends when the store is away")
        .unwrap_err();
    assert!(
        matches!(
            error,
            StorageError::Unavailable(_) | StorageError::Timeout(_) | StorageError::Throttled(_)
        ),
        "{error:?}"
    );
    let mut got = first.len();
    let ended = loop {
        match body.stream.next().await {
            Some(Ok(chunk)) => got += chunk.len(),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(
        ended.is_some() || got == 2 * PART,
        "half a file looks whole"
    );
    assert!(runs.check().await.is_err());
    match runs.run(&kept.id).await {
        Err(
            StorageError::Unavailable(_) | StorageError::Timeout(_) | StorageError::Throttled(_),
        ) => {}
        other => panic!("away is never gone: {other:?}"),
    }

    // In the middle of an upload that outlives the restart, too.
    server.again(&binary).unwrap();
    let begin = Instant::now();
    while runs.check().await.is_err() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "it does not recover"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(read(&runs, &kept.id, None).await == pattern(2 * PART));
    assert_eq!(runs.list(&Default::default()).await.unwrap().total, 1);
    let next = commit(&runs, PART + 3).await.unwrap();
    assert!(read(&runs, &next.id, None).await == pattern(PART + 3));

    // Without its bucket a store is set up wrongly, not empty; with it again, all is well.
    let (bucket, aside) = (server.data().join("outage"), server.data().join(".aside"));
    std::fs::rename(&bucket, &aside).unwrap();
    let error = commit(&runs, 10).await.unwrap_err();
    assert!(matches!(error, StorageError::Misconfigured(_)), "{error:?}");
    assert!(matches!(
        runs.check().await,
        Err(StorageError::Misconfigured(_))
    ));
    std::fs::rename(&aside, &bucket).unwrap();
    runs.check().await.unwrap();
    let last = commit(&runs, 10).await.unwrap();
    assert!(read(&runs, &last.id, None).await == pattern(10));
    assert!(read(&runs, &kept.id, None).await == pattern(2 * PART));
}

/// A server that was started again answers after this time at the latest.
const PATIENCE: Duration = Duration::from_secs(10);

/// Credentials that are refused, and a bucket that is away, while runs are read, stored and indexed: each is named, never taken
/// for "there is none", and all goes on by itself when it is right again. Columns that could not be written are made later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_up_wrongly_is_named_and_recovers() {
    let Some(binary) = MinioServer::binary() else {
        eprintln!("skipped: there is no MinIO");
        return;
    };
    let mut server = MinioServer::start(&binary).unwrap();
    let raw = MinioStore::new(server.config("wrong")).unwrap();
    raw.create_bucket().await.unwrap();
    // A bucket cannot be removed while something is in it, so that the proxy says that it was.
    let proxy = Proxy::before(&server.endpoint()).await;
    let config = MinioConfig {
        endpoint: proxy.endpoint.clone(),
        ..server.config("wrong")
    };
    let runs = RunStore::on(Arc::new(MinioStore::new(config).unwrap()))
        .await
        .unwrap();
    let kept = commit(&runs, 10).await.unwrap();
    let records = support::backend::records(3, 10);
    let uploaded = support::backend::upload(&runs, &records).await;
    let indexed = runs.commit(uploaded, RunSummary::default()).await.unwrap();
    assert_eq!(runs.list(&Default::default()).await.unwrap().total, 2);
    for cause in ["credentials", "bucket"] {
        match cause {
            "credentials" => {
                server.kill();
                server.again_with(&binary, "another-password").unwrap();
            }
            _ => proxy.play(&[], error(404, "NoSuchBucket"), false, usize::MAX),
        }
        let named = |error: StorageError| {
            let text = error.to_string();
            match cause {
                "credentials" => assert!(
                    matches!(
                        error,
                        StorageError::Denied(_) | StorageError::Misconfigured(_)
                    ),
                    "{error:?}"
                ),
                _ => assert!(
                    matches!(error, StorageError::Misconfigured(_))
                        && text.contains("NoSuchBucket"),
                    "{error:?}"
                ),
            }
        };
        // Connections that were open when the server ended may break before the new one is asked.
        macro_rules! refused {
            ($call:expr) => {{
                let begin = Instant::now();
                let error = loop {
                    match $call.await.unwrap_err() {
                        StorageError::Unavailable(_) if begin.elapsed() < PATIENCE => {
                            tokio::time::sleep(Duration::from_millis(100)).await;
                        }
                        error => break error,
                    }
                };
                named(error);
            }};
        }
        refused!(runs.check());
        refused!(commit(&runs, 10));
        refused!(runs.run(&kept.id));
        refused!(runs.index_run(&indexed.id));
        refused!(runs.publish_snapshot());
        refused!(runs.delete(&kept.id));
        match cause {
            "credentials" => {
                server.kill();
                server.again(&binary).unwrap();
            }
            _ => assert!(proxy.heal() > 5),
        }
        runs.check().await.unwrap();
        assert!(read(&runs, &kept.id, None).await == pattern(10), "{cause}");
        assert_eq!(
            runs.list(&Default::default()).await.unwrap().total,
            2,
            "{cause}"
        );
    }
    assert_eq!(runs.index_run(&indexed.id).await.unwrap(), 3);
    commit(&runs, 20).await.unwrap();
    runs.publish_snapshot().await.unwrap().unwrap();
    let keys = support::backend::keys(&raw).await;
    let columns = keys
        .iter()
        .filter(|key| key.starts_with("columns/"))
        .count();
    assert_eq!(columns, 1, "{keys:?}");
}
