//! What goes, what stays, and what stays because somebody wants it while we look.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use std::time::Duration;
use storage::{Gc, GcReport, RunStore, StorageError};
use support::backend::{Backend, pattern, read, upload};

const HOUR: u64 = 3_600_000;

/// As if so many hours had passed.
fn later(hours: u64, apply: bool) -> Gc {
    let now = ulid::Ulid::new().timestamp_ms() + hours * HOUR;
    Gc {
        apply,
        settle: Duration::ZERO,
        now_ms: Some(now),
        ..Gc::default()
    }
}

async fn store(runs: &RunStore, size: usize) -> RunSummary {
    let uploaded = upload(runs, &pattern(size)).await;
    runs.commit(uploaded, RunSummary::default()).await.unwrap()
}

async fn contract(backend: Backend) {
    let runs = backend.open().await;
    let alive = store(&runs, 10).await;
    let (shared, copy) = (store(&runs, 20).await, store(&runs, 20).await);
    let (gone, gone_too) = (store(&runs, 30).await, store(&runs, 30).await);
    for run in [&shared, &gone, &gone_too] {
        runs.delete(&run.id).await.unwrap();
    }
    let orphan = upload(&runs, &pattern(40)).await.path;
    let before = backend.keys().await;

    // Within the grace time nothing goes, and without being told to nothing ever goes.
    let expected = |blobs: &[(&str, u64)], needed, young| GcReport {
        blobs: blobs
            .iter()
            .map(|(key, size)| ((*key).to_owned(), *size))
            .collect(),
        columns: Vec::new(),
        snapshots: Vec::new(),
        unfinished: Vec::new(),
        unfinished_unknown: None,
        needed,
        young,
        wanted_again: 0,
    };
    assert_eq!(
        runs.gc(&later(23, true)).await.unwrap(),
        expected(&[], 3, 1)
    );
    let would_go = expected(&[(&gone.path, 30), (&orphan, 40)], 2, 0);
    assert_eq!(runs.gc(&later(25, false)).await.unwrap(), would_go);
    assert_eq!(backend.keys().await, before);

    assert_eq!(runs.gc(&later(25, true)).await.unwrap(), would_go);
    let pointer = format!("sha/{}/{}.json", &gone.sha256[..2], gone.sha256);
    let mut left = before.clone();
    left.retain(|key| ![&gone.path, &orphan, &pointer].contains(&key));
    assert_eq!(backend.keys().await, left, "manifests and tombstones stay");
    for (run, size) in [(&alive, 10), (&copy, 20)] {
        assert!(read(&runs, &run.id, None).await == pattern(size));
    }
    let fresh = backend.open().await;
    for run in [&shared, &gone, &gone_too] {
        assert!(matches!(
            fresh.run(&run.id).await,
            Err(StorageError::Gone(_))
        ));
    }
    assert_eq!(
        runs.gc(&later(25, true)).await.unwrap(),
        expected(&[], 2, 0),
        "nothing is left to do"
    );
    let again = store(&runs, 30).await;
    assert!(
        read(&runs, &again.id, None).await == pattern(30),
        "and the bytes can be stored again"
    );
}

