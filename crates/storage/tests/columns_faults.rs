//! The columns of a run under bad luck: every call of their upload, every fault, in front of a real MinIO. They are whole or not
//! there, the run can be read all the same, nothing is left over, and the next server makes them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use api::RunSummary;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::minio::{MinioConfig, MinioStore, Timing};
use storage::testing::MinioServer;
use storage::{GenerationQuery, RunStore, StorageError};
use support::backend::{keys, records};
use support::proxy::Proxy;
use support::stub::{Step, answer, error, hasty};

/// Small columns are one request; large ones are created, sent in parts and completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Large,
}

/// The calls, by parts of their first line.
const CALLS: [(Size, &[&str]); 6] = [
    (Size::Small, &["HEAD ", "/columns/"]),
    (Size::Small, &["PUT ", "/columns/"]),
    (Size::Large, &["POST ", "/columns/", "?uploads"]),
    (Size::Large, &["PUT ", "/columns/", "partNumber=1"]),
    (Size::Large, &["PUT ", "/columns/", "partNumber=2"]),
    (Size::Large, &["POST ", "/columns/", "uploadId="]),
];

/// What goes wrong instead of an answer.
fn faults() -> Vec<(&'static str, Step)> {
    vec![
        ("503", answer(503, &[], "")),
        (
            "reset",
            Step::Reset(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()),
        ),
        ("hang", Step::Silence),
        (
            "truncated",
            answer(
                200,
                &[("Content-Length", "900")],
                "<?xml version=\"1.0\"?><Complete",
            ),
        ),
        ("200 with an error", error(200, "InternalError")),
    ]
}

/// Columns of one request, or of two parts.
fn file(size: Size) -> bytes::Bytes {
    match size {
        Size::Small => records(3, 10),
        Size::Large => records(30, 300_000),
    }
}

struct World {
    server: Arc<MinioServer>,
    proxy: Proxy,
    bucket: String,
    run: String,
    /// Where its columns lie, and what they are.
    key: Path,
    right: bytes::Bytes,
    records: usize,
}

impl World {
    async fn with(server: &Arc<MinioServer>, size: Size) -> Self {
        let bucket = format!("columns-{}", ulid::Ulid::new().to_string().to_lowercase());
        let raw = MinioStore::new(server.config(&bucket)).unwrap();
        raw.create_bucket().await.unwrap();
        let runs = RunStore::on(Arc::new(raw)).await.unwrap();
        let uploaded = support::backend::upload(&runs, &file(size)).await;
        let run = runs
            .commit(uploaded, RunSummary::default())
            .await
            .unwrap()
            .id;
        let records = runs.index_run(&run).await.unwrap();
        let raw = MinioStore::new(server.config(&bucket)).unwrap();
        let listed = raw.list(Some(&Path::from("columns")));
        let mut all: Vec<_> = listed.try_collect().await.unwrap();
        let key = all.remove(0).location;
        let right = raw.get(&key).await.unwrap().bytes().await.unwrap();
        assert_eq!(
            right.len() > 8 << 20,
            size == Size::Large,
            "{}",
            right.len()
        );
        Self {
            proxy: Proxy::before(&server.endpoint()).await,
            server: server.clone(),
            bucket,
            run,
            key,
            right,
            records: usize::try_from(records).unwrap(),
        }
    }

    fn raw(&self) -> MinioStore {
        MinioStore::new(self.server.config(&self.bucket)).unwrap()
    }

    /// A server whose requests go through the proxy.
    async fn open(&self) -> RunStore {
        let config = MinioConfig {
            endpoint: self.proxy.endpoint.clone(),
            timing: Timing {
                // Parts of megabytes through a proxy, on a machine that does other things.
                part: Duration::from_secs(2),
                bytes_per_second: 64 << 20,
                ..hasty()
            },
            ..self.server.config(&self.bucket)
        };
        RunStore::on(Arc::new(MinioStore::new(config).unwrap()))
            .await
            .unwrap()
    }

    async fn columns(&self) -> Option<bytes::Bytes> {
        match self.raw().get(&self.key).await {
            Ok(object) => Some(object.bytes().await.unwrap()),
            Err(object_store::Error::NotFound { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Uploads that were begun and neither completed nor aborted: MinIO keeps their parts beside the buckets.
    fn unfinished(&self) -> usize {
        let multipart = self.server.data().join(".minio.sys/multipart");
        let below = |dir: &std::path::Path| -> Vec<std::path::PathBuf> {
            let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect()
        };
        below(&multipart).iter().map(|one| below(one).len()).sum()
    }
}

/// The error says what happened, and is none that means "there is none".
fn is_named(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::Unavailable(_)
            | StorageError::Timeout(_)
            | StorageError::Throttled(_)
            | StorageError::Corrupt(_)
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_with_every_fault() {
    // Of its own: uploads that were not finished are counted.
    let Some(binary) = MinioServer::binary() else {
        eprintln!("skipped: there is no MinIO");
        return;
    };
    let server = Arc::new(MinioServer::start(&binary).unwrap());
    let worlds = [
        World::with(&server, Size::Small).await,
        World::with(&server, Size::Large).await,
    ];
    for (size, call) in CALLS {
        let world = &worlds[usize::from(size == Size::Large)];
        for (name, step) in faults() {
            // For ever, once, and once after the server has done what it was asked for.
            let mut ways = vec![(false, usize::MAX), (false, 1)];
            if call == CALLS[1].1 || call == CALLS[5].1 {
                ways.push((true, 1));
            }
            for (after, times) in ways {
                let case = format!("{call:?} {name} after={after} {times}");
                world.raw().delete(&world.key).await.unwrap();
                let runs = world.open().await;
                world.proxy.play(call, step.clone(), after, times);
                let begin = Instant::now();
                let read = runs.index_run(&world.run).await;
                assert!(
                    begin.elapsed() < Duration::from_secs(40),
                    "{case}: {:?}",
                    begin.elapsed()
                );
                assert!(world.proxy.heal() > 0, "{case}: the call was never made");
                match &read {
                    // The upload failed, not the reading.
                    Ok(count) => assert_eq!(*count as usize, world.records, "{case}"),
                    Err(error) => assert!(is_named(error), "{case}: {error:?}"),
                }
                if times == 1 {
                    // A single fault is made good at once, or noted.
                    read.unwrap();
                }
                // Whole, or not there.
                if let Some(found) = world.columns().await {
                    assert!(found == world.right, "{case}: {} bytes", found.len());
                }
                // The records can be asked for, and the columns are made by whoever starts next.
                let list = runs.generations(&GenerationQuery::default()).await.unwrap();
                assert_eq!(list.generations.len(), world.records.min(20), "{case}");
                world.open().await.index_now().await.unwrap();
                assert!(world.columns().await.unwrap() == world.right, "{case}");
                let mut left = world.unfinished();
                let begin = Instant::now();
                // What is given up is removed in the background.
                while left > 0 && begin.elapsed() < Duration::from_secs(5) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    left = world.unfinished();
                }
                assert_eq!(left, 0, "{case}: an upload is left over");
            }
        }
    }
    let all = keys(&worlds[1].raw()).await;
    let columns: Vec<_> = all
        .iter()
        .filter(|key| key.starts_with("columns/"))
        .collect();
    assert_eq!(columns, [worlds[1].key.as_ref()]);
}
