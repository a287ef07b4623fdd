//! Snapshots: with one all is as without, and none that is not in order is used.
use super::super::apply::Object;
use super::super::event::Event;
use super::super::sync::name;
use super::super::tests::{dump, event, id, manifest, objects as history};
use super::super::{schema, tail};
use super::*;
use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;
use proptest::sample::Index;
use rusqlite::Connection;

async fn put(store: &InMemory, (kind, id, bytes): &Object) {
    // What cannot be read is too large.
    let bytes = bytes.clone().unwrap_or_else(|_| vec![b' '; 70_000].into());
    store.put(&kind.key(*id), bytes.into()).await.unwrap();
}

fn open() -> Catalogue {
    Catalogue::open(None, "s").unwrap()
}

async fn rows(catalogue: &Catalogue) -> Vec<String> {
    catalogue.with(|db| Ok(dump(db))).await.unwrap()
}

/// What a catalogue is that lists everything, without a snapshot.
async fn listed(store: &InMemory) -> Vec<String> {
    let bare = InMemory::new();
    let metas: Vec<_> = store.list(None).try_collect().await.unwrap();
    for meta in metas {
        if !meta.location.as_ref().starts_with("snap/") {
            let bytes = store
                .get(&meta.location)
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            bare.put(&meta.location, bytes.into()).await.unwrap();
        }
    }
    let catalogue = open();
    catalogue.look(&bare).await.unwrap();
    rows(&catalogue).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_snapshot_and_what_came_since_is_what_a_listing_gives(
        order in Just(history()).prop_shuffle(),
        split in any::<Index>(),
        in_a_file in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Arc::new(InMemory::new());
            let objects: Arc<dyn ObjectStore> = store.clone();
            let (first, rest) = order.split_at(split.index(order.len()));
            for object in first {
                put(&store, object).await;
            }
            let maker = open();
            maker.look(&*store).await.unwrap();
            let key = maker.publish(&objects).await.unwrap();
            prop_assert!(key.is_some());
            for object in rest {
                put(&store, object).await;
            }
            let dir = tempfile::tempdir().unwrap();
            let file = in_a_file.then(|| dir.path().join("catalogue.sqlite"));
            let taker = Catalogue::open(file.clone(), "s").unwrap();
            let before = taker.epoch().await.unwrap();
            taker.look(&*store).await.unwrap();
            prop_assert_eq!(rows(&taker).await, listed(&store).await);
            let epoch = taker.epoch().await.unwrap();
            prop_assert!(epoch != before && epoch != maker.epoch().await.unwrap());
            if let Some(file) = file {
                // It was kept, and nothing else lies beside it.
                drop(taker);
                let again = Catalogue::open(Some(file), "s").unwrap();
                prop_assert_eq!(rows(&again).await, listed(&store).await);
                let beside = std::fs::read_dir(dir.path()).unwrap();
                let names: Vec<_> = beside.map(|entry| entry.unwrap().file_name()).collect();
                prop_assert!(!names.iter().any(|name| name.to_string_lossy().ends_with(".snapshot")), "{:?}", names);
            }
            Ok(())
        })?;
    }
}

/// A store with two runs, of which a snapshot was made.
async fn published() -> (Arc<InMemory>, String) {
    let store = Arc::new(InMemory::new());
    let objects: Arc<dyn ObjectStore> = store.clone();
    for number in [1, 2] {
        put(&store, &manifest(number, None)).await;
    }
    let maker = open();
    maker.look(&*store).await.unwrap();
    let key = maker.publish(&objects).await.unwrap().unwrap();
    (store, key)
}

/// Puts another database in place of that of a snapshot, with a descriptor that fits.
async fn forge(store: &InMemory, key: &str, change: fn(&Connection) -> rusqlite::Result<()>) {
    let (packed, place) = (file::scratch(None).unwrap(), file::scratch(None).unwrap());
    let bytes = store.get(&key.into()).await.unwrap().bytes().await.unwrap();
    std::fs::write(packed.path(), &bytes).unwrap();
    let tells = Path::from(key.replace(".sqlite.zst", ".json"));
    let read = store.get(&tells).await.unwrap().bytes().await.unwrap();
    let mut tell: serde_json::Value = serde_json::from_slice(&read).unwrap();
    file::unpack(
        packed.as_file(),
        place.path(),
        tell["unpacked"].as_u64().unwrap(),
    )
    .unwrap();
    let db = Connection::open(place.path()).unwrap();
    change(&db).unwrap();
    drop(db);
    let mut all = Vec::new();
    let size = file::pack(place.path(), |frame| {
        all.extend(frame);
        true
    });
    tell["unpacked"] = size.unwrap().into();
    tell["size"] = all.len().into();
    tell["sha256"] = shelf::hex(Sha256::new_with_prefix(&all)).into();
    store.put(&key.into(), all.into()).await.unwrap();
    store.put(&tells, tell.to_string().into()).await.unwrap();
}