#[tokio::test]
async fn memory() {
    contract(Backend::memory()).await;
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

/// An upload whose process is killed: neither completed nor aborted.
async fn killed(raw: &dyn ObjectStore, key: &str, size: usize) -> Box<dyn MultipartUpload> {
    let mut upload = raw.put_multipart(&Path::from(key)).await.unwrap();
    upload.put_part(pattern(size).into()).await.unwrap();
    upload
}

async fn unfinished_uploads(backend: Backend, name: impl Fn(&str) -> String) {
    let runs = backend.open().await;
    let alive = store(&runs, 10).await;
    let raw = backend.raw();
    // Beside it: keys that differ in the last letter.
    let (stem, last) = alive.path.split_at(alive.path.len() - 1);
    let mut others = ["w", "x", "y", "z"].into_iter();
    let mut key = || stem.to_owned() + others.find(|letter| *letter != last).unwrap();
    let [left, slow, resumed] = [key(), key(), key()];
    // Of somebody else who uses the same bucket or directory.
    std::mem::forget(killed(&*raw, "notes/x", 7).await);
    std::mem::forget(killed(&*raw, &left, 20).await);
    let mut flying = killed(&*raw, &slow, 5 << 20).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let between = ulid::Ulid::new().timestamp_ms();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    flying.put_part(pattern(30).into()).await.unwrap();
    let mut flying_too = killed(&*raw, &resumed, 40).await;

    let gc = |apply| Gc {
        now_ms: Some(between + 24 * HOUR),
        ..later(24, apply)
    };
    let names = |report: GcReport| {
        assert_eq!(report.unfinished_unknown, None);
        let known =
            |(what, size): (String, u64)| (what.split(' ').next().unwrap().to_owned(), size);
        report.unfinished.into_iter().map(known).collect::<Vec<_>>()
    };
    assert_eq!(names(runs.gc(&later(23, true)).await.unwrap()), []);
    let would_go = runs.gc(&gc(false)).await.unwrap();
    let begins = format!("{left} (unfinished, {}", name(&left));
    assert!(
        would_go.unfinished[0].0.starts_with(&begins),
        "{would_go:?}"
    );
    assert_eq!(names(would_go), [(left.clone(), 20)]);
    assert_eq!(names(runs.gc(&gc(true)).await.unwrap()), [(left, 20)]);
    assert_eq!(names(runs.gc(&gc(true)).await.unwrap()), [], "it is gone");

    // Nobody has touched what is in flight.
    flying.complete().await.unwrap();
    flying_too.complete().await.unwrap();
    let whole = raw.get(&Path::from(slow.as_str())).await.unwrap();
    assert_eq!(whole.meta.size, (5 << 20) + 30);
    assert!(read(&runs, &alive.id, None).await == pattern(10));
}

#[tokio::test]
async fn unfinished_uploads_of_a_local_directory() {
    let backend = Backend::local();
    unfinished_uploads(backend, |key| format!("{key}#1)")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_uploads_of_minio() {
    if let Some(backend) = Backend::minio() {
        unfinished_uploads(backend, |_| String::new()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_uploads_through_the_client_of_s3() {
    if let Some(backend) = Backend::s3().await {
        unfinished_uploads(backend, |_| String::new()).await;
    }
}

#[tokio::test]
async fn a_blob_that_is_wanted_while_we_look_stays() {
    let backend = Backend::memory();
    let runs = backend.open().await;
    let old = store(&runs, 30).await;
    runs.delete(&old.id).await.unwrap();
    // Chosen before the pointer goes, committed after it.
    let chosen = upload(&runs, &pattern(30)).await;
    assert_eq!(chosen.path, old.path);
    let gc = Gc {
        settle: Duration::from_millis(400),
        ..later(25, true)
    };
    let commit = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        runs.commit(chosen, RunSummary::default()).await.unwrap()
    };
    let (report, run) = tokio::join!(runs.gc(&gc), commit);
    let report = report.unwrap();
    assert_eq!((report.blobs.len(), report.wanted_again), (0, 1));
    assert!(read(&runs, &run.id, None).await == pattern(30));
}

#[tokio::test]
async fn old_snapshots_go_and_the_newest_three_stay() {
    let backend = Backend::memory();
    let runs = backend.open().await;
    store(&runs, 10).await;
    runs.list(&Default::default()).await.unwrap();
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(runs.publish_snapshot().await.unwrap().unwrap());
        // Ids of one millisecond have no order.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // One that was never finished, of another version, and what is not ours.
    let id = keys[0].strip_prefix("snap/v").unwrap();
    let (version, name) = id.split_once('/').unwrap();
    let old = format!("snap/v{}/{name}", version.parse::<u32>().unwrap() - 1);
    let alone = format!("snap/v{version}/01jgfjjz00rstv1234567890ab.sqlite.zst");
    for key in [old.as_str(), alone.as_str(), "snap/notes.txt"] {
        backend
            .raw()
            .put(&Path::from(key), "x".into())
            .await
            .unwrap();
    }
    let names = |report: &GcReport| -> Vec<String> {
        let mut keys: Vec<_> = report
            .snapshots
            .iter()
            .map(|(key, _)| key.clone())
            .collect();
        keys.sort();
        keys
    };
    let first = [keys[0].replace(".sqlite.zst", ".json"), keys[0].clone()];
    let mut expected = first.to_vec();
    // Its id is of a year ago; the others wait for the grace time.
    expected.push(alone);
    expected.sort();
    assert_eq!(names(&runs.gc(&later(0, false)).await.unwrap()), expected);
    expected.push(old);
    expected.sort();
    let report = runs.gc(&later(25, true)).await.unwrap();
    assert_eq!(names(&report), expected);
    let mut left = backend.keys().await;
    left.retain(|key| key.starts_with("snap/"));
    let mut kept = vec!["snap/notes.txt".to_owned()];
    for key in &keys[1..] {
        kept.extend([key.clone(), key.replace(".sqlite.zst", ".json")]);
    }
    kept.sort();
    assert_eq!(left, kept);
    assert_eq!(names(&runs.gc(&later(25, true)).await.unwrap()), [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_read_keeps_everything() {
    let backend = Backend::memory();
    let runs = backend.open().await;
    let bad = store(&runs, 10).await;
    let gone = store(&runs, 20).await;
    runs.delete(&gone.id).await.unwrap();
    let key = Path::from(format!(
        "{}.json",
        bad.path
            .replace("blob/", "run/")
            .rsplit_once('/')
            .map(|(day, _)| format!("{day}/{}", bad.id))
            .unwrap()
    ));
    backend.raw().put(&key, "{".into()).await.unwrap();
    let before = backend.keys().await;
    let error = runs.gc(&later(25, true)).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("stored data is damaged: 1 manifests cannot be read, and any blob may be theirs, so that nothing is removed"),
        "{text}"
    );
    assert_eq!(backend.keys().await, before);
    // Deleted, it stands in nobody's way.
    runs.delete(&bad.id).await.unwrap();
    assert_eq!(runs.gc(&later(25, true)).await.unwrap().blobs.len(), 2);
    let short = Gc {
        grace: Duration::from_secs(60),
        ..Gc::default()
    };
    assert_eq!(
        runs.gc(&short).await.unwrap_err().to_string(),
        "bad request: The grace time must be at least an hour."
    );
}
