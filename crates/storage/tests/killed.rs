//! kill -9 at every named point of an upload, of its columns and of a snapshot, on a local directory and on MinIO: what was
//! acknowledged is there, nothing half-written is shown, and all can be done again.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use api::RunSummary;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use storage::minio::{MinioConfig, MinioStore, Timing};
use storage::testing::MinioServer;
use storage::{Gc, RunStore, Secrets, StoreSetting};
use support::backend::{keys, read, records, upload};
use support::killing::{Killing, Point};

/// What happens to be stored at a point of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Its manifest is not written: it is no run.
    Nothing,
    /// It is a run, without columns.
    Run,
    /// It is a run with columns.
    Columns,
    /// So is it, and there is a snapshot.
    Snapshot,
}

/// All points, in their order. File and columns have two parts each.
const POINTS: [(&str, Then); 26] = [
    ("before multipart blob/ 1", Then::Nothing),
    ("after multipart blob/ 1", Then::Nothing),
    ("before part blob/ 1", Then::Nothing),
    ("after part blob/ 1", Then::Nothing),
    ("after part blob/ 2", Then::Nothing),
    ("before complete blob/ 1", Then::Nothing),
    ("after complete blob/ 1", Then::Nothing),
    ("after head blob/ 1", Then::Nothing),
    ("before put sha/ 1", Then::Nothing),
    ("after put sha/ 1", Then::Nothing),
    ("before put run/ 1", Then::Nothing),
    ("after put run/ 1", Then::Run),
    ("after head run/ 1", Then::Run),
    ("before head columns/ 1", Then::Run),
    ("after get blob/ 1", Then::Run),
    ("before multipart columns/ 1", Then::Run),
    ("after multipart columns/ 1", Then::Run),
    ("after part columns/ 1", Then::Run),
    ("after part columns/ 2", Then::Run),
    ("before complete columns/ 1", Then::Run),
    ("after complete columns/ 1", Then::Columns),
    ("before put snap/ 1", Then::Columns),
    ("after put snap/ 1", Then::Columns),
    ("before put snap/ 2", Then::Columns),
    ("after put snap/ 2", Then::Snapshot),
    ("never 1", Then::Snapshot),
];

/// Points at which an upload in parts is under way; a local directory has one file for all of them.
const LEAVES_PARTS: [&str; 9] = [
    "after multipart blob/ 1",
    "before part blob/ 1",
    "after part blob/ 1",
    "after part blob/ 2",
    "before complete blob/ 1",
    "after multipart columns/ 1",
    "after part columns/ 1",
    "after part columns/ 2",
    "before complete columns/ 1",
];

/// Records of which file and columns have two parts: signs that hardly compress.
fn file() -> bytes::Bytes {
    static FILE: LazyLock<bytes::Bytes> = LazyLock::new(|| records(150, 60_000));
    FILE.clone()
}

/// One way to the same store, from this process and from one that is killed.
trait Place {
    fn open(&self) -> Arc<dyn ObjectStore>;
    fn setting(&self) -> (StoreSetting, Secrets);
    fn told(&self, child: &mut Command);
}

struct Local(std::path::PathBuf);

impl Place for Local {
    fn open(&self) -> Arc<dyn ObjectStore> {
        std::fs::create_dir_all(&self.0).unwrap();
        Arc::new(
            LocalFileSystem::new_with_prefix(&self.0)
                .unwrap()
                .with_fsync(true),
        )
    }
    fn setting(&self) -> (StoreSetting, Secrets) {
        (
            StoreSetting::File {
                dir: self.0.clone(),
            },
            Secrets::default(),
        )
    }
    fn told(&self, child: &mut Command) {
        child.env("KILLED_DIR", &self.0);
    }
}

struct Minio(MinioConfig);

impl Minio {
    fn new(endpoint: &str, bucket: &str, secrets: Secrets) -> Self {
        Self(MinioConfig {
            endpoint: endpoint.into(),
            bucket: bucket.into(),
            tls: false,
            region: "us-east-1".into(),
            secrets,
            timing: Timing::default(),
        })
    }
}

impl Place for Minio {
    fn open(&self) -> Arc<dyn ObjectStore> {
        Arc::new(MinioStore::new(self.0.clone()).unwrap())
    }
    fn setting(&self) -> (StoreSetting, Secrets) {
        let setting = StoreSetting::Minio {
            endpoint: self.0.endpoint.clone(),
            bucket: self.0.bucket.clone(),
            prefix: String::new(),
            tls: false,
            region: self.0.region.clone(),
            create: false,
        };
        (setting, self.0.secrets.clone())
    }
    fn told(&self, child: &mut Command) {
        let secrets = &self.0.secrets;
        let said = [
            &self.0.endpoint,
            &self.0.bucket,
            &secrets.access_key,
            &secrets.secret_key,
        ];
        let said: Vec<&str> = said.iter().map(|text| text.as_str()).collect();
        child.env("KILLED_MINIO", said.join(" "));
    }
}