/// Why the newest snapshot is not used. The catalogue is then made by listing, and is right.
async fn refused(store: &InMemory) -> String {
    let catalogue = open();
    let newest = shelf::list(store).await.unwrap()[0];
    let error = catalogue.take(store, &newest, catalogue.now_ms()).await;
    catalogue.look(store).await.unwrap();
    assert_eq!(rows(&catalogue).await, listed(store).await);
    error.unwrap_err().to_string()
}

#[tokio::test]
async fn what_is_not_in_order_is_passed_over() {
    type Tamper = fn(Bytes) -> Option<Vec<u8>>;
    fn tell(bytes: &Bytes, name: &str, value: serde_json::Value) -> Option<Vec<u8>> {
        let mut tell: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        tell[name] = value;
        Some(tell.to_string().into_bytes())
    }
    // Which object is changed, how, and what is said.
    let table: [(bool, Tamper, &str); 8] = [
        (
            true,
            |bytes| {
                let mut bytes = bytes.to_vec();
                bytes[100] ^= 1;
                Some(bytes)
            },
            "it is damaged: its SHA-256 is another one",
        ),
        (
            true,
            |bytes| Some(bytes[..100].to_vec()),
            "it is damaged: 100 bytes instead of ",
        ),
        (true, |_| None, "it is not whole: a part of it is missing"),
        (false, |_| None, "it is not whole: a part of it is missing"),
        (false, |_| Some(b"{".to_vec()), "it is not whole: snap/v"),
        (
            false,
            |bytes| tell(&bytes, "store", "t".into()),
            "it is of another store",
        ),
        (
            false,
            |bytes| tell(&bytes, "schema", 1.into()),
            "it is of another version (tables 1, here ",
        ),
        (
            false,
            |bytes| tell(&bytes, "unpacked", 5000.into()),
            "it is damaged: 5001 bytes of 5000 came out",
        ),
    ];
    for (in_file, change, why) in table {
        let (store, key) = published().await;
        let key = match in_file {
            true => Path::from(key),
            false => Path::from(key.replace(".sqlite.zst", ".json")),
        };
        let bytes = store.get(&key).await.unwrap().bytes().await.unwrap();
        match change(bytes) {
            Some(bytes) => drop(store.put(&key, bytes.into()).await.unwrap()),
            None => store.delete(&key).await.unwrap(),
        }
        let said = refused(&store).await;
        assert!(said.starts_with(why), "{said}, not {why}");
    }
    type Change = fn(&Connection) -> rusqlite::Result<()>;
    let databases: [(Change, &str); 7] = [
        (
            |db| db.pragma_update(None, "user_version", 1),
            "it is of another version (tables 1, here ",
        ),
        (
            |db| {
                db.execute_batch(
                    "CREATE TRIGGER t AFTER DELETE ON seen BEGIN DELETE FROM manifests; END",
                )
            },
            "its tables are not those of this version",
        ),
        (
            |db| db.execute_batch("DROP INDEX shown_name"),
            "its tables are not those of this version",
        ),
        (|db| schema::set(db, "store", "t"), "it is of another store"),
        (
            |db| {
                db.execute("DELETE FROM meta WHERE name = ?", [name(Kind::Run)])
                    .map(drop)
            },
            "its time is wrong",
        ),
        (
            // Far in the future: what comes until then would never be listed.
            |db| schema::set(db, name(Kind::Event), "99999999999999"),
            "its time is wrong",
        ),
        (
            |db| {
                let file = db.path().unwrap().to_owned();
                std::fs::write(
                    file,
                    "not a database, but long enough to look like one".repeat(100),
                )
                .unwrap();
                Ok(())
            },
            "it is damaged: file is not a database",
        ),
    ];
    for (change, why) in databases {
        let (store, key) = published().await;
        forge(&store, &key, change).await;
        let said = refused(&store).await;
        assert!(said.starts_with(why), "{said}, not {why}");
    }
    // A page of zeros in the middle.
    let (store, key) = published().await;
    forge(&store, &key, |db| {
        let file = db.path().unwrap().to_owned();
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[4096 * 3..4096 * 4].fill(0);
        std::fs::write(file, bytes).unwrap();
        Ok(())
    })
    .await;
    let said = refused(&store).await;
    assert!(said.starts_with("it is damaged: "), "{said}");
}

#[tokio::test]
async fn of_another_version_and_of_another_place() {
    let (store, key) = published().await;
    let (_, name) = key.rsplit_once('/').unwrap();
    let bytes = store
        .get(&key.clone().into())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    store.delete(&key.clone().into()).await.unwrap();
    store
        .put(&format!("snap/v1/{name}").into(), bytes.into())
        .await
        .unwrap();
    let all = shelf::list(&*store).await.unwrap();
    assert_eq!(all.len(), 2, "one without a descriptor, one without a file");
    let catalogue = open();
    for one in &all {
        catalogue
            .take(&*store, one, catalogue.now_ms())
            .await
            .unwrap_err();
    }
    let other = Catalogue::open(None, "t").unwrap();
    let (store, _) = published().await;
    let newest = shelf::list(&*store).await.unwrap()[0];
    let error = other
        .take(&*store, &newest, other.now_ms())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "it is of another store");
}

