//! One key, one run; and bytes that are not those that were meant.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use storage::StorageError;
use support::backend::{Backend, pattern, upload};

#[tokio::test]
async fn one_key_is_one_run() {
    let backend = Backend::memory();
    let (one, two) = (backend.open().await, backend.open().await);
    let commit = async |runs: &storage::RunStore, size: usize, key: &str| {
        let uploaded = upload(runs, &pattern(size)).await;
        runs.commit_once(uploaded, RunSummary::default(), key).await
    };
    let (first, new) = commit(&one, 10, "a").await.unwrap();
    assert!(new);
    assert_eq!(commit(&one, 10, "a").await.unwrap(), (first.clone(), false));
    assert_eq!(
        commit(&two, 10, "a").await.unwrap(),
        (first.clone(), false),
        "through another server"
    );
    assert_eq!(
        two.stored_once("a", None).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(two.stored_once("b", None).await.unwrap(), None);
    let error = commit(&two, 11, "a").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "bad request: This Idempotency-Key was used for another file; take a new key for each file."
    );
    assert!(commit(&two, 10, "b").await.unwrap().1);
    // At the same moment.
    let (x, y) = tokio::join!(commit(&one, 12, "c"), commit(&one, 12, "c"));
    let (x, y) = (x.unwrap(), y.unwrap());
    assert_eq!(x.0, y.0);
    assert_ne!(x.1, y.1);
    assert_eq!(one.list(&Default::default()).await.unwrap().total, 3);
    // What was deleted may be stored again under its key.
    one.delete(&first.id).await.unwrap();
    assert!(commit(&one, 10, "a").await.unwrap().1);
    // A key is never stored as it is.
    for key in backend
        .keys()
        .await
        .iter()
        .filter(|key| key.starts_with("run/"))
    {
        let bytes = object_store::ObjectStoreExt::get(&*backend.raw(), &key.as_str().into())
            .await
            .unwrap();
        let text = String::from_utf8(bytes.bytes().await.unwrap().to_vec()).unwrap();
        assert!(
            text.contains(r#""once":""#) && !text.contains(r#""once":"a""#),
            "{text}"
        );
    }
}

#[tokio::test]
async fn other_bytes_than_announced_are_not_stored() {
    for size in [10, 9 * 1024 * 1024] {
        let backend = Backend::memory();
        let runs = backend.open().await;
        let before = backend.keys().await;
        let begin = || runs.start_upload(None, 1 << 30);
        let mut wrong = begin().expect_sha256(Some("00".repeat(32)));
        wrong.write(pattern(size)).await.unwrap();
        let error = wrong.finish().await.unwrap_err();
        assert!(matches!(error, StorageError::BadRequest(_)), "{error}");
        assert_eq!(backend.keys().await, before);
        let mut right = begin();
        right.write(pattern(size)).await.unwrap();
        let sha256 = right.finish().await.unwrap().sha256;
        let mut again = begin().expect_sha256(Some(sha256));
        again.write(pattern(size)).await.unwrap();
        again.finish().await.unwrap();
    }
}
