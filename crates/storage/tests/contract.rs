//! The contract suite of object_store, on every backend. Each part gets a store of its own, since it expects an empty
//! one and deletes what it finds.
#![expect(clippy::unwrap_used, reason = "tests")]

use futures::future::BoxFuture;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt, integration};
use std::sync::Arc;
use storage::Secrets;
use storage::minio::{MinioConfig, MinioStore, Timing};
use storage::testing::MinioServer;

/// A fresh store, and what must live as long as it.
type Fresh<'a> =
    Box<dyn Fn() -> BoxFuture<'a, (Arc<dyn ObjectStore>, Box<dyn std::any::Any>)> + 'a>;

struct Abilities {
    update: bool,
    /// What two uploads to one key do.
    last_writer_wins: bool,
}

async fn suite(fresh: Fresh<'_>, abilities: Abilities) {
    macro_rules! part {
        ($name:ident $(, $argument:expr)*) => {{
            let (store, _keep) = fresh().await;
            eprintln!("{} on {store}", stringify!($name));
            integration::$name(&store $(, $argument)*).await;
        }};
    }
    part!(put_get_delete_list);
    part!(list_with_offset_exclusivity);
    part!(get_opts);
    part!(list_uses_directories_correctly);
    part!(list_with_delimiter);
    part!(rename_and_copy);
    part!(copy_if_not_exists);
    part!(copy_rename_nonexistent_object);
    part!(stream_get);
    part!(put_opts, abilities.update);
    part!(multipart_out_of_order);
    part!(multipart_race_condition, abilities.last_writer_wins);
}

#[tokio::test]
async fn memory() {
    let fresh = || -> BoxFuture<'static, _> {
        Box::pin(async {
            (
                Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
                Box::new(()) as Box<dyn std::any::Any>,
            )
        })
    };
    suite(
        Box::new(fresh),
        Abilities {
            update: true,
            last_writer_wins: true,
        },
    )
    .await;
}

#[tokio::test]
async fn local_directory_with_fsync() {
    let fresh = || -> BoxFuture<'static, _> {
        Box::pin(async {
            let dir = tempfile::tempdir().unwrap();
            let store = LocalFileSystem::new_with_prefix(dir.path())
                .unwrap()
                .with_fsync(true);
            (
                Arc::new(store) as Arc<dyn ObjectStore>,
                Box::new(dir) as Box<dyn std::any::Any>,
            )
        })
    };
    suite(
        Box::new(fresh),
        Abilities {
            update: false,
            last_writer_wins: true,
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn minio() {
    let Some(server) = MinioServer::shared().unwrap() else {
        return;
    };
    let server = &server;
    let fresh = || -> BoxFuture<'_, _> {
        Box::pin(async move {
            let bucket = format!("contract-{}", ulid::Ulid::new().to_string().to_lowercase());
            let store = MinioStore::new(server.config(&bucket)).unwrap();
            assert!(!store.bucket_exists().await.unwrap());
            store.create_bucket().await.unwrap();
            assert!(store.bucket_exists().await.unwrap());
            (
                Arc::new(store) as Arc<dyn ObjectStore>,
                Box::new(()) as Box<dyn std::any::Any>,
            )
        })
    };
    suite(
        Box::new(fresh),
        Abilities {
            update: true,
            last_writer_wins: true,
        },
    )
    .await;

    let (store, _keep) = fresh().await;
    several_pages(&*store).await;

    // The suite's own test of attributes has a value with three spaces in a row, which minio-rsc signs wrongly.
    let (store, _keep) = fresh().await;
    let path = Path::from("attributes");
    let attributes = Attributes::from_iter([
        (Attribute::ContentType, "text/html; charset=utf-8"),
        (Attribute::ContentEncoding, "gzip"),
        (Attribute::Metadata("test_key".into()), "test value"),
    ]);
    store
        .put_opts(&path, "foo".into(), attributes.clone().into())
        .await
        .unwrap();
    let found = store.get(&path).await.unwrap();
    assert_eq!(found.attributes, attributes);
    assert_eq!(
        found.bytes().await.unwrap(),
        "foo",
        "nothing is decompressed on the way"
    );
    let spaces = Attributes::from_iter([(Attribute::ContentType, "a  b")]);
    let error = store
        .put_opts(&path, "foo".into(), spaces.into())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Generic MinIO error: the value of content-type cannot be sent"
    );
}

