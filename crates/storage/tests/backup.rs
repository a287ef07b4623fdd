//! A copy of a store is a store, also one that was made while servers went on: manifests and events first, bytes after them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use futures::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;
use storage::{GenerationQuery, NewShare, Opened, RunStore, StorageError};
use support::backend::{Backend, keys, read, upload};

/// The order of the README.
const ORDER: [&str; 5] = ["meta", "run", "ev", "blob", "columns"];

async fn copy(from: &dyn ObjectStore, to: &dyn ObjectStore, prefix: &str) {
    let listed = from.list(Some(&Path::from(prefix)));
    let listed: Vec<_> = listed.try_collect().await.unwrap();
    for meta in listed {
        let bytes = from
            .get(&meta.location)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        to.put(&meta.location, bytes.into()).await.unwrap();
    }
}

async fn store(runs: &RunStore, text: &str) -> RunSummary {
    let bytes = bytes::Bytes::from(text.to_owned());
    let uploaded = upload(runs, &bytes).await;
    runs.commit(uploaded, RunSummary::default()).await.unwrap()
}

fn record(text: &str) -> String {
    format!(r#"{{"model":{{"id":"m"}},"output":{{"content":"{text}"}}}}"#)
}

#[tokio::test]
async fn a_copy_is_the_store_as_it_was() {
    let backend = Backend::local();
    let runs = backend.open().await;
    let (kept, deleted) = (
        store(&runs, &record("a")).await,
        store(&runs, &record("b")).await,
    );
    runs.delete(&deleted.id).await.unwrap();
    let (_, token) = runs.share(&kept.id, NewShare::default()).await.unwrap();
    let said = generations::Feedback {
        rating: Some(4.0),
        ..generations::Feedback::default()
    };
    let key = format!("{}-0", kept.id);
    runs.give_feedback(&key, said).await.unwrap();
    runs.index_now().await.unwrap();

    let copied: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    for prefix in ORDER {
        copy(&*backend.raw(), &*copied, prefix).await;
    }
    let restored = RunStore::on(copied).await.unwrap();
    assert_eq!(
        restored.list(&Default::default()).await.unwrap(),
        runs.list(&Default::default()).await.unwrap()
    );
    assert_eq!(
        read(&restored, &kept.id, None).await,
        record("a").as_bytes()
    );
    assert!(matches!(
        restored.run(&deleted.id).await,
        Err(StorageError::Gone(_))
    ));
    assert!(matches!(
        restored.opened(&token).await.unwrap(),
        Opened::Works(_)
    ));
    let query = GenerationQuery::default();
    assert_eq!(
        restored.generations(&query).await.unwrap().generations,
        runs.generations(&query).await.unwrap().generations
    );
    // It goes on from there; the same bytes are another copy once, since pointers are not part of a backup.
    let again = store(&restored, &record("a")).await;
    assert_eq!(again.sha256, kept.sha256);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_run_of_a_copy_is_without_its_bytes() {
    let backend = Backend::memory();
    let runs = backend.open().await;
    let copied: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let writer = tokio::spawn({
        let runs = runs.clone();
        async move {
            for n in 0..200 {
                store(&runs, &record(&n.to_string())).await;
            }
        }
    });
    while keys(&*backend.raw()).await.len() < 50 {
        tokio::task::yield_now().await;
    }
    for prefix in ORDER {
        copy(&*backend.raw(), &*copied, prefix).await;
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
    let restored = RunStore::on(copied).await.unwrap();
    let query = api::RunListQuery {
        limit: 100,
        ..api::RunListQuery::default()
    };
    let list = restored.list(&query).await.unwrap();
    assert!(list.total > 0);
    for run in list.runs {
        assert_eq!(read(&restored, &run.id, None).await.len() as u64, run.size);
    }
}
