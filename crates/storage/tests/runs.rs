//! What every store must do, on memory, a local directory and a real MinIO.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::{RunListQuery, RunSummary};
use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use sha2::{Digest, Sha256};
use std::time::Duration;
use storage::{RunChange, StorageError};
use support::backend::{Backend, pattern, read, upload};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn memory() {
    contract(async || Backend::memory()).await;
}

#[tokio::test]
async fn local_directory() {
    contract(async || Backend::local()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio() {
    // Kept until the end, so that all parts share one server.
    let Some(_server) = Backend::minio() else {
        return;
    };
    contract(async || Backend::minio().unwrap()).await;
}

#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3() {
    let Some(_server) = Backend::minio() else {
        return;
    };
    contract(async || Backend::s3().await.unwrap()).await;
}

async fn contract(fresh: impl AsyncFn() -> Backend) {
    sizes_around_the_part_boundary(&fresh().await).await;
    equal_bytes_are_stored_once(&fresh().await).await;
    unfinished_uploads_leave_nothing(&fresh().await).await;
    pages(&fresh().await).await;
    deletion(&fresh().await).await;
    two_servers_see_each_other(&fresh().await).await;
    servers_that_follow_see_each_other(&fresh().await).await;
    changes(&fresh().await).await;
    damaged_objects(&fresh().await).await;
    ranges(&fresh().await).await;
    names_stay_out_of_keys(&fresh().await).await;
}

fn named(name: &str) -> RunSummary {
    RunSummary {
        name: name.into(),
        format: "openai_chat".into(),
        ..RunSummary::default()
    }
}

fn page(before: &str, limit: u32) -> RunListQuery {
    RunListQuery {
        before: before.into(),
        limit,
    }
}

async fn sizes_around_the_part_boundary(backend: &Backend) {
    let runs = backend.open().await;
    for size in [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 24 * MIB + 1] {
        let bytes = pattern(size);
        let uploaded = upload(&runs, &bytes).await;
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        assert_eq!((uploaded.size, &uploaded.sha256), (size as u64, &sha256));
        assert_eq!(
            runs.list(&page("", 0))
                .await
                .unwrap()
                .runs
                .iter()
                .filter(|r| r.size == size as u64)
                .count(),
            0
        );

        let run = runs.commit(uploaded, named("a.json")).await.unwrap();
        assert_eq!(
            (run.size, &run.sha256, run.name.as_str()),
            (size as u64, &sha256, "a.json")
        );
        assert!(run.path.starts_with("blob/20"), "{}", run.path);
        assert_eq!(runs.run(&run.id).await.unwrap(), run);
        assert_eq!(runs.run("latest").await.unwrap(), run);
        assert!(
            read(&runs, &run.id, None).await == bytes,
            "{size} bytes come back"
        );
    }
    runs.check().await.unwrap();
}

async fn equal_bytes_are_stored_once(backend: &Backend) {
    let runs = backend.open().await;
    for bytes in [pattern(1000), pattern(9 * MIB)] {
        let one = runs
            .commit(upload(&runs, &bytes).await, named("one"))
            .await
            .unwrap();
        let two = runs
            .commit(upload(&runs, &bytes).await, named("two"))
            .await
            .unwrap();
        assert_ne!(one.id, two.id);
        assert_eq!(one.path, two.path);
        assert!(read(&runs, &two.id, None).await == bytes);
    }
    let keys = backend.keys().await;
    let count = |kind: &str| keys.iter().filter(|key| key.starts_with(kind)).count();
    assert_eq!(
        (
            count("blob/"),
            count("sha/"),
            count("run/"),
            count("probe/")
        ),
        (2, 2, 4, 0),
        "{keys:?}"
    );

    // A pointer to a blob that is gone is not followed.
    let raw = backend.raw();
    let bytes = pattern(1000);
    let old = runs
        .commit(upload(&runs, &bytes).await, named("old"))
        .await
        .unwrap();
    raw.delete(&Path::from(old.path.as_str())).await.unwrap();
    let new = runs
        .commit(upload(&runs, &bytes).await, named("new"))
        .await
        .unwrap();
    assert_ne!(new.path, old.path);
    assert!(read(&runs, &new.id, None).await == bytes);
    let again = runs
        .commit(upload(&runs, &bytes).await, named("again"))
        .await
        .unwrap();
    assert_eq!(again.path, new.path, "the pointer follows the blob");
    // The run whose blob is gone exists, but is damaged.
    assert!(matches!(
        runs.file(&old.id, None).await.err(),
        Some(StorageError::Corrupt(_))
    ));
}

async fn unfinished_uploads_leave_nothing(backend: &Backend) {
    let runs = backend.open().await;
    let before = backend.keys().await;

    let mut dropped = runs.start_upload(Some(30 * MIB as u64), 1 << 30);
    dropped.write(pattern(20 * MIB)).await.unwrap();
    drop(dropped);

    let mut aborted = runs.start_upload(None, 1 << 30);
    aborted.write(pattern(20 * MIB)).await.unwrap();
    aborted.abort().await;

    let mut too_large = runs.start_upload(None, 10 * MIB as u64);
    too_large.write(pattern(9 * MIB)).await.unwrap();
    let error = too_large.write(pattern(2 * MIB)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the upload is larger than 10485760 bytes"
    );
    assert!(matches!(
        too_large.write(Bytes::new()).await,
        Err(StorageError::BadRequest(_))
    ));
    assert!(matches!(
        too_large.finish().await,
        Err(StorageError::BadRequest(_))
    ));

    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(backend.keys().await, before);
    if let Backend::Local(dir) = backend {
        // Staging files are hidden from listings, so look at the disk itself.
        let blobs = walk(&dir.path().join("store").join("blob"));
        assert_eq!(blobs, Vec::<std::path::PathBuf>::new());
    }
    assert_eq!(runs.list(&page("", 0)).await.unwrap().total, 0);
    assert!(matches!(runs.run("latest").await, Err(StorageError::NotFound(id)) if id == "latest"));
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

async fn pages(backend: &Backend) {
    let runs = backend.open().await;
    let mut ids = Vec::new();
    for number in 0..45 {
        let uploaded = upload(&runs, &Bytes::from(format!("run {number}"))).await;
        ids.push(
            runs.commit(uploaded, named(&number.to_string()))
                .await
                .unwrap()
                .id,
        );
    }
    ids.reverse();

    let mut listed = Vec::new();
    let mut sizes = Vec::new();
    let mut before = String::new();
    loop {
        let list = runs.list(&page(&before, 0)).await.unwrap();
        assert_eq!(list.total, 45);
        sizes.push(list.runs.len());
        listed.extend(list.runs.into_iter().map(|run| run.id));
        match list.next {
            Some(next) => before = next,
            None => break,
        }
    }
    assert_eq!(sizes, [20, 20, 5]);
    assert_eq!(listed, ids, "newest first, each once");

    for (limit, expected) in [(1, 1), (45, 45), (100, 45), (u32::MAX, 45)] {
        let list = runs.list(&page("", limit)).await.unwrap();
        assert_eq!(
            (list.runs.len(), list.next.is_some()),
            (expected, expected < 45),
            "limit {limit}"
        );
    }
    let past_the_end = runs.list(&page(&ids[44], 10)).await.unwrap();
    assert_eq!(
        (
            past_the_end.runs.len(),
            past_the_end.next,
            past_the_end.total
        ),
        (0, None, 45)
    );
    let error = runs.list(&page("latest", 10)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "bad request: `before` must be the `next` of the page before, in the same order; begin again with the first page."
    );
}

async fn deletion(backend: &Backend) {
    let runs = backend.open().await;
    let bytes = pattern(100);
    let one = runs
        .commit(upload(&runs, &bytes).await, named("one"))
        .await
        .unwrap();
    let two = runs
        .commit(upload(&runs, &bytes).await, named("two"))
        .await
        .unwrap();

    runs.delete(&two.id.to_uppercase()).await.unwrap();
    assert!(matches!(runs.run(&two.id).await, Err(StorageError::Gone(id)) if id == two.id));
    assert!(matches!(
        runs.file(&two.id, None).await.err(),
        Some(StorageError::Gone(_))
    ));
    assert!(matches!(
        runs.delete(&two.id).await,
        Err(StorageError::Gone(_))
    ));
    let list = runs.list(&page("", 0)).await.unwrap();
    assert_eq!((list.total, list.runs[0].id.as_str()), (1, one.id.as_str()));
    assert_eq!(runs.run("latest").await.unwrap().id, one.id);
    assert!(
        read(&runs, &one.id, None).await == bytes,
        "the other run keeps its bytes"
    );

    for unknown in [
        "01jgfjjz00rstv1234567890ab",
        "",
        "../meta/format",
        "nonsense",
    ] {
        assert!(
            matches!(runs.delete(unknown).await, Err(StorageError::NotFound(_))),
            "{unknown}"
        );
        assert!(
            matches!(runs.run(unknown).await, Err(StorageError::NotFound(_))),
            "{unknown}"
        );
        assert!(
            matches!(
                runs.file(unknown, None).await.err(),
                Some(StorageError::NotFound(_))
            ),
            "{unknown}"
        );
    }
}

async fn two_servers_see_each_other(backend: &Backend) {
    let (one, two) = (backend.open().await, backend.open().await);
    assert_eq!(two.list(&page("", 0)).await.unwrap().total, 0);
    let run = one
        .commit(upload(&one, &pattern(10)).await, named("shared"))
        .await
        .unwrap();
    assert_eq!(two.run(&run.id).await.unwrap(), run, "a single run at once");
    let list = two.list(&page("", 0)).await.unwrap();
    assert_eq!((list.total, list.runs[0].name.as_str()), (1, "shared"));

    two.delete(&run.id).await.unwrap();
    assert_eq!(one.list(&page("", 0)).await.unwrap().total, 0);
    assert!(matches!(one.run(&run.id).await, Err(StorageError::Gone(_))));

    // Without any listing, a deletion is seen after a moment.
    let three = backend.open().await;
    let run = one
        .commit(upload(&one, &pattern(11)).await, named("short-lived"))
        .await
        .unwrap();
    assert_eq!(three.run(&run.id).await.unwrap().id, run.id);
    one.delete(&run.id).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(matches!(
        three.run(&run.id).await,
        Err(StorageError::Gone(_))
    ));
}

/// Without asking the store for each listing.
async fn servers_that_follow_see_each_other(backend: &Backend) {
    let (one, two) = (backend.open().await, backend.open().await);
    let following = [tokio::spawn(one.follow()), tokio::spawn(two.follow())];
    tokio::time::sleep(Duration::from_millis(500)).await;
    let run = one
        .commit(upload(&one, &pattern(10)).await, named("shared"))
        .await
        .unwrap();
    let here = one.list(&page("", 0)).await.unwrap();
    assert_eq!(here.total, 1, "on the same server at once");
    let change: RunChange = serde_json::from_str(r#"{"name":"renamed","tags":["a"]}"#).unwrap();
    for (what, name) in [
        ("stored", Some("shared")),
        ("renamed", Some("renamed")),
        ("deleted", None),
    ] {
        match what {
            "renamed" => drop(one.change(&run.id, change.clone()).await.unwrap()),
            "deleted" => one.delete(&run.id).await.unwrap(),
            _ => {}
        }
        let begin = std::time::Instant::now();
        loop {
            let list = two.list(&page("", 0)).await.unwrap();
            if list.runs.first().map(|run| run.name.as_str()) == name {
                break;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(3),
                "{what}: not seen in 3 s"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    for task in following {
        task.abort();
    }
}

async fn changes(backend: &Backend) {
    let (one, two) = (backend.open().await, backend.open().await);
    let run = one
        .commit(upload(&one, &pattern(10)).await, named("a.json"))
        .await
        .unwrap();
    assert_eq!((run.tags.len(), run.note.as_str()), (0, ""));
    let change = |json: &str| serde_json::from_str::<RunChange>(json).unwrap();
    let seen = |run: RunSummary| (run.name, run.tags.join(","), run.note);

    let changed = one
        .change(
            &run.id,
            change(r#"{"name":"b.json","tags":["x","y"],"note":"why"}"#),
        )
        .await
        .unwrap();
    let expected = ("b.json".into(), "x,y".into(), "why".into());
    assert_eq!(seen(changed.clone()), expected);
    assert_eq!(
        two.run(&run.id).await.unwrap(),
        changed,
        "with cards and all"
    );
    assert_eq!(
        seen(two.list(&page("", 0)).await.unwrap().runs.remove(0)),
        expected
    );

    // Another server takes a tag off and empties the note; the name stays.
    let changed = two
        .change(&run.id, change(r#"{"tags":["y","z"],"note":""}"#))
        .await
        .unwrap();
    assert_eq!(
        seen(changed),
        ("b.json".into(), "y,z".into(), String::new())
    );
    one.list(&page("", 0)).await.unwrap();
    assert_eq!(
        seen(one.run(&run.id).await.unwrap()),
        ("b.json".into(), "y,z".into(), String::new())
    );

    // What changes nothing writes nothing.
    let before = backend.keys().await;
    one.change(&run.id, change(r#"{"name":"b.json","tags":["z","y"]}"#))
        .await
        .unwrap();
    assert_eq!(backend.keys().await, before);

    one.delete(&run.id).await.unwrap();
    assert!(matches!(
        one.change(&run.id, change(r#"{"name":"c"}"#)).await,
        Err(StorageError::Gone(_))
    ));
    assert!(matches!(
        one.change("01jgfjjz00rstv1234567890ab", change(r#"{"name":"c"}"#))
            .await,
        Err(StorageError::NotFound(_))
    ));
    assert!(matches!(
        one.change(&run.id, change("{}")).await,
        Err(StorageError::BadRequest(_))
    ));
}

async fn damaged_objects(backend: &Backend) {
    let runs = backend.open().await;
    let raw = backend.raw();
    let good = runs
        .commit(upload(&runs, &pattern(300_000)).await, named("good"))
        .await
        .unwrap();
    let bad = runs
        .commit(upload(&runs, &pattern(20)).await, named("bad"))
        .await
        .unwrap();
    let key = |id: &str| {
        Path::from(
            good.path
                .replace("blob/", "run/")
                .replace(good.path.rsplit('/').next().unwrap(), &format!("{id}.json")),
        )
    };
    let event = Path::from(key(&bad.id).as_ref().replace("run/", "ev/"));
    raw.put(&key(&bad.id), "{\"format\":1,\"run\":".into())
        .await
        .unwrap();
    raw.put(&event, "not JSON".into()).await.unwrap();
    raw.put(&Path::from("run/notes.txt"), "not ours".into())
        .await
        .unwrap();

    // Of a server that did not see how it was before.
    let other = backend.open().await;
    let list = other.list(&page("", 0)).await.unwrap();
    assert_eq!((list.total, list.runs[0].name.as_str()), (1, "good"));
    assert!(matches!(
        runs.run(&bad.id).await,
        Err(StorageError::Corrupt(_))
    ));
    runs.delete(&bad.id).await.unwrap();
    assert!(
        matches!(runs.run(&bad.id).await, Err(StorageError::Gone(_))),
        "a damaged run can be deleted"
    );

    // Bytes that changed since they were stored never look like a complete file.
    let blob = Path::from(good.path.as_str());
    let mut changed = pattern(300_000).to_vec();
    changed[150_000] ^= 1;
    raw.put(&blob, changed.into()).await.unwrap();
    let (received, error) = drain(&runs, &good.id).await;
    assert!(received < 300_000, "{received}");
    assert!(
        error
            .unwrap()
            .to_string()
            .ends_with("has another hash than when it was stored")
    );
    for size in [299_999, 300_001] {
        raw.put(&blob, pattern(size).into()).await.unwrap();
        let error = runs.file(&good.id, None).await.err().unwrap().to_string();
        assert!(
            error.ends_with(&format!("has {size} bytes instead of 300000")),
            "{error}"
        );
    }
    raw.delete(&Path::from("meta/format.json")).await.unwrap();
    assert!(matches!(runs.check().await, Err(StorageError::Corrupt(_))));
    raw.put(
        &Path::from("meta/format.json"),
        "{\"format\":2,\"store\":\"x\"}".into(),
    )
    .await
    .unwrap();
    let error = runs.check().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "The store was written by a later version of Surprisal (format 2); use that version, or another store."
    );
}

/// How many bytes come, and how it ends.
async fn drain(runs: &storage::RunStore, id: &str) -> (usize, Option<StorageError>) {
    use futures::StreamExt;
    let mut stream = runs.file(id, None).await.unwrap().stream;
    let mut received = 0;
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => received += chunk.len(),
            Err(error) => return (received, Some(error)),
        }
    }
    (received, None)
}

async fn ranges(backend: &Backend) {
    let runs = backend.open().await;
    let bytes = pattern(700_001);
    let run = runs
        .commit(upload(&runs, &bytes).await, named("ranges"))
        .await
        .unwrap();
    for range in [
        0..1,
        0..700_001,
        5..300_000,
        700_000..700_001,
        700_000..900_000,
        1..u64::MAX,
    ] {
        let body = runs.file(&run.id, Some(range.clone())).await.unwrap();
        let end = range.end.min(700_001);
        assert_eq!(body.range, range.start..end);
        assert_eq!(body.run.id, run.id);
        let got = read(&runs, &run.id, Some(range.clone())).await;
        assert!(
            got == bytes[range.start as usize..end as usize],
            "{range:?}"
        );
    }
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    for range in [0..0, 5..3, 700_001..700_002, u64::MAX..u64::MAX] {
        let error = runs.file(&run.id, Some(range)).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "the range lies outside of the 700001 bytes"
        );
    }
    let empty = runs
        .commit(upload(&runs, &Bytes::new()).await, named("empty"))
        .await
        .unwrap();
    assert_eq!(runs.file(&empty.id, None).await.unwrap().range, 0..0);
    assert!(matches!(
        runs.file(&empty.id, Some(0..1)).await.err(),
        Some(StorageError::BadRange(0))
    ));
}

async fn names_stay_out_of_keys(backend: &Backend) {
    let runs = backend.open().await;
    let name = "../../etc/pass wd\u{0}\n<script>😀.json";
    let run = runs
        .commit(upload(&runs, &pattern(5)).await, named(name))
        .await
        .unwrap();
    assert_eq!(run.name, "../../etc/pass wd<script>😀.json");
    assert_eq!(
        runs.list(&page("", 1)).await.unwrap().runs[0].name,
        run.name
    );
    for key in backend.keys().await {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._/-".contains(&b);
        assert!(key.bytes().all(plain), "{key}");
    }
}