#[tokio::test]
async fn behind_a_damaged_one_the_next_is_used() {
    let (store, first) = published().await;
    let objects: Arc<dyn ObjectStore> = store.clone();
    put(&store, &manifest(3, None)).await;
    let maker = open();
    maker.look(&*store).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2)).await;
    let second = maker.publish(&objects).await.unwrap().unwrap();
    assert!(first < second);
    store.put(&second.into(), "x".into()).await.unwrap();
    let taker = open();
    let cursors = taker.adopt(&*store, taker.now_ms()).await;
    assert!(cursors.is_some());
    let known = rows(&taker).await;
    assert!(known.iter().any(|row| row.contains("Run 2.json")));
    assert!(!known.iter().any(|row| row.contains("Run 3.json")));
    taker.look(&*store).await.unwrap();
    assert_eq!(rows(&taker).await, listed(&store).await);
}

#[tokio::test]
async fn what_was_still_to_be_read_is_read_by_who_adopts() {
    let store = Arc::new(InMemory::new());
    let objects: Arc<dyn ObjectStore> = store.clone();
    // Long ago: no listing of the tail shows it.
    let old = ulid::Ulid::from_parts(1_735_689_600_000, 7);
    let (_, _, bytes) = manifest(1, None);
    let mut text: serde_json::Value = serde_json::from_slice(&bytes.unwrap()).unwrap();
    text["run"]["id"] = keys::lower(old).into();
    let key = keys::run(old);
    store.put(&key, text.to_string().into()).await.unwrap();
    let maker = open();
    maker.look(&*store).await.unwrap();
    // The event is applied, and the server makes its snapshot before it reads the object again.
    let rewritten = event(50, &Event::rewritten(old, vec![key.to_string()]));
    put(&store, &rewritten).await;
    maker.apply(vec![rewritten]).await.unwrap();
    assert!(
        rows(&maker)
            .await
            .contains(&format!("wanted: Text(\"{key}\")"))
    );
    maker.publish(&objects).await.unwrap();
    let taker = open();
    taker.look(&*store).await.unwrap();
    assert_eq!(rows(&taker).await, listed(&store).await);
    assert_eq!(taker.count_living().await.unwrap(), 1);
}

#[tokio::test]
async fn a_store_that_was_restored_is_believed() {
    let (store, _) = published().await;
    store.delete(&keys::run(id(2))).await.unwrap();
    let taker = open();
    taker.look(&*store).await.unwrap();
    assert_eq!(
        taker.count_living().await.unwrap(),
        2,
        "the snapshot knows it"
    );
    // A minute later everything is listed.
    let mut cursors = tail::Cursors::adopted(taker.now_ms(), taker.now_ms());
    let now = taker.now_ms();
    cursors.done(cursors.due(now), now);
    assert_eq!(cursors.due(now + 60_000), tail::Pass::All);
}

#[tokio::test]
async fn nothing_is_published_before_a_listing() {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    assert_eq!(open().publish(&store).await.unwrap(), None);
    let left: Vec<_> = store.list(None).try_collect().await.unwrap();
    assert_eq!(left, []);
}

#[test]
fn when_one_is_due() {
    let minute = 60_000;
    for (rows, last, now, expected) in [
        (999, None, 100 * minute, false),
        (1_000, None, 100 * minute, true),
        (1_999, Some((0, 1_000)), 100 * minute, false),
        (2_000, Some((0, 1_000)), 100 * minute, true),
        // Of many, a tenth more.
        (109_999, Some((0, 100_000)), 100 * minute, false),
        (110_000, Some((0, 100_000)), 100 * minute, true),
        // Another server has just made one.
        (110_000, Some((91 * minute, 100_000)), 100 * minute, false),
        (110_000, Some((90 * minute, 100_000)), 100 * minute, true),
        // One that knows more than we do.
        (5_000, Some((0, 100_000)), 100 * minute, false),
    ] {
        assert_eq!(is_due(rows, last, now), expected, "{rows} {last:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_publishes_when_there_is_enough() {
    let store = Arc::new(InMemory::new());
    let objects: Arc<dyn ObjectStore> = store.clone();
    for number in 1..FEW {
        put(&store, &manifest(number, None)).await;
    }
    // Each look by a server that begins anew: the runs are older than what a quick listing looks at.
    let looked = async || {
        let server = open();
        server.look(&*store).await.unwrap();
        server
    };
    let tend = async |server: &Catalogue| server.tend_snapshots(&objects).await.unwrap();
    assert_eq!(tend(&looked().await).await, None);
    put(&store, &manifest(FEW, None)).await;
    let (one, two) = (looked().await, looked().await);
    let key = tend(&one).await;
    assert!(key.is_some());
    for server in [&one, &two] {
        assert_eq!(tend(server).await, None);
    }
    // Somebody takes something away: it goes, and there is a new one.
    put(&store, &event(5_000, &Event::purge(id(1)))).await;
    let next = tend(&looked().await).await;
    assert!(next.is_some() && next != key);
    let left = shelf::list(&*store).await.unwrap();
    assert_eq!(left.len(), 1);
}