/// The same server through object_store's own client.
#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3() {
    use object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
    let Some(server) = MinioServer::shared().unwrap() else {
        return;
    };
    let server = &server;
    let fresh = || -> BoxFuture<'_, _> {
        Box::pin(async move {
            let bucket = format!("contract-{}", ulid::Ulid::new().to_string().to_lowercase());
            let minio = MinioStore::new(server.config(&bucket)).unwrap();
            minio.create_bucket().await.unwrap();
            let secrets = server.secrets();
            let store = AmazonS3Builder::new()
                .with_bucket_name(&bucket)
                .with_region("us-east-1")
                .with_endpoint(format!("http://{}", server.endpoint()))
                .with_allow_http(true)
                .with_access_key_id(secrets.access_key)
                .with_secret_access_key(secrets.secret_key)
                // Nothing here copies; the suite does.
                .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
                .build()
                .unwrap();
            (
                Arc::new(store) as Arc<dyn ObjectStore>,
                Box::new(()) as Box<dyn std::any::Any>,
            )
        })
    };
    suite(
        Box::new(fresh),
        Abilities {
            update: true,
            last_writer_wins: true,
        },
    )
    .await;
    let (store, _keep) = fresh().await;
    several_pages(&*store).await;
}

/// Another make of S3. It does not look at signatures, so that MinIO stays the real test of those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moto() {
    let Some(server) = Moto::start() else {
        return;
    };
    let server = &server;
    let fresh = || -> BoxFuture<'_, _> {
        Box::pin(async move {
            let bucket = format!("contract-{}", ulid::Ulid::new().to_string().to_lowercase());
            let store = MinioStore::new(MinioConfig {
                endpoint: format!("127.0.0.1:{}", server.port),
                bucket,
                tls: false,
                region: "us-east-1".into(),
                secrets: Secrets {
                    access_key: "anybody".into(),
                    secret_key: "anything".into(),
                    session_token: None,
                },
                timing: Timing::default(),
            })
            .unwrap();
            assert!(!store.bucket_exists().await.unwrap());
            store.create_bucket().await.unwrap();
            (
                Arc::new(store) as Arc<dyn ObjectStore>,
                Box::new(()) as Box<dyn std::any::Any>,
            )
        })
    };
    suite(
        Box::new(fresh),
        Abilities {
            update: true,
            last_writer_wins: true,
        },
    )
    .await;
    let (store, _keep) = fresh().await;
    several_pages(&*store).await;
}

/// The program of moto, killed when dropped.
struct Moto {
    child: std::process::Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// `None`, with a word, where there is none: the folder of its modules is in `SURPRISAL_MOTO`.
    fn start() -> Option<Self> {
        use std::process::{Command, Stdio};
        let Some(python) = std::env::var_os("SURPRISAL_MOTO_PYTHON") else {
            eprintln!(
                "skipped: SURPRISAL_MOTO_PYTHON names no Python with moto; `cargo xtask test` gets one"
            );
            return None;
        };
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(python)
            .args([
                "-m",
                "moto.server",
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port };
        let begin = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begin.elapsed().as_secs() < 60, "moto does not start");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Some(server)
    }
}

/// A listing of two pages: a thousand keys and some more.
async fn several_pages(store: &dyn ObjectStore) {
    let keys: Vec<Path> = (0..1_100)
        .map(|n| Path::from(format!("many/{n:05}")))
        .collect();
    let puts = keys.iter().map(|key| store.put(key, "x".into()));
    stream::iter(puts)
        .buffer_unordered(16)
        .try_for_each(|_| async { Ok(()) })
        .await
        .unwrap();
    let listed: Vec<_> = store
        .list(Some(&"many".into()))
        .map_ok(|meta| meta.location)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(listed, keys);
    let tail = store.list_with_offset(Some(&"many".into()), &keys[234]);
    assert_eq!(
        tail.try_collect::<Vec<_>>().await.unwrap().len(),
        1_100 - 235
    );
    let level = store
        .list_with_delimiter(Some(&"many".into()))
        .await
        .unwrap();
    assert_eq!(
        (level.objects.len(), level.common_prefixes.len()),
        (1_100, 0)
    );
    let deleted = store.delete_stream(stream::iter(keys.clone()).map(Ok).boxed());
    assert_eq!(deleted.try_collect::<Vec<_>>().await.unwrap(), keys);
    assert_eq!(store.list(None).count().await, 0);
}