/// Not a test: the process that is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of the other tests, in a process of its own"]
async fn child() {
    let Ok(point) = std::env::var("KILLED_AT") else {
        return;
    };
    let inner = match (
        std::env::var_os("KILLED_DIR"),
        std::env::var("KILLED_MINIO"),
    ) {
        (Some(dir), _) => Local(dir.into()).open(),
        (None, Ok(minio)) => {
            let said: Vec<&str> = minio.split(' ').collect();
            let secrets = Secrets {
                access_key: said[2].into(),
                secret_key: said[3].into(),
                session_token: None,
            };
            Minio::new(said[0], said[1], secrets).open()
        }
        _ => return,
    };
    let point = Arc::new(Point::parse(&point));
    let runs = RunStore::on(Arc::new(Killing { inner, point }))
        .await
        .unwrap();
    let uploaded = upload(&runs, &file()).await;
    let run = runs.commit(uploaded, RunSummary::default()).await.unwrap();
    println!("acknowledged {}", run.id);
    runs.index_run(&run.id).await.unwrap();
    runs.list(&Default::default()).await.unwrap();
    runs.publish_snapshot().await.unwrap().unwrap();
    println!("done");
}

async fn killed_at(place: &dyn Place, point: &str, then: Then) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "child",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("KILLED_AT", point)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    place.told(&mut child);
    let output = tokio::task::spawn_blocking(move || child.output());
    let output = output.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.contains("done"), point == "never 1", "{point}: {said}");
    let acknowledged = said
        .lines()
        .find_map(|line| line.split_once("acknowledged "));
    let acknowledged = acknowledged.map(|(_, id)| id.trim().to_owned());

    let raw = place.open();
    let runs = RunStore::on(raw.clone()).await.unwrap();
    let list = runs.list(&Default::default()).await.unwrap();
    let expected = u64::from(then != Then::Nothing);
    assert_eq!(list.total, expected, "{point}");
    for run in &list.runs {
        assert!(
            read(&runs, &run.id, None).await == file(),
            "{point}: the run is whole"
        );
    }
    if let Some(id) = &acknowledged {
        assert_eq!(&list.runs[0].id, id, "{point}: it was acknowledged");
    }
    let found = keys(&*raw).await;
    let count = |beginning: &str| {
        found
            .iter()
            .filter(|key| key.starts_with(beginning))
            .count()
    };
    let columns = usize::from(matches!(then, Then::Columns | Then::Snapshot));
    assert_eq!(count("columns/"), columns, "{point}");

    // The same once more, and what is still missing: one run each, with columns.
    let uploaded = upload(&runs, &file()).await;
    let again = runs.commit(uploaded, RunSummary::default()).await.unwrap();
    assert!(read(&runs, &again.id, None).await == file(), "{point}");
    runs.index_now().await.unwrap();
    let found = keys(&*raw).await;
    let count = |beginning: &str| {
        found
            .iter()
            .filter(|key| key.starts_with(beginning))
            .count()
    };
    assert_eq!(count("columns/") as u64, expected + 1, "{point}: {found:?}");
    runs.publish_snapshot().await.unwrap().unwrap();
    let other = RunStore::on(raw.clone()).await.unwrap();
    assert_eq!(
        other.list(&Default::default()).await.unwrap().total,
        expected + 1,
        "{point}"
    );

    // After the grace time nothing is there that nobody needs, of objects and of what was to become one.
    let gc = Gc {
        apply: true,
        settle: Duration::ZERO,
        now_ms: Some(runs.now_ms() + 25 * 3_600_000),
        ..Gc::default()
    };
    let (setting, secrets) = place.setting();
    let janitor = RunStore::open(&setting, &secrets).await.unwrap();
    let report = janitor.gc(&gc).await.unwrap();
    assert_eq!(
        report.unfinished.len(),
        usize::from(LEAVES_PARTS.contains(&point)),
        "{point}: {report:?}"
    );
    let report = janitor.gc(&gc).await.unwrap();
    assert_eq!(report.unfinished, [], "{point}");
    let found = keys(&*raw).await;
    let files = |end: &str| {
        found
            .iter()
            .filter(|key| key.starts_with("snap/") && key.ends_with(end))
            .count()
    };
    assert_eq!(files(".json"), files(".zst"), "{point}: {found:?}");
    let runs_of = |key: &&String| key.starts_with("blob/");
    let mut blobs: Vec<String> = other
        .list(&Default::default())
        .await
        .unwrap()
        .runs
        .into_iter()
        .map(|run| run.path)
        .collect();
    blobs.sort();
    blobs.dedup();
    let left: Vec<&String> = found.iter().filter(runs_of).collect();
    assert_eq!(left, blobs.iter().collect::<Vec<_>>(), "{point}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_directory() {
    for (point, then) in POINTS {
        let dir = tempfile::tempdir().unwrap();
        killed_at(&Local(dir.path().join("store")), point, then).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio() {
    let Some(server) = MinioServer::shared().unwrap() else {
        return;
    };
    for (nth, (point, then)) in POINTS.into_iter().enumerate() {
        let bucket = format!("killed-{nth}");
        let store = MinioStore::new(server.config(&bucket)).unwrap();
        store.create_bucket().await.unwrap();
        let place = Minio::new(&server.endpoint(), &bucket, server.secrets());
        killed_at(&place, point, then).await;
    }
}
